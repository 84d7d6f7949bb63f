"""Plots drawn anew from data, as SVG: what a student drew beside what was expected. No student code, no student file.

Text is shown as it is: nothing in it is read as mathematics, and what SVG would take for markup is escaped. The same
data gives the same bytes.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes as Canvas
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Sheet

from grader.asked_plots import Quantity
from grader.checks.plots.expected_plot import expected_axes
from grader.checks.plots.shown import Shown
from grader.figures import Axes, Grid, LayerKind, Series
from grader.plot_key import PlotKey

_MOST_MARKS = 2000
_LARGEST = 1e30
_SIZE = (5.0, 3.8)
_SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "grader", "font.family": "sans-serif", "figure.dpi": 100}
# matplotlib's settings are the whole process's.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Axes, of which `layers` are shown (all, if None)."""

    axes: Axes
    has_color_bar: bool = False
    layers: frozenset[int] | None = None


def compared(asked: PlotKey, quantities: Sequence[Quantity], shown: Shown | None) -> str:
    """An SVG of what was taken for the plot (None: nothing) beside what was expected."""
    expected, *color_bar = expected_axes(asked, quantities)
    drawn = None if shown is None else Picture(shown.axes, has_color_bar=bool(shown.color_bars), layers=shown.ids)
    return side_by_side(Picture(expected, has_color_bar=bool(color_bar)), drawn)


def side_by_side(expected: Picture, drawn: Picture | None) -> str:
    """An SVG of both, the student's first; of what was not drawn an empty frame that says so."""
    titles = ("Yours", "Expected")
    with _ONE_AT_A_TIME, mpl.rc_context(_SETTINGS), warnings.catch_warnings(), np.errstate(all="ignore"):
        # Letters that the font lacks, and limits that can't be had, are no faults of the grader's.
        warnings.simplefilter("ignore")
        sheet = Sheet(figsize=(2 * _SIZE[0], _SIZE[1]), layout="constrained")
        FigureCanvasSVG(sheet)
        for canvas, picture, title in zip(sheet.subplots(1, 2), (drawn, expected), titles, strict=True):
            if picture is None:
                _say(canvas, title, "not drawn")
            else:
                _draw(sheet, canvas, picture, title)
        return _svg(sheet)


def _svg(sheet: Sheet) -> str:
    stream = io.StringIO()
    sheet.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue()


def _say(canvas: Canvas, title: str, words: str) -> None:
    canvas.set_title(title)
    canvas.set_xticks([])
    canvas.set_yticks([])
    canvas.text(0.5, 0.5, words, ha="center", va="center", transform=canvas.transAxes)


def _draw(sheet: Sheet, canvas: Canvas, picture: Picture, title: str) -> None:
    axes = picture.axes
    for layer in axes.layers:
        if picture.layers is None or layer.id in picture.layers:
            if isinstance(layer, Grid):
                _heatmap(sheet, canvas, layer, has_color_bar=picture.has_color_bar)
            else:
                _marks(canvas, layer)
    canvas.set_title(title)
    canvas.set_xlabel(axes.x_label or "(no label)", parse_math=False)
    canvas.set_ylabel(axes.y_label or "(no label)", parse_math=False)
    if _usable(axes.x_limits):
        canvas.set_xlim(*axes.x_limits)
    if _usable(axes.y_limits):
        canvas.set_ylim(*axes.y_limits)


def _usable(limits: Sequence[float]) -> bool:
    return bool(np.isfinite(limits).all()) and limits[0] != limits[1] and max(map(abs, limits)) < _LARGEST


def _heatmap(sheet: Sheet, canvas: Canvas, grid: Grid, *, has_color_bar: bool) -> None:
    rows, columns = grid.values.shape
    corners = [
        grid.first + row * grid.per_row + column * grid.per_column
        for row in (-0.5, rows - 0.5)
        for column in (-0.5, columns - 0.5)
    ]
    if not np.isfinite(corners).all() or np.abs(corners).max() > _LARGEST:
        return
    is_turned = abs(grid.per_row[0]) > abs(grid.per_row[1])
    values = grid.values.T if is_turned else grid.values
    first, last = corners[0], corners[-1]
    # The first row stands at the first corner, which is given as the top.
    extent = (float(first[0]), float(last[0]), float(last[1]), float(first[1]))
    shown = np.ma.masked_invalid(np.clip(values, -_LARGEST, _LARGEST))
    image = canvas.imshow(shown, extent=extent, aspect="auto", interpolation="nearest")
    if has_color_bar:
        sheet.colorbar(image, ax=canvas)


def _marks(canvas: Canvas, series: Series) -> None:
    numbers = series.numbers[:_MOST_MARKS]
    numbers = numbers[(np.abs(numbers) < _LARGEST).all(axis=1)]
    if series.kind in {LayerKind.BARS, LayerKind.STAIRS}:
        x, y, width, height = numbers.T
        canvas.bar(x, height, width, y, align="edge")
    elif series.kind is LayerKind.SEGMENTS:
        x, y, width, height = numbers.T
        ends = np.array([[x, y], [x + width, y + height]]).transpose(2, 0, 1)
        canvas.add_collection(LineCollection(list(ends)))
        canvas.autoscale_view()
    elif series.kind in {LayerKind.POINTS, LayerKind.STEMS}:
        canvas.plot(*numbers.T, "o", markersize=3)
    else:
        canvas.plot(*numbers.T, drawstyle="steps-mid" if series.kind is LayerKind.STEPS else "default")

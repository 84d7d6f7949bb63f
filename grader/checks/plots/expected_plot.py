"""A plot as it should look, as if it had been drawn: what students are shown, and what the key is checked with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.asked_plots import Quantity
from grader.figures import BOXES, Axes, ColorBar, ColorScale, Grid, LayerKind, Series
from grader.model import FloatArray
from grader.plot_key import PlotKey

_COLOR_MAP = "viridis"
_WIDTH = 0.8


def expected_axes(asked: PlotKey, quantities: Sequence[Quantity], number: int = 0) -> tuple[Axes, ...]:
    """Bars over the indexes; or a heatmap, its rows from above, and its colour bar. `number`: its artists' ids."""
    titles = {quantity.id: quantity.title for quantity in quantities}
    if not asked.plot.is_heatmap:
        return (_bars(asked, titles[asked.plot.axes[0]], titles[asked.plot.value], number),)
    rows, columns = (titles[id_] for id_ in asked.plot.axes)
    values = asked.expected
    colors = ColorScale(float(values.min()), float(values.max()), _COLOR_MAP)
    corner, down, right = np.zeros(2), np.array([0.0, 1.0]), np.array([1.0, 0.0])
    grid = Grid(number, asked.plot.kinds[0], values, corner, down, right, colors)
    limits = (-0.5, values.shape[1] - 0.5), (values.shape[0] - 0.5, -0.5)
    heatmap = Axes(2 * number, asked.plot.title, columns, rows, "linear", "linear", *limits, (grid,))
    bar = Axes(2 * number + 1, "", "", "", "linear", "linear", (0, 1), (0, 1), (), ColorBar(number, colors))
    return heatmap, bar


def _bars(asked: PlotKey, index: str, value: str, number: int) -> Axes:
    values = asked.expected
    kind = LayerKind.BARS if LayerKind.BARS in asked.plot.kinds else asked.plot.kinds[0]
    numbers = _boxes(values) if kind in BOXES else _points(values)
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    x_limits, y_limits = (-1.0, float(len(values))), (low - 0.05 * (high - low), high + 0.05 * (high - low))
    layer = Series(number, kind, numbers)
    return Axes(2 * number, asked.plot.title, index, value, "linear", "linear", x_limits, y_limits, (layer,))


def _boxes(values: FloatArray) -> FloatArray:
    left = np.arange(len(values)) - _WIDTH / 2
    return np.array([left, np.zeros(len(values)), np.full(len(values), _WIDTH), values]).T


def _points(values: FloatArray) -> FloatArray:
    return np.array([np.arange(len(values)), values]).T

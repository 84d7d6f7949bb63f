"""One plot that was drawn, held against one that was asked for: its data, its labels, its colour bar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from grader.answer_key import AnswerKey
from grader.asked_plots import Quantity
from grader.assignment import Tolerance
from grader.checks.plots.fitting import Drawn, Fit, cut_off, fits
from grader.checks.plots.labels import names, read_label
from grader.checks.plots.recognise import differs, has_size, recognise
from grader.checks.plots.shown import Row, Shown
from grader.figures import ColorBar, ColorScale, Grid
from grader.model import FloatArray
from grader.plot_key import PlotKey

_PERCENT = re.compile(r"%|percent|per cent|prozent", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    fraction: float
    message: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    data: Part
    labels: Part
    color_bar: Part
    is_attempt: bool
    """Whether it is this plot at all, right or wrong."""


def judge(
    shown: Shown,
    asked: PlotKey,
    key: AnswerKey,
    drawable: Sequence[Drawn],
    own: Sequence[tuple[FloatArray, ...]],
) -> Judged:
    """`drawable` are the arrays that may be drawn, the reference's first; `own`: all that the own function returned."""
    right = judge_right(shown, asked, key, drawable)
    return _judge_wrong(shown, asked, key, own, key.assignment.tolerance) if right is None else right


def judge_right(shown: Shown, asked: PlotKey, key: AnswerKey, drawable: Sequence[Drawn]) -> Judged | None:
    """None where the data is something else."""
    arrays = (*drawable, *(_in_percent(one) for one in drawable)) if _says_percent(shown) else tuple(drawable)
    found = [one for array in arrays for one in fits(shown, array, key.assignment.tolerance)]
    return _judge_right(shown, found, asked, key.assignment.quantities) if found else None


def _says_percent(shown: Shown) -> bool:
    """Where the numbers' own label stands: on the colour bar of a heatmap, on an axis of a plot; or above."""
    axes = shown.axes
    of_values = [bar.label for bar in shown.color_bars] if shown.grid is not None else [axes.x_label, axes.y_label]
    return bool(_PERCENT.search(" ".join((axes.title, *of_values))))


def _in_percent(drawn: Drawn) -> Drawn:
    return Drawn(100 * drawn.values, 100 * drawn.noise)


def _judge_right(shown: Shown, found: Sequence[Fit], asked: PlotKey, quantities: Sequence[Quantity]) -> Judged:
    hidden = cut_off(shown, found[0])
    data = Part(0.0, f"{hidden[:1].upper()}{hidden[1:]}.") if hidden else Part(1.0)
    labels = _labels(shown, found, asked, quantities)
    return Judged(data, labels, _color_bar(shown, asked), is_attempt=True)


def _judge_wrong(
    shown: Shown, asked: PlotKey, key: AnswerKey, own: Sequence[tuple[FloatArray, ...]], tolerance: Tolerance
) -> Judged:
    """Labels count where the plot was meant for what was asked: as many numbers, or something that is known."""
    recognised = recognise(shown, asked, key, own)
    message = differs(shown, asked, tolerance) if recognised is None else recognised.message
    is_attempt = has_size(shown, asked) or recognised is not None
    if not is_attempt:
        none = Part(0.0, f"{asked.plot.title.capitalize()} is not there, so there is nothing to be labelled.")
        return Judged(Part(0.0, message), none, none, is_attempt=False)
    known = recognised.fitted if recognised is not None else None
    ways = [known] if known is not None else _possible(shown, asked)
    labels = _labels(shown, ways, asked, key.assignment.quantities)
    return Judged(Part(0.0, message), labels, _color_bar(shown, asked), is_attempt=True)


def _possible(shown: Shown, asked: PlotKey) -> list[Fit]:
    if asked.plot.is_heatmap:
        return [Fit(axes) for axes in permutations(("y", "x"))]
    return [Fit((view.index_axis,)) for view in shown.views if isinstance(view, Row)] or [Fit(("x",))]


# --- labels ----------------------------------------------------------------------------------------------------------


def _labels(shown: Shown, ways: Sequence[Fit], asked: PlotKey, quantities: Sequence[Quantity]) -> Part:
    """Half for each axis; where it isn't known which way round the data stands, the better way."""
    parts = [_labels_of(shown, one, asked, quantities) for one in ways]
    return max(parts, key=lambda one: one.fraction)


def _labels_of(shown: Shown, fitted: Fit, asked: PlotKey, quantities: Sequence[Quantity]) -> Part:
    known = {quantity.id: quantity for quantity in quantities}
    wanted = {axis: known[id_] for axis, id_ in zip(fitted.axes, asked.plot.axes, strict=True)}
    wanted |= {axis: known[asked.plot.value] for axis in ("x", "y") if axis not in wanted}
    numbered = dict(zip(fitted.axes, fitted.misnumbered, strict=False))
    said = [_label_fault(shown, axis, wanted[axis], numbered.get(axis, ""), quantities) for axis in ("x", "y")]
    faults = [one for one in said if one]
    return Part(1 - len(faults) / 2, " ".join(faults))


def _label_fault(shown: Shown, axis: str, wanted: Quantity, misnumbered: str, quantities: Sequence[Quantity]) -> str:
    label = shown.axes.x_label if axis == "x" else shown.axes.y_label
    what = "heatmap" if shown.grid is not None else "plot"
    whose = f"Your {what}'s {axis}-axis"
    stands_for = f"runs over {wanted.title}" if wanted.counts else f"shows {wanted.title}"
    if not label:
        return f"{whose} has no label; it {stands_for}."
    if not names(label, wanted, quantities):
        reading = read_label(label, quantities)
        if reading.is_index and reading.about is None:
            return f'{whose} is labelled "{label}", which doesn\'t say of what; it {stands_for}.'
        return f'{whose} is labelled "{label}", but {stands_for}.'
    return f"{whose} {misnumbered}." if misnumbered else ""


# --- colour bar ------------------------------------------------------------------------------------------------------


def _color_bar(shown: Shown, asked: PlotKey) -> Part:
    grid = shown.grid
    if grid is None or any(_belongs(bar, grid) for bar in shown.color_bars):
        return Part(1.0)
    if shown.color_bars:
        return Part(0.0, f"The colour bar does not belong to {asked.plot.title}, but to something else.")
    return Part(0.0, f"{asked.plot.title.capitalize()} has no colour bar.")


def _belongs(bar: ColorBar, grid: Grid) -> bool:
    return bar.of == grid.id or _same_colors(bar.colors, grid.colors)


def _same_colors(one: ColorScale, other: ColorScale) -> bool:
    ends = np.array([one.low, one.high]), np.array([other.low, other.high])
    return one.color_map == other.color_map and bool(np.allclose(*ends, rtol=1e-3, atol=0))

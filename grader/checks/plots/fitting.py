"""Does a plot show an array? Which way round, and are its axes numbered as the array is?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Tolerance
from grader.checks.arrays import wrong_entries
from grader.checks.plots.shown import Row, Shown, Table
from grader.model import FloatArray

_STEP = (0.95, 1.05)
_FIRST = (-0.6, 1.6)
# As parts of the index: how far a mark may stand outside of what is shown.
_MARGIN = 0.55
_CUT = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """An array that may have been drawn, and how far what is drawn may be from it beyond the tolerance."""

    values: FloatArray
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class Fit:
    """Along which axis of the figure each axis of the array runs, "x" or "y"; where none can be told, in any order."""

    axes: tuple[str, ...]
    misnumbered: tuple[str, ...] = ()
    """For each of the array's axes what is wrong with the numbers on the figure's, in words; "" if nothing."""


def fits(shown: Shown, drawn: Drawn, tolerance: Tolerance) -> Iterator[Fit]:
    """How the plot shows the array, in all ways that it can be seen to (one that is constant looks alike from all)."""
    for view in shown.views:
        yield from _row_fits(view, drawn, tolerance) if isinstance(view, Row) else _table_fits(view, drawn, tolerance)


def fit(shown: Shown, drawn: Drawn, tolerance: Tolerance) -> Fit | None:
    """One way in which the plot shows the array; None where it shows something else."""
    return next(fits(shown, drawn, tolerance), None)


def near(got: FloatArray, drawn: Drawn, tolerance: Tolerance) -> bool:
    """Entry by entry. Drawn as nothing (masked, NaN) is right where nothing is: at 0, and at what isn't finite."""
    if got.shape != drawn.values.shape:
        return False
    expected = drawn.values
    wrong = wrong_entries(got, expected, tolerance)
    if drawn.noise:
        wrong &= ~(np.abs(got - expected) <= drawn.noise)
    wrong &= ~(np.isnan(got) & (~np.isfinite(expected) | (expected == 0)))
    wrong &= ~(got == expected)
    return not wrong.any() and bool(np.isfinite(got).any() or not np.isfinite(expected).any())


def _row_fits(row: Row, drawn: Drawn, tolerance: Tolerance) -> Iterator[Fit]:
    if drawn.values.ndim != 1 or not near(row.values, drawn, tolerance):
        return
    steps = np.diff(row.positions)
    step = float(steps.mean()) if len(steps) else 1.0
    is_even = bool(np.allclose(steps, step, atol=1e-3))
    said = _misnumbered(float(row.positions[0]), step, len(row.positions), is_even=is_even)
    yield Fit((row.index_axis,), (said,))


def _table_fits(table: Table, drawn: Drawn, tolerance: Tolerance) -> Iterator[Fit]:
    if drawn.values.ndim != table.values.ndim:
        return
    for turned, up, right in product((False, True), (1, -1), (1, -1)):
        values = table.values[::up, ::right]
        if near(values.T if turned else values, drawn, tolerance):
            y = _backwards(up) or _misnumbered(table.y_first, table.y_step, len(values))
            x = _backwards(right) or _misnumbered(table.x_first, table.x_step, values.shape[1])
            yield Fit(("x", "y"), (x, y)) if turned else Fit(("y", "x"), (y, x))


def _backwards(direction: int) -> str:
    return "" if direction > 0 else "is numbered backwards: what stands at 0 is the last one"


def _misnumbered(first: float, step: float, count: int, *, is_even: bool = True) -> str:
    """Counted from 0 or from 1, each one further; a cell or a bar may begin there or have its middle there."""
    if not is_even:
        return "is not numbered evenly: the marks should stand at 0, 1, 2, …"
    if _STEP[0] <= step <= _STEP[1] and _FIRST[0] <= first <= _FIRST[1]:
        return ""
    last = first + step * (count - 1)
    return f"runs from {first:.4g} to {last:.4g}, and not over the indexes 0 to {count - 1}"


def cut_off(shown: Shown, fitted: Fit) -> str:
    """What of the plot lies outside the axes' limits, in words; "" if nothing."""
    for axis, values in _extents(shown, fitted):
        low, high = sorted(shown.axes.x_limits if axis == "x" else shown.axes.y_limits)
        scale = shown.axes.x_scale if axis == "x" else shown.axes.y_scale
        margin = _margin(values, fitted, axis)
        seen = values[np.isfinite(values)]
        outside = (seen < low - margin) | (seen > high + margin)
        if scale == "log":
            outside |= seen <= 0
        if np.isfinite([low, high]).all() and outside.any():
            why = "logarithmic, and doesn't show what is not above 0" if scale == "log" else f"{low:.4g} to {high:.4g}"
            return f"{int(outside.sum())} of {len(seen)} marks are not to be seen: the {axis}-axis is {why}"
    return ""


def _margin(values: NDArray[np.floating[Any]], fitted: Fit, axis: str) -> float:
    if axis in fitted.axes:
        return _MARGIN
    finite = values[np.isfinite(values)]
    return _CUT * float(np.ptp(finite)) if finite.size else 0.0


def _extents(shown: Shown, fitted: Fit) -> Iterator[tuple[str, NDArray[np.floating[Any]]]]:
    view = shown.views[0]
    if isinstance(view, Table):
        yield "x", view.x_first + view.x_step * np.arange(view.values.shape[1], dtype=np.float64)
        yield "y", view.y_first + view.y_step * np.arange(view.values.shape[0], dtype=np.float64)
        return
    for row in shown.views:
        if isinstance(row, Row) and row.index_axis == fitted.axes[0]:
            # What has no value is not to be seen wherever it stands.
            has_value = np.isfinite(row.values)
            yield row.index_axis, row.positions[has_value]
            yield ("y" if row.index_axis == "x" else "x"), row.values[has_value]

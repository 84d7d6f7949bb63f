"""What a plot shows that isn't what was asked, in words: another query's row, other data, a known mistake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import SHEET, Tolerance
from grader.checks import wording
from grader.checks.arrays import wrong_entries
from grader.checks.plots.fitting import Drawn, Fit, fit
from grader.checks.plots.shown import Row, Shown, Table
from grader.figures import TABLES, LayerKind
from grader.model import FloatArray
from grader.plot_key import Other, PlotKey, others_of, rowed

_SUBJECTS = {
    LayerKind.BARS: "The bars show",
    LayerKind.STAIRS: "The steps show",
    LayerKind.LINE: "The line shows",
    LayerKind.STEPS: "The steps show",
    LayerKind.STEMS: "The stems show",
    LayerKind.SEGMENTS: "The lines show",
    LayerKind.POINTS: "The points show",
    LayerKind.IMAGE: "The heatmap shows",
    LayerKind.MESH: "The heatmap shows",
}
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Recognised:
    message: str
    fitted: Fit | None
    """Which way round it stands, if it has the axes that were asked for."""


def recognise(shown: Shown, asked: PlotKey, key: AnswerKey, own: Sequence[tuple[FloatArray, ...]]) -> Recognised | None:
    """None where nobody can say what it shows."""
    tolerance = key.assignment.tolerance
    own_others = (other for outputs in own for other in others_of(asked.plot, asked.function, outputs))
    for other in (*asked.others, *own_others, *_mistakes(asked, key)):
        fitted = fit(shown, Drawn(other.values), tolerance)
        if fitted is not None:
            said = other.said if other.is_sentence else f"{_subject(shown)} {other.said}."
            return Recognised(said, fitted if _has_axes_of(other.values, asked) else None)
    for right in (asked.expected, *(_asked_of(outputs, asked) for outputs in own)):
        for said, change in _CHANGES:
            fitted = None if right is None else _fit_changed(shown, right, change, tolerance)
            if fitted is not None:
                return Recognised(f"{_subject(shown)} {said}.", fitted)
    return _scaled(shown, asked, tolerance) or _part(shown, asked, tolerance)


def _subject(shown: Shown) -> str:
    return _SUBJECTS[shown.kind]


def has_size(shown: Shown, asked: PlotKey) -> bool:
    """Whether as many numbers are shown as were asked for, either way round."""
    shapes = {asked.expected.shape, asked.expected.shape[::-1]}
    return any(view.values.shape in shapes for view in shown.views)


def differs(shown: Shown, asked: PlotKey, tolerance: Tolerance) -> str:
    """Of something that nobody recognises: where it differs most, or how many numbers it shows."""
    names = asked.function.outputs[asked.position].axes[-len(asked.plot.axes) :]
    if not has_size(shown, asked):
        shape = shown.views[0].values.shape if shown.views else ()
        counted = " × ".join(map(str, shape))
        wanted = " × ".join(map(str, asked.expected.shape))
        return f"{_subject(shown)} {counted or 'no'} numbers, where {wanted} were expected."
    view = _closest(shown, asked.expected)
    wrong = wrong_entries(view, asked.expected, tolerance)
    distance = np.where(wrong, np.abs(np.nan_to_num(view) - asked.expected), -1.0)
    index = tuple(int(one) for one in np.unravel_index(int(np.argmax(distance)), wrong.shape))
    return (
        f"{_subject(shown)} neither the right values nor what your function returns. At {wording.place(index, names)}, "
        f"{wording.number(asked.expected[index])} was expected, and {wording.number(view[index])} is drawn."
    )


def _closest(shown: Shown, expected: FloatArray) -> FloatArray:
    views = [one for view in shown.views for one in (view.values, view.values.T) if one.shape == expected.shape]
    return min(views, key=lambda one: float(np.nansum(np.abs(one - expected))))


def _has_axes_of(values: FloatArray, asked: PlotKey) -> bool:
    return values.shape == asked.expected.shape


def _asked_of(outputs: tuple[FloatArray, ...], asked: PlotKey) -> FloatArray | None:
    array = outputs[min(asked.position, len(outputs) - 1)]
    has_row = asked.plot.row is None or (array.ndim > 0 and len(array) > asked.plot.row)
    one = rowed(array, asked.plot.row) if has_row else None
    return one if one is not None and one.shape == asked.expected.shape else None


# --- known mistakes --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _mistakes(asked: PlotKey, key: AnswerKey) -> tuple[Other, ...]:
    """What up to two variants of the function's stages give on the sheet's data."""
    pipeline = key.atlas.pipelines.get(asked.function.name)
    keyed = next(iter(key.of_sets(asked.function.name, (SHEET,))), None)
    if pipeline is None or keyed is None:
        return ()
    output = asked.plot.output
    combinations = sorted(pipeline.combinations(output, 2), key=lambda one: len(pipeline.faults(one)))
    found: dict[bytes, Other] = {}
    for combination, predicted in pipeline.predict_each(combinations, keyed.arguments, output):
        faults, array = sorted(pipeline.faults(combination)), predicted.outputs.get(output)
        if (
            faults
            and array is not None
            and np.isfinite(array).any()
            and (asked.plot.row is None or (array.ndim and len(array)))
        ):
            titles = " and ".join(key.atlas.misconceptions[id_].title for id_ in faults)
            mistakes = "this mistake" if len(faults) == 1 else "these mistakes"
            said = f"the {output} with {mistakes}, which your function doesn't make: {titles}"
            values = rowed(array, asked.plot.row)
            found.setdefault(values.tobytes(), Other(said, values))
    return tuple(found.values())


# --- the right values, changed ---------------------------------------------------------------------------------------

_Change = Callable[[FloatArray], FloatArray]


def _sorted(values: FloatArray) -> FloatArray:
    return np.sort(values, axis=-1)


_CHANGES: tuple[tuple[str, _Change], ...] = (
    ("the right values sorted, and not in the order of their indexes", _sorted),
    ("the right values sorted, and not in the order of their indexes", lambda values: _sorted(values)[..., ::-1]),
    ("the right values in reverse order", lambda values: values[..., ::-1]),
    ("the logarithm of the right values", np.log),
    ("the exponential of the right values", np.exp),
    ("the squares of the right values", np.square),
    ("the absolute values of what was asked for", np.abs),
    ("the running sum of the right values", lambda values: np.cumsum(values, axis=-1)),
)


def _fit_changed(shown: Shown, right: FloatArray, change: _Change, tolerance: Tolerance) -> Fit | None:
    with np.errstate(all="ignore"):
        changed = change(right)
    if changed.shape != right.shape or (changed == right).all():
        return None
    return fit(shown, Drawn(changed), tolerance)


def _scaled(shown: Shown, asked: PlotKey, tolerance: Tolerance) -> Recognised | None:
    for view in shown.views:
        for values in (view.values, view.values.T):
            if values.shape == asked.expected.shape and np.isfinite(values).all() and values.any():
                square = float((asked.expected**2).sum())
                factor = float((values * asked.expected).sum()) / square if square else 0.0
                fitted = fit(shown, Drawn(factor * asked.expected), tolerance) if factor else None
                if fitted is not None:
                    return Recognised(f"{_subject(shown)} the right values times {factor:.4g}.", fitted)
    return None


def _part(shown: Shown, asked: PlotKey, tolerance: Tolerance) -> Recognised | None:
    """The first so many of what was asked for."""
    for view in shown.views:
        shape = view.values.shape
        if view.values.ndim == asked.expected.ndim and min(shape, default=0) >= _FEWEST:
            first = asked.expected[tuple(slice(length) for length in shape)]
            fitted = fit(shown, Drawn(first), tolerance) if first.shape == shape != asked.expected.shape else None
            if fitted is not None:
                counted, wanted = (" × ".join(map(str, one)) for one in (shape, asked.expected.shape))
                return Recognised(f"{_subject(shown)} only the first {counted} of {wanted} values.", fitted)
    return None


def drawn_as_something_else(shown: Shown, asked: PlotKey, tolerance: Tolerance) -> str:
    """Whether the right values are there, drawn in a way that doesn't count: what to say then."""
    kind = "as a heatmap" if shown.kind in TABLES else "as rows of numbers (bars, lines or the like)"
    wanted = "a heatmap, as imshow or pcolormesh make it" if asked.plot.is_heatmap else "bars, a line or the like"
    for view in shown.views:
        values = np.squeeze(view.values)
        if isinstance(view, Table) and values.ndim == asked.expected.ndim:
            is_there = fit(_flat(shown, values), Drawn(asked.expected), tolerance) is not None
        else:
            rows = asked.expected if asked.expected.ndim > 1 else asked.expected[None]
            is_there = isinstance(view, Row) and any(
                fit(shown, Drawn(row), tolerance) is not None for row in (*rows, *rows.T)
            )
        if is_there:
            return f"{asked.plot.title.capitalize()} is drawn {kind}; it should be {wanted}."
    return ""


def _flat(shown: Shown, values: FloatArray) -> Shown:
    row = Row(np.arange(len(values), dtype=np.float64), values, "x")
    return Shown(shown.cell, shown.ids, shown.kind, shown.axes, (row,))

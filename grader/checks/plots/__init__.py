"""The figures that were seen + answer key ─▶ one `CheckResult` for each criterion about plots. Pure.

A plot is known by its data, wherever it is drawn. First each exercise takes its own among what its own cells drew; what
nobody took may be the plot that another exercise lacks: it is found, remarked, and counts half. Where an exercise has
no cells of its own, since its heading is gone, that costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import Exercise, PlotCriterion, PlotData, PlotLabels
from grader.checks.plots.fitting import Drawn
from grader.checks.plots.judge import Judged, Part, judge, judge_right
from grader.checks.plots.own_outputs import drawable, own_outputs
from grader.checks.plots.recognise import drawn_as_something_else
from grader.checks.plots.shown import Shown, all_shown, same
from grader.figures import Figures
from grader.model import Cell, CellOutcome, CellStatus, CheckResult, Execution, FloatArray
from grader.plot_key import PlotKey
from grader.score_report import Remark

_ELSEWHERE = 0.5
_MOST_EXPLAINED = 20

Results = Mapping[str, Mapping[str, CheckResult]]
"""Exercise ─▶ criterion ─▶ result."""


@dataclass(frozen=True, slots=True)
class PlotVerdict:
    results: Results
    drawn: Mapping[tuple[str, str], Shown]
    """(exercise, plot) ─▶ what was taken for it, right or wrong; nothing where it isn't there."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A plot that some exercise asks for, and all that may be drawn for it."""

    exercise: Exercise
    key: PlotKey
    drawable: tuple[Drawn, ...]
    own: tuple[tuple[FloatArray, ...], ...]
    criteria: tuple[PlotCriterion, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    shown: Shown
    judged: Judged
    share: float = 1.0


def check_plots(
    key: AnswerKey, execution: Execution, cells: Sequence[Cell], implemented: AbstractSet[str]
) -> PlotVerdict:
    """All criteria about plots. Functions that are not `implemented` return nothing of the student's own to draw."""
    asked = [_asked(exercise, key, execution, implemented) for exercise in key.assignment.exercises]
    plots = [one for group in asked for one in group]
    figures, exercise_of = execution.figures, {cell.number: cell.exercise for cell in cells}
    if figures is None:
        lost = Part(0.0, "The figures could not be looked at: the notebook used up its time, or broke its kernel.")
        return PlotVerdict(_results(plots, {}, lambda _: Judged(lost, lost, lost, is_attempt=False), {}), {})
    # A student's numbers may be of any size.
    with np.errstate(all="ignore"):
        shown = all_shown(figures)
        found = _matched(plots, shown, key, exercise_of)
        taken = [one.shown for one in found.values()]

        def missing(asked: _Asked) -> Judged:
            mine = [one for one in shown if exercise_of.get(one.cell) == asked.exercise.id]
            ended = [one for one in execution.cells if exercise_of.get(one.number) == asked.exercise.id]
            cells_of_it = {one.number for one in ended}
            reasons = [*_unread(figures, cells_of_it), *_broken_off(ended), *_left_out(figures)]
            return _missing(asked, mine, taken, key, reasons)

        drawn = {(asked.exercise.id, asked.key.plot.id): one.shown for asked, one in found.items()}
        return PlotVerdict(_results(plots, found, missing, exercise_of), drawn)


def _asked(exercise: Exercise, key: AnswerKey, execution: Execution, implemented: AbstractSet[str]) -> list[_Asked]:
    made = []
    for plot in exercise.plots:
        asked = key.plots[exercise.id, plot.id]
        is_own = plot.function in implemented
        own = tuple(own_outputs(asked, key, execution)) if is_own else ()
        arrays = (Drawn(asked.expected), *(drawable(asked, key, execution) if is_own else ()))
        criteria = tuple(one for one in exercise.criteria if isinstance(one, PlotCriterion) and one.plot == plot.id)
        made.append(_Asked(exercise, asked, arrays, own, criteria))
    return made


# --- which plot is which ---------------------------------------------------------------------------------------------


def _matched(
    plots: Sequence[_Asked], shown: Sequence[Shown], key: AnswerKey, exercise_of: Mapping[int, str | None]
) -> dict[_Asked, _Found]:
    at_home = [(one, it, 1.0) for one in plots for it in shown if exercise_of.get(it.cell) == one.exercise.id]
    found = _best_first(at_home, {}, key)
    have_cells = set(exercise_of.values())
    elsewhere = [
        (one, it, _ELSEWHERE if one.exercise.id in have_cells else 1.0)
        for one in plots
        for it in shown
        if exercise_of.get(it.cell) != one.exercise.id
    ]
    return _best_first(elsewhere, found, key)


def _best_first(
    pairs: Sequence[tuple[_Asked, Shown, float]], taken: Mapping[_Asked, _Found], key: AnswerKey
) -> dict[_Asked, _Found]:
    """Give to each what earns it most; everything that was drawn serves once."""
    found = dict(taken)
    tried: Counter[_Asked] = Counter()
    attempts: list[tuple[_Asked, _Found]] = []
    for asked, shown, share in pairs:
        if shown.kind in asked.key.plot.kinds and not _is_right(taken.get(asked)):
            tried[asked] += 1
            # Of very many it is only asked whether they are right: to find out what else they show takes long.
            right_alone = share < 1 or tried[asked] > _MOST_EXPLAINED
            attempts += [(asked, one) for one in _attempts(asked, shown, share, key, right_alone=right_alone)]
    for asked, one in sorted(attempts, key=lambda pair: -_worth(*pair)):
        others = [other for plot, other in found.items() if plot is not asked]
        is_better = asked not in found or (asked in taken and found[asked] is taken[asked])
        is_better = is_better and (asked not in found or _worth(asked, one) > _worth(asked, found[asked]))
        if is_better and not any(same(one.shown, other.shown) for other in others):
            found[asked] = one
    return found


def _attempts(asked: _Asked, shown: Shown, share: float, key: AnswerKey, *, right_alone: bool) -> Iterator[_Found]:
    """What is found under another heading has to be this very plot, not just something of its size."""
    if right_alone:
        judged = judge_right(shown, asked.key, key, asked.drawable)
    else:
        judged = judge(shown, asked.key, key, asked.drawable, asked.own)
    if judged is not None and judged.is_attempt:
        yield _Found(shown, judged, share)


def _is_right(found: _Found | None) -> bool:
    return found is not None and found.judged.data.fraction == 1


def _worth(asked: _Asked, found: _Found) -> float:
    return found.share * sum(one.points * _part(one, found.judged).fraction for one in asked.criteria)


def _part(criterion: PlotCriterion, judged: Judged) -> Part:
    if isinstance(criterion, PlotData):
        return judged.data
    return judged.labels if isinstance(criterion, PlotLabels) else judged.color_bar


# --- results ---------------------------------------------------------------------------------------------------------


def _missing(
    asked: _Asked, drawn: Sequence[Shown], taken: Sequence[Shown], key: AnswerKey, reasons: Sequence[str]
) -> Judged:
    """What to say of a plot that isn't there: perhaps something else is `drawn` in its exercise, in its place."""
    title, kinds = asked.key.plot.title.capitalize(), asked.key.plot.kinds
    free = [one for one in drawn if not any(same(one, other) for other in taken)]
    tolerance = key.assignment.tolerance
    others = (drawn_as_something_else(one, asked.key, tolerance) for one in free if one.kind not in kinds)
    said = next(filter(None, others), "")
    if not said:
        said = f"{title} is not there." + ("" if drawn or reasons else " Nothing is drawn in this exercise's cells.")
        instead = [judge(one, asked.key, key, (), asked.own) for one in free if one.kind in kinds]
        said += "".join(f" {one.data.message}" for one in instead[:1])
        said = " ".join((said, *reasons))
    labels = Part(0.0, f"{title} is not there, so there is nothing to be labelled.")
    color_bar = Part(0.0, f"{title} is not there, so there is nothing that a colour bar could belong to.")
    return Judged(Part(0.0, said), labels, color_bar, is_attempt=False)


def _broken_off(cells: Sequence[CellOutcome]) -> Iterator[str]:
    ended = [one for one in cells if one.status is not CellStatus.OK]
    if ended:
        numbers = " and ".join(str(one.number) for one in ended)
        yield f"{'Cell' if len(ended) == 1 else 'Cells'} {numbers} did not run to the end: see the remarks."


def _unread(figures: Figures, cells: AbstractSet[int]) -> Iterator[str]:
    if any(axes.unread for figure in figures.seen if figure.cell in cells for axes in figure.axes):
        yield (
            "Something is drawn there that shows no numbers that can be read: contours, filled areas, coloured points, "
            "or a picture."
        )


def _left_out(figures: Figures) -> Iterator[str]:
    if figures.left_out:
        yield "There are more figures, or larger ones, than are looked at, or some that can't be read."


def _results(
    plots: Sequence[_Asked],
    found: Mapping[_Asked, _Found],
    missing: Callable[[_Asked], Judged],
    exercise_of: Mapping[int, str | None],
) -> Results:
    results: dict[str, dict[str, CheckResult]] = {}
    for asked in plots:
        one = found.get(asked)
        judged = missing(asked) if one is None else one.judged
        remarks = () if one is None else tuple(_elsewhere(asked, one, exercise_of))
        for criterion in asked.criteria:
            part = _part(criterion, judged)
            fraction, message = part.fraction, part.message
            if one is not None and one.share < 1:
                fraction *= one.share
                message = f"{message} {remarks[0].message}".strip()
            said = remarks if isinstance(criterion, PlotData) else ()
            results.setdefault(asked.exercise.id, {})[criterion.id] = CheckResult(fraction, message, remarks=said)
    return results


def _elsewhere(asked: _Asked, found: _Found, exercise_of: Mapping[int, str | None]) -> Iterator[Remark]:
    if found.share < 1:
        place = exercise_of.get(found.shown.cell)
        under = "above all exercises" if place is None else f"under {place}"
        message = f"{asked.key.plot.title.capitalize()} of {asked.exercise.id} is drawn {under}: it counts half there."
        yield Remark("plot_elsewhere", message, found.shown.cell)

"""Functions that work with the notebook's variables in place of their arguments, or hand back old ones.

Shown by calling them again, in another kernel, where these variables are others: see `alterations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, combinations

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import Tolerance, Variables
from grader.atlas import Arrays
from grader.checks.arrays import all_the_same
from grader.checks.diagnosis.evidence import Outputs, Seen
from grader.checks.diagnosis.formula import Explanation, explains, explanations_at
from grader.checks.diagnosis.predictions import Predictions
from grader.model import Alteration, Argument, FloatArray
from grader.reference_module import frozen_array

SAME, CHANGED, DOUBLED = "same", "changed", "doubled"


def alterations(key: AnswerKey) -> tuple[Alteration, ...]:
    """First as it is; the sheet's data with other numbers, under all of its names; all data doubled."""
    changed: dict[str, Argument] = {
        name: _other(value) if isinstance(value, np.ndarray) else tuple(_other(np.array(value)))
        for name, value in sheet_variables(key).items()
    }
    return (Alteration(SAME, {}), Alteration(CHANGED, changed), Alteration(DOUBLED, {}, double_data=True))


def sheet_variables(key: AnswerKey) -> Mapping[str, Argument]:
    """The sheet's data as a notebook that follows the sheet has it: lists of vectors, and matrices of other names."""
    found: dict[str, Argument] = {name: tuple(array) for name, array in key.sheet.items()}
    for exercise in key.assignment.exercises:
        for criterion in exercise.criteria:
            if isinstance(criterion, Variables):
                named = zip(criterion.names, criterion.equal, strict=True)
                found |= {name: key.sheet[source] for name, source in named}
    return found


def _other(array: FloatArray) -> FloatArray:
    return frozen_array(1.0 - array[::-1])


def explanations_by_sheet(predictions: Predictions, calls: Sequence[Outputs], sheet: Outputs) -> Iterator[Explanation]:
    """Formulas that explain all calls if the sheet's data stood for some of the arguments."""
    if sheet.raised:
        return
    found: set[frozenset[str]] = set()
    for explanation in explanations_at(predictions, sheet, ()):
        for names in _subsets(list(sheet.arguments)):
            # Another way of doing the same right says nothing new.
            is_new = explanation.misconceptions not in found
            if is_new and explains(predictions, explanation.combination, calls, _with_data_of(sheet, names)):
                found.add(explanation.misconceptions)
                yield explanation


def _with_data_of(sheet: Outputs, names: Sequence[str]) -> Callable[[Outputs], Arrays]:
    own = {name: sheet.arguments[name] for name in names}
    return lambda call: {**call.arguments, **own}


def _subsets(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(names, number + 1) for number in range(len(names)))


def depends_on(label: str, seen: Sequence[Seen], altered: Mapping[str, Sequence[Seen]], tolerance: Tolerance) -> bool:
    """Whether what comes is another with this alteration, and is the same without it in the same other kernel."""
    return not _differ(seen, altered.get(SAME, ()), tolerance) and _differ(seen, altered.get(label, ()), tolerance)


def _differ(before: Sequence[Seen], after: Sequence[Seen], tolerance: Tolerance) -> bool:
    """Whether some call that returned something did not do so again, or returned something else."""
    again = {one.id: one for one in after}
    return any(
        one.id in again and not _same(one, again[one.id], tolerance) for one in before if not one.raised and one.items
    )


def _same(one: Seen, other: Seen, tolerance: Tolerance) -> bool:
    if one.raised != other.raised or len(one.items) != len(other.items):
        return False
    return all(_same_item(before, after, tolerance) for before, after in zip(one.items, other.items, strict=True))


def _same_item(before: FloatArray | None, after: FloatArray | None, tolerance: Tolerance) -> bool:
    if before is None or after is None:
        return before is after
    return all_the_same(before, after, tolerance)


def constant_items(seen: Sequence[Seen], tolerance: Tolerance) -> tuple[bool, ...]:
    """Of each item returned, whether it is the same in all calls, whatever the arguments are."""
    returned = [one for one in seen if not one.raised]
    counts = {len(one.items) for one in returned}
    if len(counts) != 1 or len(returned) <= 1:
        return ()
    first, *others = returned
    return tuple(
        all(_same_item(first.items[place], other.items[place], tolerance) for other in others)
        for place in range(len(first.items))
    )


def is_another(place: int, before: Sequence[Seen], after: Sequence[Seen], tolerance: Tolerance) -> bool:
    """Whether the item, an array of numbers, is another one where the data is altered; or nothing comes there."""
    return any(one is not None and not _same_item(one, other, tolerance) for one, other in _pairs(place, before, after))


def is_twice(place: int, before: Sequence[Seen], after: Sequence[Seen], tolerance: Tolerance) -> bool:
    pairs = _pairs(place, before, after)
    return all(one is not None and other is not None and _same_item(2 * one, other, tolerance) for one, other in pairs)


def _pairs(
    place: int, before: Sequence[Seen], after: Sequence[Seen]
) -> list[tuple[FloatArray | None, FloatArray | None]]:
    """The item in the calls that returned it before, and what came there in the same calls afterwards."""
    again = {one.id: one for one in after}
    returned = [one for one in before if not one.raised and one.id in again and place < len(one.items)]
    return [
        (one.items[place], again[one.id].items[place] if place < len(again[one.id].items) else None) for one in returned
    ]

"""Which cases tell the variants apart: what no case could, what no case does, and the fewest cases that do all.

Two choices of variants (of at most two misconceptions) are told apart by a case where some output differs beyond the
tolerance. What cases could do is found out with more of them, of many sizes, that nobody is graded by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from grader.answer_key import AnswerKey
from grader.assignment import Function, Tolerance
from grader.atlas import Arrays, Combination, Pipeline, Prediction
from grader.checks.arrays import changed_entries
from grader.model import FloatArray

_MOST_FAULTS = 2
# Beyond these the entries of a large array are a sample.
_SAMPLE = 48
_PROBES = 6
_LONGEST_AXIS = 7

Labels = NDArray[np.intp]
"""Of each choice of variants the number of its group; choices of one group are not told apart."""


@dataclass(frozen=True, slots=True)
class Separation:
    """What the cases of one function tell apart."""

    function: str
    choices: int
    """How many sets of misconceptions."""
    labels: Mapping[str, Labels]
    """By case."""
    never: tuple[str, ...]
    """Sets of misconceptions that are one and the same function, whatever the case: "a and b, or a and c"."""
    not_here: tuple[str, ...]
    """Sets that some case could tell apart, and none of the assignment's does."""


def separation(function: Function, key: AnswerKey) -> Separation | None:
    """None where the function has no variants."""
    pipeline = key.atlas.pipelines.get(function.name)
    if pipeline is None:
        return None
    excused = {set_ for excuse in key.assignment.excuses for set_ in excuse.cases}
    keyed = [one for one in key.calls[function.name].values() if one.case.set not in excused]
    choices = [one for one in pipeline.combinations() if len(pipeline.faults(one)) <= _MOST_FAULTS]
    labels = {one.case.id: _labels(pipeline, choices, one.arguments, key.assignment.tolerance) for one in keyed}
    probes = [_labels(pipeline, choices, one, key.assignment.tolerance) for one in _probes(function, key)]
    here = _together(list(labels.values()))
    possible = _together([here, *probes])
    names = [pipeline.faults(one) for one in choices]
    never = _ambiguous(possible, names)
    return Separation(
        function.name,
        len(set(names)),
        labels,
        tuple(map(_said, never)),
        tuple(_said(group) for group in _ambiguous(here, names) if group not in never),
    )


def fewest_cases(separations: Sequence[Separation]) -> tuple[str, ...]:
    """A smallest set of cases that tells apart, of each function, all that all of its cases do."""
    cases = list(dict.fromkeys(case for one in separations for case in one.labels))
    wanted = [_groups(one, one.labels) for one in separations]
    for number in range(1, len(cases) + 1):
        for chosen in combinations(cases, number):
            if [_groups(one, chosen) for one in separations] == wanted:
                return chosen
    return tuple(cases)


def _groups(of: Separation, cases: Iterable[str]) -> int:
    labels = [of.labels[case] for case in cases if case in of.labels]
    return len(np.unique(_together(labels))) if labels else 1


# --- groups ----------------------------------------------------------------------------------------------------------


def _labels(pipeline: Pipeline, choices: Sequence[Combination], arguments: Arrays, tolerance: Tolerance) -> Labels:
    """Groups of choices that are alike in this case."""
    by_shape: dict[object, list[int]] = defaultdict(list)
    entries: list[FloatArray] = []
    for place, (_, prediction) in enumerate(pipeline.predict_each(choices, arguments)):
        shape, numbers = _as_entries(prediction, pipeline.outputs)
        by_shape[shape].append(place)
        entries.append(numbers)
    found = np.empty(len(choices), dtype=np.intp)
    number = 0
    for places in by_shape.values():
        for group in _alike(np.array([entries[place] for place in places]), tolerance):
            found[[places[row] for row in group]] = number
            number += 1
    return found


def _alike(rows: FloatArray, tolerance: Tolerance) -> Iterator[list[int]]:
    """Groups of rows within the tolerance of the group's first. Rows that are alike are neighbours in some order."""
    weights = np.random.default_rng(rows.shape[1]).uniform(0.5, 1.5, rows.shape[1])
    with np.errstate(invalid="ignore"):
        squashed = np.nan_to_num(rows / (1 + np.abs(rows)), nan=2.0)
    along = np.where(np.isposinf(rows), 3.0, np.where(np.isneginf(rows), -3.0, squashed)) @ weights
    order = np.argsort(along, kind="stable")
    gaps = np.flatnonzero(np.diff(along[order]) > 2 * rows.shape[1] * (tolerance.relative + tolerance.absolute))
    for run in np.split(order, gaps + 1):
        waiting = run
        while len(waiting):
            same = ~changed_entries(
                rows[waiting], np.broadcast_to(rows[waiting[0]], rows[waiting].shape), tolerance
            ).any(axis=1)
            yield waiting[same].tolist()
            waiting = waiting[~same]


def _as_entries(prediction: Prediction, outputs: Sequence[str]) -> tuple[object, FloatArray]:
    """What can be seen of a call: shapes, or that it raised; and the numbers, or a sample of them."""
    if prediction.raised:
        return "raised", np.zeros(0)
    arrays = [prediction.outputs[name] for name in outputs]
    samples = [array.ravel()[:: max(1, array.size // _SAMPLE)] for array in arrays]
    return tuple(array.shape for array in arrays), np.concatenate(samples)


def _together(labels: Sequence[Labels]) -> Labels:
    """Groups of choices that are alike in all of these."""
    first, *others = labels
    for one in others:
        first = np.unique(first * (one.max() + 1) + one, return_inverse=True)[1]
    return first


def _ambiguous(labels: Labels, names: Sequence[frozenset[str]]) -> list[frozenset[frozenset[str]]]:
    """Of each group with several simplest sets of misconceptions these sets."""
    groups: dict[int, set[frozenset[str]]] = defaultdict(set)
    for label, one in zip(labels.tolist(), names, strict=True):
        groups[label].add(one)
    simplest = [frozenset(one for one in group if len(one) == min(map(len, group))) for group in groups.values()]
    return list(dict.fromkeys(group for group in simplest if len(group) > 1))


def _said(group: frozenset[frozenset[str]]) -> str:
    return ", or ".join(sorted(" and ".join(sorted(one)) or "nothing wrong" for one in group))


# --- more cases ------------------------------------------------------------------------------------------------------


def _probes(function: Function, key: AnswerKey) -> Iterator[Arrays]:
    """Random cases of many sizes, in the shapes of the small cases; none where nothing is known of shapes."""
    small = key.assignment.small_cases
    for number in range(_PROBES if small is not None else 0):
        data = _probe({} if small is None else small.shapes, number)
        yield {one.name: data[one.data] if one.row is None else data[one.data][one.row] for one in function.parameters}


def _probe(shapes: Mapping[str, Sequence[str]], number: int) -> dict[str, FloatArray]:
    generator = np.random.default_rng([20260404, number])
    lengths = {axis: int(generator.integers(2, _LONGEST_AXIS)) for axes in shapes.values() for axis in axes}
    return {name: 1.3 * generator.standard_normal([lengths[axis] for axis in axes]) for name, axes in shapes.items()}

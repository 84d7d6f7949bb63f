"""Which cases tell the variants apart: what no case could, what no case does, and the fewest cases that do all.

Two choices of variants (of at most two misconceptions) are told apart by a case where some output differs beyond the
tolerance. What cases could do is found out with more of them, of many sizes, that nobody is graded by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.answer_key import AnswerKey
from grader.assignment import Function, Tolerance
from grader.atlas import Arrays, Combination, Pipeline, Prediction
from grader.checks.arrays import changed_entries
from grader.checks.diagnosis.predictions import exact_zeros
from grader.model import FloatArray

_MOST_FAULTS = 2
# Beyond these the entries of a large array are a sample.
_SAMPLE = 48
_PROBES = 10
_LONGEST_AXIS = 8
# The label of choices that raise in a case.
_RAISED = 0

Labels: TypeAlias = NDArray[np.intp]
"""Of each choice of variants the number of its group; choices of one group are not told apart."""


@dataclass(frozen=True, slots=True)
class Separation:
    """What the cases of one function tell apart."""

    function: str
    choices: int
    """How many sets of misconceptions."""
    labels: Mapping[str, Labels]
    """By case."""
    meanings: Labels
    """Of each choice the number of what it means, as far as these cases tell meanings apart."""
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
    choices = list(pipeline.combinations(most_faults=_MOST_FAULTS))
    compared = _Compared(pipeline, key.assignment.tolerance, exact_zeros(key, function.name))
    labels = {one.case.id: _labels(compared, choices, one.arguments) for one in keyed}
    probes = [_labels(compared, choices, one) for one in _probes(function, key)]
    # What raises in every case is no function that anybody has written.
    returned = [one != _RAISED for one in labels.values()]
    kept = np.flatnonzero(np.any(returned, axis=0)) if returned else np.arange(len(choices))
    labels, probes = {case: one[kept] for case, one in labels.items()}, [one[kept] for one in probes]
    choices = [choices[place] for place in kept]
    names = [pipeline.faults(one) for one in choices]
    here = _together(list(labels.values()), len(choices))
    simplest = _simplest(_together([here, *probes], len(choices)), names)
    meanings = _meanings(here, simplest)
    return Separation(
        function.name,
        len(set(names)),
        labels,
        _numbered(meanings),
        tuple(dict.fromkeys(_said(one) for one in simplest if len(one) > 1)),
        tuple(dict.fromkeys(_said(frozenset.union(*group)) for group in meanings if len(group) > 1)),
    )


def fewest_cases(separations: Sequence[Separation]) -> tuple[str, ...]:
    """A smallest set of cases that tells apart, of each function, all meanings that all of its cases do."""
    cases = list(dict.fromkeys(case for one in separations for case in one.labels))
    for number in range(len(cases)):
        for chosen in combinations(cases, number):
            if all(_is_enough(one, chosen) for one in separations):
                return chosen
    return tuple(cases)


def _is_enough(of: Separation, cases: Iterable[str]) -> bool:
    """Whether choices that are alike in all of these cases mean the same."""
    labels = _together([of.labels[case] for case in cases if case in of.labels], len(of.meanings))
    return len(np.unique(labels)) == len(np.unique(_together([labels, of.meanings], len(labels))))


# --- groups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compared:
    """A pipeline, and when its outputs are taken for the same."""

    pipeline: Pipeline
    tolerance: Tolerance
    exact_zeros: frozenset[str]


def _labels(compared: _Compared, choices: Sequence[Combination], arguments: Arrays) -> Labels:
    """Groups of choices that are alike in this case."""
    by_shape: dict[object, list[int]] = defaultdict(list)
    entries: list[FloatArray] = []
    for place, (_, prediction) in enumerate(compared.pipeline.predict_each(choices, arguments)):
        shape, numbers = _as_entries(prediction, compared)
        by_shape[shape].append(place)
        entries.append(numbers)
    found = np.full(len(choices), _RAISED, dtype=np.intp)
    by_shape.pop(None, None)
    number = _RAISED + 1
    for places in by_shape.values():
        for group in _alike(np.array([entries[place] for place in places]), compared.tolerance):
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


def _as_entries(prediction: Prediction, compared: _Compared) -> tuple[object, FloatArray]:
    """What can be seen of a call: shapes (None: it raised), and the numbers, or a sample of them."""
    if prediction.raised:
        return None, np.zeros(0)
    arrays = [prediction.outputs[name] for name in compared.pipeline.outputs]
    exact = [(prediction.outputs[name] == 0).astype(np.float64) for name in sorted(compared.exact_zeros)]
    samples = [array.ravel()[:: max(1, array.size // _SAMPLE)] for array in (*arrays, *exact)]
    return tuple(array.shape for array in arrays), np.concatenate(samples)


def _together(labels: Sequence[Labels], choices: int) -> Labels:
    """Groups of choices that are alike in all of these; all of them, where there are none."""
    found = np.zeros(choices, dtype=np.intp)
    for one in labels:
        found = np.unique(found * (one.max() + 1) + one, return_inverse=True)[1]
    return found


_Names: TypeAlias = frozenset[str]


def _simplest(labels: Labels, names: Sequence[_Names]) -> list[frozenset[_Names]]:
    """Of each choice the simplest sets of misconceptions of its group: several, where they are one function."""
    groups: dict[int, set[_Names]] = defaultdict(set)
    for label, one in zip(labels.tolist(), names, strict=True):
        groups[label].add(one)
    found = {
        label: frozenset(one for one in group if len(one) == min(map(len, group))) for label, group in groups.items()
    }
    return [found[label] for label in labels.tolist()]


def _meanings(labels: Labels, simplest: Sequence[frozenset[_Names]]) -> list[frozenset[frozenset[_Names]]]:
    """Of each choice what the choices of its group mean."""
    groups: dict[int, set[frozenset[_Names]]] = defaultdict(set)
    for label, one in zip(labels.tolist(), simplest, strict=True):
        groups[label].add(one)
    return [frozenset(groups[label]) for label in labels.tolist()]


def _numbered(groups: Sequence[frozenset[frozenset[_Names]]]) -> Labels:
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[group] for group in groups], dtype=np.intp)


def _said(group: frozenset[frozenset[str]]) -> str:
    return ", or ".join(sorted(" and ".join(sorted(one)) or "nothing wrong" for one in group))


# --- more cases ------------------------------------------------------------------------------------------------------


def _probes(function: Function, key: AnswerKey) -> Iterator[Arrays]:
    """Random cases of many sizes, in the shapes of the small cases; none where nothing is known of shapes."""
    small = key.assignment.small_cases
    for number in range(_PROBES if small is not None else 0):
        data = _probe({} if small is None else small.shapes, function.same_length, number)
        yield {one.name: data[one.data] if one.row is None else data[one.data][one.row] for one in function.parameters}


def _probe(shapes: Mapping[str, Sequence[str]], same_length: Sequence[str], number: int) -> dict[str, FloatArray]:
    generator = np.random.default_rng([20260404, number])
    lengths = {axis: int(generator.integers(1, _LONGEST_AXIS)) for axes in shapes.values() for axis in axes}
    lengths |= {shapes[name][0]: lengths[shapes[same_length[0]][0]] for name in same_length}
    return {name: 1.3 * generator.standard_normal([lengths[axis] for axis in axes]) for name, axes in shapes.items()}

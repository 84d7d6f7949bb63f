"""The cases that functions are called on: the sheet's data, those in assignment.toml, hidden and small ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment import SHEET, Assignment, Interface, Invariants, SmallCases, Values, Variables
from grader.errors import AssignmentError
from grader.model import FloatArray
from grader.reference_module import Reference, input_array


@dataclass(frozen=True, slots=True)
class Case:
    """One set of inputs, shared by all functions. Of a hidden case students learn the title alone."""

    id: str
    set: str
    title: str
    hidden: bool
    data: Mapping[str, FloatArray]


def _sets_used(assignment: Assignment) -> list[str]:
    criteria = [criterion for exercise in assignment.exercises for criterion in exercise.criteria]
    used = [set_ for one in criteria if isinstance(one, Interface | Values | Invariants) for set_ in one.cases]
    plots = [SHEET] if any(exercise.plots for exercise in assignment.exercises) else []
    return list(dict.fromkeys([*used, *plots]))


def uses_sheet(assignment: Assignment) -> bool:
    criteria = [criterion for exercise in assignment.exercises for criterion in exercise.criteria]
    return SHEET in _sets_used(assignment) or any(isinstance(criterion, Variables) for criterion in criteria)


def make_cases(
    assignment: Assignment, reference: Reference, sheet: Mapping[str, FloatArray], toml: Path
) -> tuple[Case, ...]:
    """All cases that some criterion uses. Raises AssignmentError or AnswerKeyError."""
    return _unique(_cases(assignment, reference, sheet, toml), toml)


def _cases(assignment: Assignment, reference: Reference, sheet: Mapping[str, FloatArray], toml: Path) -> Iterator[Case]:
    for set_ in _sets_used(assignment):
        public = [case for case in assignment.cases if case.set == set_]
        if set_ == SHEET:
            yield Case(SHEET, SHEET, "the sheet's data", hidden=False, data=sheet)
        elif public:
            for case in public:
                yield Case(case.id, set_, case.title, hidden=False, data=_written_out(case.data, case.id, toml))
        else:
            for name, data in reference.cases(set_).items():
                yield Case(name, set_, name.replace("_", " "), hidden=True, data=data)


def _unique(cases: Iterable[Case], toml: Path) -> tuple[Case, ...]:
    found: dict[str, Case] = {}
    for case in cases:
        if case.id in found:
            message = (
                f'{toml}: the sets "{found[case.id].set}" and "{case.set}" both have a case "{case.id}". Rename one.'
            )
            raise AssignmentError(message)
        found[case.id] = case
    return tuple(found.values())


def _written_out(data: Mapping[str, list[Any]], case: str, toml: Path) -> dict[str, FloatArray]:
    try:
        return {name: input_array(rows) for name, rows in data.items()}
    except (ValueError, TypeError) as error:
        message = f'{toml}: cases: "{case}" has data that is no array of numbers: {error}.'
        raise AssignmentError(message) from error


def small_cases(assignment: Assignment) -> list[Case]:
    """Those of `assignment.small_cases`, the same each time, from the smallest up."""
    small = assignment.small_cases
    if small is None:
        return []
    numbered = [(index, number) for index in range(len(small.sizes)) for number in range(small.each)]
    return sorted((_small_case(small, index, number) for index, number in numbered), key=_effort)


def _small_case(small: SmallCases, index: int, number: int) -> Case:
    generator = np.random.default_rng([index, number])
    size = small.sizes[index]
    data = {
        name: input_array(_without_zero_rows(generator.choice(small.numbers, [size[axis] for axis in axes]), small))
        for name, axes in small.shapes.items()
    }
    return Case(f"small_{index}_{number}", SMALL, "a small example", hidden=False, data=data)


def _without_zero_rows(array: FloatArray, small: SmallCases) -> FloatArray:
    """A vector without length shows little, and has no direction."""
    return np.where(array.any(axis=-1, keepdims=True), array, max(small.numbers, key=abs))


def call_id(function: str, case: str) -> str:
    """The id of the function's call in the case."""
    return f"{function}:{case}"


def sheet_call_id(function: str) -> str:
    return call_id(function, SHEET)


SMALL = "small_cases"
"""The set of the small cases."""


def _effort(case: Case) -> tuple[int, float]:
    """How much there is to calculate by hand."""
    return sum(array.size for array in case.data.values()), sum(float(abs(array).sum()) for array in case.data.values())

"""Calls with the notebook's own data, where that is not the sheet's: what comes of them is what the notebook plots.

An earlier fault may have mixed up the matrices, or changed the data that functions are given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.answer_key import AnswerKey
from grader.assignment import Function, Parameter, Variables
from grader.checks.arrays import all_near
from grader.checks.plots.own_outputs import own_data_call
from grader.model import Argument, Call, Numbers, VariableRun
from grader.reference_module import frozen_array

_MOST_CALLS = 4


def own_data_names(key: AnswerKey) -> tuple[str, ...]:
    """The notebook's variables that functions are called with."""
    sheet = key.sheet if key.plots else {}
    return tuple(dict.fromkeys([*sheet, *_matrices(key).values()]))


def own_data_calls(function: str, key: AnswerKey, variables: Sequence[VariableRun]) -> Iterator[Call]:
    """For each look at the variables at which they were others than the sheet's data; none if no plot shows it."""
    if not any(asked.plot.function == function for asked in key.plots.values()):
        return
    described = key.assignment.function(function)
    seen: list[tuple[Argument, ...]] = []
    for run in variables:
        arguments = _arguments(described, key, run)
        if arguments is not None and not any(_same(arguments, other) for other in seen) and len(seen) < _MOST_CALLS:
            seen.append(arguments)
            id_ = f"{own_data_call(function)} {len(seen)}"
            yield Call(id_, function, arguments, len(described.outputs), hidden=False)


def _matrices(key: AnswerKey) -> dict[str, str]:
    """The sheet's data by its name ─▶ the variable that should hold it as a matrix."""
    return {
        source: name
        for exercise in key.assignment.exercises
        for criterion in exercise.criteria
        if isinstance(criterion, Variables)
        for name, source in zip(criterion.names, criterion.equal, strict=True)
    }


def _arguments(function: Function, key: AnswerKey, run: VariableRun) -> tuple[Argument, ...] | None:
    """None where they are the sheet's data, or aren't all there."""
    takes_lists = any(parameter.as_list for parameter in function.parameters)
    matrices = {} if takes_lists else _matrices(key)
    found: list[Argument] = []
    is_other = False
    for parameter in function.parameters:
        value = run.values.get(matrices.get(parameter.data, parameter.data))
        if not isinstance(value, Numbers) or value.values.ndim == 0 or len(value.values) <= (parameter.row or 0):
            return None
        sheet = key.sheet[parameter.data]
        is_other = is_other or not all_near(value.values, sheet, key.assignment.tolerance)
        found.append(_argument(value, parameter))
    return tuple(found) if is_other else None


def _argument(value: Numbers, parameter: Parameter) -> Argument:
    if parameter.row is not None:
        return frozen_array(value.values[parameter.row])
    return tuple(map(frozen_array, value.values)) if parameter.as_list else value.values


def _same(one: tuple[Argument, ...], other: tuple[Argument, ...]) -> bool:
    pairs = [(a, b) for left, right in zip(one, other, strict=True) for a, b in zip(left, right, strict=False)]
    sizes = [len(left) == len(right) for left, right in zip(one, other, strict=True)]
    return all(sizes) and all(a.shape == b.shape and bool((a == b).all()) for a, b in pairs)

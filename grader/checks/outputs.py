"""What a call returned, as arrays of the expected shapes; or the first thing that is wrong with it, as a `Fault`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from grader.answer_key import KeyedCall
from grader.assignment import Function, Tolerance
from grader.checks import wording
from grader.checks.arrays import all_the_same, first, fitted, wrong_entries
from grader.model import (
    Absent,
    FloatArray,
    Items,
    NoAnswer,
    NotCallable,
    NotNumbers,
    Numbers,
    Observation,
    Raised,
    Returned,
    Silence,
    Value,
)


class FaultKind(StrEnum):
    ABSENT = "absent"
    NOT_CALLABLE = "not_callable"
    NO_ANSWER = "no_answer"
    RAISED = "raised"
    WRONG_COUNT = "wrong_count"
    WRONG_TYPE = "wrong_type"
    WRONG_SHAPE = "wrong_shape"
    NOT_FINITE = "not_finite"
    WRONG_VALUE = "wrong_value"


@dataclass(frozen=True, slots=True)
class Fault:
    """One call gone wrong: what was expected, and what came; in a hidden case with nothing of the student's making."""

    kind: FaultKind
    message: str
    output: int | None = None
    index: tuple[int, ...] = ()
    got: FloatArray | None = None


Outputs = tuple[FloatArray, ...]

_SILENCES = {
    Silence.TIMED_OUT: "took too long and was stopped",
    Silence.KILLED_KERNEL: "ended the Python process",
    Silence.MALFORMED: "gave an answer that can't be read",
    Silence.NOT_ASKED: (
        "was not made: the notebook used up its time, ended the Python process too often, or broke its kernel"
    ),
}


def read_outputs(keyed: KeyedCall, observation: Observation, function: Function) -> Outputs | Fault:
    """The returned arrays in the shapes expected, or what is wrong before any value is looked at."""
    if not isinstance(observation, Returned):
        return _not_returned(observation, function, hidden=keyed.case.hidden)
    values = _separate(observation.value, function, hidden=keyed.case.hidden)
    if isinstance(values, Fault):
        return values
    arrays: list[FloatArray] = []
    for position, value in enumerate(values):
        array = _fitted_output(value, keyed, function, position)
        if isinstance(array, Fault):
            return array
        arrays.append(array)
    return tuple(arrays)


def _not_returned(observation: Observation, function: Function, *, hidden: bool) -> Fault:
    call = wording.signature(function)
    if isinstance(observation, Absent):
        return Fault(FaultKind.ABSENT, f"There is no function {function.name} when the notebook has run.")
    if isinstance(observation, NotCallable):
        what = "" if hidden else f" but {wording.with_article(observation.type_name)}"
        message = f"{function.name} is not a function{what}."
        return Fault(FaultKind.NOT_CALLABLE, message)
    if isinstance(observation, Raised):
        name = wording.error_name(observation.name, hidden=hidden)
        detail = f": {observation.text.rstrip('.')}" if observation.text and not hidden else ""
        return Fault(FaultKind.RAISED, f"{call} raised {name}{detail}.")
    if isinstance(observation, NoAnswer):
        return Fault(FaultKind.NO_ANSWER, f"The call {call} {_SILENCES[observation.reason]}.")
    raise AssertionError(observation)


def _separate(value: Value, function: Function, *, hidden: bool) -> tuple[Numbers | NotNumbers, ...] | Fault:
    """The returned value as one item per output."""
    wanted = len(function.outputs)
    if wanted == 1 and not isinstance(value, Items):
        return (value,)
    if isinstance(value, Items) and len(value.items) == wanted:
        return value.items
    came = "something else" if hidden else _what_came(value)
    message = f"{wording.signature(function)} should return {wording.outputs(function)}, but returned {came}."
    return Fault(FaultKind.WRONG_COUNT, message)


def _what_came(value: Value) -> str:
    came = wording.kind_of(value)
    if came == "None":
        return "None (is there a `return` at its end?)"
    return came if isinstance(value, Items) else f"one value, {came}"


def _fitted_output(
    value: Numbers | NotNumbers, keyed: KeyedCall, function: Function, position: int
) -> FloatArray | Fault:
    output = function.outputs[position]
    expected = keyed.expected[position]
    if isinstance(value, NotNumbers):
        came = "a value of another type" if keyed.case.hidden else wording.kind_of(value)
        reason = "" if keyed.case.hidden or came == "None" else f" ({value.reason})"
        message = f"{output.name} should be an array of numbers, but is {came}{reason}."
        return Fault(FaultKind.WRONG_TYPE, message, output=position)
    array = fitted(value.values, expected.shape)
    if array is None:
        message = f"{output.name} has the wrong shape"
        if not keyed.case.hidden:
            wanted = wording.shape(expected.shape, output.axes)
            message = f"{output.name} should have {wanted}, but is {wording.kind_of(value)}"
        return Fault(FaultKind.WRONG_SHAPE, f"{message}.", output=position, got=value.values)
    return array


def wrong_value(keyed: KeyedCall, outputs: Outputs, function: Function, tolerance: Tolerance) -> Fault | None:
    """The first output entry that isn't what it should be; NaN and infinity before all others."""
    for position, got in enumerate(outputs):
        if not np.isfinite(got).all():
            return _not_finite(keyed, got, function, position)
    for position, (got, expected) in enumerate(zip(outputs, keyed.expected, strict=True)):
        wrong = wrong_entries(got, expected, tolerance)
        if wrong.any():
            index = first(wrong)
            output = function.outputs[position]
            message = f"{output.name} is wrong"
            if not keyed.case.hidden:
                message += (
                    f" at {wording.place(index, output.axes)}: {wording.number(expected[index])} was expected, "
                    f"{wording.number(got[index])} came ({int(wrong.sum())} of {wrong.size} entries are wrong)"
                )
            return Fault(FaultKind.WRONG_VALUE, f"{message}.", output=position, index=index, got=got)
    return None


def _not_finite(keyed: KeyedCall, got: FloatArray, function: Function, position: int) -> Fault:
    output = function.outputs[position]
    index = first(~np.isfinite(got))
    what = "NaN (not a number)" if np.isnan(got[index]) else "infinite"
    where = "" if keyed.case.hidden else f" at {wording.place(index, output.axes)}"
    message = f"{output.name} is {what}{where}."
    return Fault(FaultKind.NOT_FINITE, message, output=position, index=index, got=got)


def fault_of(keyed: KeyedCall, observation: Observation, function: Function, tolerance: Tolerance) -> Fault | None:
    outputs = read_outputs(keyed, observation, function)
    return outputs if isinstance(outputs, Fault) else wrong_value(keyed, outputs, function, tolerance)


def observation_of(keyed: KeyedCall, observations: Mapping[str, Observation]) -> Observation:
    return observations.get(keyed.call.id, NoAnswer(Silence.NOT_ASKED))


NO_FUNCTION = frozenset({FaultKind.ABSENT, FaultKind.NOT_CALLABLE})
"""Faults that are the same in every case: no inputs tell anything about them."""


def placed(keyed: KeyedCall, fault: Fault) -> str:
    """The fault's message with the case that it was seen in, where that makes a difference."""
    return fault.message if fault.kind in NO_FUNCTION else f"On {keyed.case.title}: {fault.message}"


def did_the_same(one: Observation, other: Observation, tolerance: Tolerance) -> bool:
    """Whether two calls did the same: returned the same values, of whatever shape, or raised in the same words."""
    if isinstance(one, Returned) and isinstance(other, Returned):
        return _is_same(one.value, other.value, tolerance)
    return one == other


def _is_same(one: Value, other: Value, tolerance: Tolerance) -> bool:
    if isinstance(one, Items) and isinstance(other, Items):
        pairs = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(_is_same(*pair, tolerance) for pair in pairs)
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        return all_the_same(one.values, other.values, tolerance)
    return one == other

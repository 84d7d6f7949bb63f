"""A public case in which a function goes wrong, written out so that a student can follow it by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from grader.answer_key import AnswerKey, KeyedCall
from grader.assignment import Function
from grader.checks import wording
from grader.checks.outputs import NO_FUNCTION, Fault, fault_of, observation_of, read_outputs
from grader.model import FloatArray, Observation
from grader.score_report import Example

# Larger inputs are not written out: they stand on the sheet.
_MOST_NUMBERS = 100


def smallest_example(key: AnswerKey, observations: Mapping[str, Observation], function: Function) -> Example | None:
    """The example that is the least work to follow, among public cases and small ones; None where all are right."""
    for keyed in public_calls(key, observations, function):
        fault = fault_of(keyed, observation_of(keyed, observations), function, key.assignment.tolerance)
        if fault is not None and may_be_shown(keyed, fault):
            return example_of(keyed, fault, function)
    return None


def incomparable_example(key: AnswerKey, observations: Mapping[str, Observation], function: Function) -> Example | None:
    """The same among calls that return nothing that can be compared."""
    for keyed in public_calls(key, observations, function):
        fault = read_outputs(keyed, observation_of(keyed, observations), function)
        if isinstance(fault, Fault) and may_be_shown(keyed, fault):
            return example_of(keyed, fault, function)
    return None


def public_calls(key: AnswerKey, observations: Mapping[str, Observation], function: Function) -> list[KeyedCall]:
    """The public calls of a function, and the small ones that were made, the smallest first."""
    public = [one for one in key.calls[function.name].values() if not one.case.hidden]
    small = [one for one in key.small[function.name] if one.call.id in observations]
    return sorted([*small, *public], key=size)


def may_be_shown(keyed: KeyedCall, fault: Fault) -> bool:
    """Hidden inputs never are; and where there is no function, no inputs tell anything."""
    return not keyed.case.hidden and fault.kind not in NO_FUNCTION


def size(keyed: KeyedCall) -> int:
    """How many numbers the call's arguments hold."""
    return sum(array.size for array in keyed.arguments.values())


def example_of(keyed: KeyedCall, fault: Fault, function: Function) -> Example:
    position = fault.output or 0
    output = function.outputs[position]
    expected: FloatArray | None = keyed.expected[position]
    got = fault.got
    small = size(keyed) <= _MOST_NUMBERS
    if not small:
        # The one entry that is wrong: not a table of right answers to copy.
        entry = fault.index if fault.index and got is not None else None
        expected = None if entry is None else np.asarray(keyed.expected[position][entry])
        got = None if entry is None or got is None else np.asarray(got[entry])
    too_large = got is not None and max(got.size, *got.shape, 0) > _MOST_NUMBERS
    return Example(
        call=f"{wording.signature(function)} on {keyed.case.title}",
        inputs={name: wording.plain_numbers(array) for name, array in keyed.arguments.items()} if small else {},
        output=output.name,
        where=wording.place(fault.index, output.axes) if fault.index else "",
        expected=None if expected is None else wording.plain_numbers(expected),
        got=None if got is None or too_large else wording.plain_numbers(got),
        rule=fault.message,
    )


def argument_example(
    keyed: KeyedCall, name: str, after: Sequence[FloatArray], function: Function, rule: str
) -> Example | None:
    """A call that changed an argument: a vector, a matrix, or a list of vectors (`after`). None if it is too large."""
    if size(keyed) > _MOST_NUMBERS or sum(array.size for array in after) > _MOST_NUMBERS:
        return None
    became = [wording.plain_numbers(array) for array in after]
    return Example(
        call=f"{wording.signature(function)} on {keyed.case.title}",
        inputs={one: wording.plain_numbers(array) for one, array in keyed.arguments.items()},
        output=name,
        where="",
        expected=wording.plain_numbers(keyed.arguments[name]),
        got=became[0] if len(after) == 1 and after[0].ndim == keyed.arguments[name].ndim else became,
        rule=rule,
    )

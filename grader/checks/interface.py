"""Does the function take what it should and return what it should, in kind and shape, and leave all else alone?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from grader.answer_key import AnswerKey, KeyedCall, Repeat
from grader.assignment import Function, Interface, Tolerance
from grader.checks import wording
from grader.checks.arrays import all_the_same
from grader.checks.example import argument_example, incomparable_example, public_calls, size
from grader.checks.outputs import Fault, did_the_same, observation_of, placed, read_outputs
from grader.model import (
    Argument,
    CheckResult,
    FloatArray,
    Items,
    NoAnswer,
    NotNumbers,
    Numbers,
    Observation,
    Returned,
    Value,
)
from grader.score_report import Example


def check_interface(
    criterion: Interface, function: Function, key: AnswerKey, observations: Mapping[str, Observation]
) -> CheckResult:
    calls = key.of_sets(function.name, criterion.cases)
    if not is_deterministic(function, key, observations):
        # No other message: what came would be another thing in each report.
        return CheckResult(0.0, _NOT_DETERMINISTIC.format(function=function.name))
    for keyed in sorted(calls, key=size):
        fault = read_outputs(keyed, observation_of(keyed, observations), function)
        if isinstance(fault, Fault):
            return CheckResult(0.0, placed(keyed, fault), incomparable_example(key, observations, function))
    changed = changed_parameters(calls, function, observations)
    if not changed:
        return CheckResult(1.0)
    return CheckResult(0.0, _says_changed(changed, function), _changed_example(changed[0], function, key, observations))


NOT_JUDGED = "Could not be judged: two equal calls of {function} returned different values."

_NOT_DETERMINISTIC = (
    "Two equal calls of {function} returned different values. It should depend on nothing but its arguments: "
    "is something random in it, or does it keep something from one call to the next?"
)

# --- arguments -------------------------------------------------------------------------------------------------------


def changed_parameters(
    calls: Iterable[KeyedCall], function: Function, observations: Mapping[str, Observation]
) -> list[str]:
    """The parameters whose arguments were others after some call."""
    changed: list[str] = []
    for keyed in calls:
        observation = observation_of(keyed, observations)
        if not isinstance(observation, Returned):
            continue
        after = observation.arguments_after
        for position, parameter in enumerate(function.parameters):
            is_same = position < len(after) and _is_same(keyed.call.arguments[position], after[position])
            if not is_same and parameter.name not in changed:
                changed.append(parameter.name)
    return changed


def _says_changed(changed: Sequence[str], function: Function) -> str:
    names = " and ".join(changed)
    return (
        f"{wording.signature(function)} changes what it is given: {names} had other values or another shape "
        "after the call than before. Work on a copy, or make a new array."
    )


def _changed_example(
    name: str, function: Function, key: AnswerKey, observations: Mapping[str, Observation]
) -> Example | None:
    """The smallest public call in which the argument was changed: what it was, and what it became."""
    position = [parameter.name for parameter in function.parameters].index(name)
    for keyed in public_calls(key, observations, function):
        observation = observation_of(keyed, observations)
        if name not in changed_parameters([keyed], function, observations) or not isinstance(observation, Returned):
            continue
        after = observation.arguments_after[position : position + 1]
        items = after[0].items if after and isinstance(after[0], Items) else after
        arrays = [one.values for one in items if isinstance(one, Numbers)]
        return argument_example(keyed, name, arrays, function, f"{name} is another after the call than before.")
    return None


def _is_same(before: Argument, after: Value) -> bool:
    if isinstance(before, tuple):
        if not isinstance(after, Items) or len(after.items) != len(before):
            return False
        rows = [item.values for item in after.items if isinstance(item, Numbers)]
        if [row.shape for row in rows] != [row.shape for row in before]:
            return False
        return all_the_same(np.array(rows), np.array(before), _SAME_TOLERANCE)
    return not isinstance(after, Items) and _is_same_array(before, after)


def _is_same_array(before: FloatArray, after: Numbers | NotNumbers) -> bool:
    # Divided and multiplied back in place is as it was, but for the last bits.
    return isinstance(after, Numbers) and all_the_same(after.values, before, _SAME_TOLERANCE)


_SAME_TOLERANCE = Tolerance(relative=1e-12, absolute=1e-15)


# --- equal calls -----------------------------------------------------------------------------------------------------

# How far apart two equal calls may be: float32 sums taken in another order. Closer than any number that is shown.
_REPEAT_TOLERANCE = Tolerance(relative=1e-5, absolute=1e-7)


def is_deterministic(function: Function, key: AnswerKey, observations: Mapping[str, Observation]) -> bool:
    """Whether each repeated call did what the first one did: the same values, or the same fault in the same words."""
    return all(_agree(repeat, observations) for repeat in key.repeats[function.name])


def _agree(repeat: Repeat, observations: Mapping[str, Observation]) -> bool:
    first, second = observation_of(repeat.first, observations), observations.get(repeat.call.id)
    if second is None or isinstance(first, NoAnswer) or isinstance(second, NoAnswer):
        return True
    return did_the_same(first, second, _REPEAT_TOLERANCE)

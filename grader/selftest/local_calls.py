"""Calls functions in this process: the author's own, from `reference/`, never a student's."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any

import numpy as np

from grader.answer_key import AnswerKey
from grader.checks.diagnosis import alterations, sheet_variables
from grader.model import (
    Absent,
    Alteration,
    Argument,
    Call,
    FloatArray,
    FunctionRun,
    Items,
    NotNumbers,
    Numbers,
    Observation,
    Raised,
    Returned,
    Value,
)

Namespace = dict[str, Any]


def plain_run(source: str, function: str, key: AnswerKey) -> FunctionRun:
    """What a kernel would say of the function that the source defines, below the sheet's data."""
    small = [one.call for one in key.small[function]]
    return FunctionRun(function, function, _observed(_run(source, key), function, (*key.calls_of(function), *small)))


def altered_runs(source: str, function: str, key: AnswerKey) -> Iterator[FunctionRun]:
    """The same where the notebook's variables are altered."""
    public = [call for call in key.calls_of(function) if not call.hidden]
    for alteration in alterations(key):
        namespace = _altered(_run(source, key), alteration)
        yield FunctionRun(function, function, _observed(namespace, function, public), alteration=alteration.label)


def _run(source: str, key: AnswerKey) -> Namespace:
    namespace: Namespace = {"np": np, **{name: fresh(value) for name, value in sheet_variables(key).items()}}
    exec(compile(source, "<a source of the self-test>", "exec"), namespace)  # noqa: S102 - the author's own
    return namespace


def _altered(namespace: Namespace, alteration: Alteration) -> Namespace:
    namespace |= {name: fresh(value) for name, value in alteration.changed.items() if name in namespace}
    if alteration.double_data:
        namespace |= {name: _doubled(value) for name, value in namespace.items()}
    return namespace


def _doubled(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(map(_doubled, value))
    return 2 * value if isinstance(value, np.ndarray | float | int) else value


def _observed(namespace: Namespace, function: str, calls: tuple[Call, ...] | list[Call]) -> dict[str, Observation]:
    return {call.id: observe(namespace.get(function), call.arguments) for call in calls}


def observe(function: Callable[..., Any] | None, arguments: tuple[Argument, ...]) -> Observation:
    """What a kernel would say of this call."""
    if function is None:
        return Absent()
    given = [fresh(one) for one in arguments]
    try:
        with np.errstate(all="ignore"), redirect_stdout(io.StringIO()):
            returned = copy.deepcopy(function(*given))
    except Exception as error:  # noqa: BLE001 - that is what is observed
        return Raised(type(error).__name__, str(error))
    return Returned(value_of(returned), tuple(map(value_of, given)))


def fresh(argument: Argument) -> Any:
    """The argument as a function gets it: its own to change."""
    return [row.copy() for row in argument] if isinstance(argument, tuple) else argument.copy()


def value_of(value: Any) -> Value:
    if isinstance(value, tuple | list):
        return Items(tuple(one_value(item) for item in value), type(value).__name__)
    return one_value(value)


def one_value(value: Any) -> Numbers | NotNumbers:
    if value is None:
        return NotNumbers("NoneType", "no numbers")
    array: FloatArray = np.array(value, dtype=np.float64)
    array.setflags(write=False)
    return Numbers(array, type(value).__name__)

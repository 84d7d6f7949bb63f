"""Observations for tests of checks: what a function returns over all of its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.answer_key import AnswerKey
from grader.assignment import Exercise
from grader.checks import check_exercise
from grader.model import CheckResult, Execution, FunctionRun, Observation, VariableRun
from grader.selftest.local_calls import observe


def observations(function: Callable[..., Any] | None, name: str, key: AnswerKey) -> dict[str, Observation]:
    return {call.id: observe(function, call.arguments) for call in key.calls_of(name)}


def check(
    exercise_id: str, key: AnswerKey, *runs: tuple[str, Callable[..., Any] | None], variables: VariableRun | None = None
) -> Mapping[str, CheckResult]:
    """The results of an exercise, with these functions (name, function), each seen once, and no others."""
    given = {name for name, _ in runs}
    absent = [(function.name, None) for function in key.assignment.functions if function.name not in given]
    seen = tuple(FunctionRun(name, name, observations(function, name, key)) for name, function in (*runs, *absent))
    return check_exercise(
        exercise(exercise_id, key), key, Execution((), seen, () if variables is None else (variables,))
    ).results


def exercise(exercise_id: str, key: AnswerKey) -> Exercise:
    return next(one for one in key.assignment.exercises if one.id == exercise_id)

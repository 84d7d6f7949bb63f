"""A runner without kernels: it calls plain Python functions, in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np

from grader.assignment import Limits
from grader.errors import GradingStopped
from grader.model import (
    Absent,
    Argument,
    CellOutcome,
    CellStatus,
    Execution,
    FloatArray,
    FunctionRun,
    Items,
    Numbers,
    Observation,
    ProbePlan,
    Raised,
    Returned,
    Submission,
    Value,
    VariableRun,
)


class FakeRunner:
    """Answers every plan with `functions` and `variables`, whatever the submission says."""

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        variables: Mapping[str, Any] | None = None,
        failure: Exception | None = None,
    ) -> None:
        self.functions = dict(functions or {})
        self.variables = dict(variables or {})
        self.failure = failure
        self.stopped = False
        self.submissions: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        del limits
        if self.stopped:
            raise GradingStopped("stopped")
        self.submissions.append(submission.id)
        if self.failure is not None:
            raise self.failure
        runs = tuple(
            FunctionRun(
                probe.function,
                probe.function if probe.function in self.functions else None,
                {call.id: observe(self.functions.get(probe.function), call.arguments) for call in probe.calls},
            )
            for probe in plan.functions
        )
        cells = tuple(CellOutcome(cell.number, CellStatus.OK) for cell in submission.cells)
        variables = {name: value_of(value) for name, value in self.variables.items()}
        return Execution(cells, runs, (VariableRun(variables),))

    def stop(self) -> None:
        self.stopped = True


def observe(function: Callable[..., Any] | None, arguments: tuple[Argument, ...]) -> Observation:
    """What a kernel would say of this call."""
    if function is None:
        return Absent()
    given = [[row.copy() for row in one] if isinstance(one, tuple) else one.copy() for one in arguments]
    try:
        with np.errstate(all="ignore"):
            returned = function(*given)
    except Exception as error:  # noqa: BLE001 - that is what is observed
        return Raised(type(error).__name__, str(error))
    return Returned(value_of(returned), tuple(map(value_of, given)))


def value_of(value: Any) -> Value:
    if isinstance(value, tuple | list):
        return Items(tuple(numbers(item) for item in value), type(value).__name__)
    return numbers(value)


def numbers(value: Any) -> Numbers:
    array: FloatArray = np.array(value, dtype=np.float64)
    array.setflags(write=False)
    return Numbers(array, type(value).__name__)

"""Real kernels for tests: notebooks of a few cells, calls of their functions, and what came of them."""

from __future__ import annotations

import atexit
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from grader.assignment import Limits
from grader.model import (
    Call,
    Cell,
    CellStatus,
    Execution,
    FollowUp,
    FunctionProbe,
    Numbers,
    Observation,
    ProbePlan,
    Returned,
    Submission,
    VariableProbe,
)
from grader.runner import KernelRunner
from grader.runner.sandbox import Layer, Sandbox, find_sandbox

LIMITS = Limits(cell_seconds=2, call_seconds=1, submission_seconds=30)
ONE_TO_THREE = np.array([1.0, 2.0, 3.0])


@cache
def shared_runner(*, sealed: bool) -> KernelRunner:
    """One for all tests of a process; its zygote ends with the process."""
    runner = KernelRunner(find_sandbox("auto" if sealed else "off"))
    atexit.register(runner.close)
    runner.prepare()
    return runner


def reduced_sandbox() -> Sandbox:
    """The seal of a machine without namespaces: Docker's, or Ubuntu 24.04's for ordinary users."""
    full = find_sandbox("auto")
    layers = tuple(layer for layer in full.layers if layer is not Layer.NAMESPACES)
    return replace(full, layers=layers, user_namespace=False, drops_user=False)


def call(function: str, suffix: str = "public", *, hidden: bool = False) -> Call:
    return Call(f"{function}:{suffix}", function, (ONE_TO_THREE,), 1, hidden)


def run(
    *sources: str,
    calls: tuple[Call, ...] = (),
    after: int | None = None,
    limits: Limits = LIMITS,
    sealed: bool = True,
    **variables: int,
) -> Execution:
    """Run these cells; call functions as they stood after cell `after`; read each variable after its cell."""
    cells = tuple(Cell(number, source, None) for number, source in enumerate(sources, start=1))
    names = dict.fromkeys(one.function for one in calls)
    probes = tuple(FunctionProbe(name, after, tuple(one for one in calls if one.function == name)) for name in names)
    reads = tuple(VariableProbe((name,), number) for name, number in variables.items())
    moments = () if after is None else (after,)
    return shared_runner(sealed=sealed).run(Submission("x", "x", "", cells), ProbePlan(probes, reads, moments), limits)


def statuses(execution: Execution) -> list[CellStatus]:
    return [cell.status for cell in execution.cells]


def observed(execution: Execution, call_id: str = "f:public") -> list[Observation]:
    return [one.observations[call_id] for one in execution.functions if call_id in one.observations]


def value(observation: Observation) -> Any:
    assert isinstance(observation, Returned), observation
    assert isinstance(observation.value, Numbers)
    return observation.value.values.tolist()


class Numbers_of:  # noqa: N801 - reads as a matcher
    def __init__(self, value: float) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and other.values.tolist() == self.value

    __hash__ = None  # type: ignore[assignment]


def run_probes(
    *sources: str, probes: tuple[FunctionProbe, ...], follow_up: FollowUp | None = None, sealed: bool = True
) -> Execution:
    """Run these cells, and ask of functions what the probes say."""
    cells = tuple(Cell(number, source, None) for number, source in enumerate(sources, start=1))
    plan = ProbePlan(probes, (), (len(cells),))
    plan = plan if follow_up is None else replace(plan, follow_up=follow_up)
    return shared_runner(sealed=sealed).run(Submission("x", "x", "", cells), plan, LIMITS)

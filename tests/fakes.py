"""A runner without kernels: it calls plain Python functions, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self

from grader.assignment import Limits
from grader.errors import GradingStopped
from grader.figures import Figures
from grader.model import (
    CellOutcome,
    CellStatus,
    Execution,
    FunctionProbe,
    FunctionRun,
    Observation,
    ProbePlan,
    Submission,
    VariableRun,
)
from grader.report.scores import ScoreRow
from grader.selftest.local_calls import observe, value_of

_NONE_DRAWN = Figures()


class FakeListener:
    """Remembers what it is told; `on_done` may do something more."""

    def __init__(self, on_done: Callable[[ScoreRow], None] = lambda _: None) -> None:
        self.finished: list[str] = []
        self.to_do = 0
        self.notes: list[str] = []
        self.ended: list[str] = []
        self._on_done = on_done

    def begin(self, finished: Sequence[ScoreRow], to_do: int, notes: Sequence[str]) -> None:
        self.finished, self.to_do, self.notes = [row.id for row in finished], to_do, list(notes)

    def done(self, row: ScoreRow) -> None:
        self.ended.append(row.id)
        self._on_done(row)


class FakeRunner:
    """Answers every plan with `functions` and `variables`, whatever the submission says."""

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        variables: Mapping[str, Any] | None = None,
        failure: Exception | None = None,
        figures: Figures | None = _NONE_DRAWN,
    ) -> None:
        self.functions = dict(functions or {})
        self.variables = dict(variables or {})
        self.failure = failure
        self.figures = figures
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
        runs = tuple(run for probe in plan.functions for run in self._runs(probe, plan))
        cells = tuple(CellOutcome(cell.number, CellStatus.OK) for cell in submission.cells)
        variables = {name: value_of(value) for name, value in self.variables.items()}
        return Execution(cells, runs, (VariableRun(variables),), self.figures)

    def _runs(self, probe: FunctionProbe, plan: ProbePlan) -> Iterator[FunctionRun]:
        """Plain functions have no variables that could be altered."""
        found_as = probe.function if probe.function in self.functions else None
        labels: list[str | None] = [alteration.label for alteration in probe.alterations]
        for label in labels or [None]:
            yield FunctionRun(probe.function, found_as, self._observed(probe, plan), alteration=label)

    def _observed(self, probe: FunctionProbe, plan: ProbePlan) -> dict[str, Observation]:
        function = self.functions.get(probe.function)
        seen = {call.id: observe(function, call.arguments) for call in probe.calls}
        further = plan.follow_up(
            probe.function, {call.id: seen[call.id] for call in probe.calls if not call.hidden}, ()
        )
        return seen | {call.id: observe(function, call.arguments) for call in further}

    def stop(self) -> None:
        self.stopped = True

"""One try at a notebook in one kernel: its cells, then the calls.

Functions are called only when all cells have run, so that no cell and no public call comes after a hidden call and
could tell what that one saw.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from grader.errors import WireError
from grader.figures import Figures
from grader.model import Cell, CellOutcome, CellStatus, Execution, ProbePlan, Submission, VariableRun
from grader.runner.attempt_state import Budget, Culprit, Skips, as_lost
from grader.runner.calls import PROBE_SECONDS, Caller, Observed, make_calls
from grader.runner.figures_wire import decode_figures
from grader.runner.kernel import Kernel
from grader.runner.losses import KernelLost
from grader.runner.missing_imports import missing_package, without_imports_of
from grader.runner.wire import decode_variables, unpacked


@dataclass(slots=True)
class Record:
    """What was seen in this try; whole or not, it can be made an Execution at any time."""

    skips: Skips
    cells: dict[int, CellOutcome] = field(default_factory=dict)
    observed: Observed = field(default_factory=Observed)
    variables: list[VariableRun] = field(default_factory=list)
    figures: Figures | None = None

    def frozen(self) -> Record:
        """The record as it is, untouched by what later tries leave out: even that could tell what was seen."""
        return replace(self, skips=replace(self.skips, cells=dict(self.skips.cells)))

    def execution(self, submission: Submission, plan: ProbePlan) -> Execution:
        skipped = {number: CellOutcome(number, status) for number, status in self.skips.cells.items()}
        outcomes = {**self.cells, **skipped}
        cells = (outcomes.get(cell.number, CellOutcome(cell.number, CellStatus.NOT_RUN)) for cell in submission.cells)
        return Execution(tuple(cells), tuple(self.observed.function_runs(plan)), tuple(self.variables), self.figures)


async def attempt(kernel: Kernel, submission: Submission, plan: ProbePlan, budget: Budget, record: Record) -> None:
    """Run everything once, into `record`. Raises Culprit where the kernel is lost."""
    for before, cell in zip((None, *submission.cells), submission.cells, strict=False):
        if record.skips.careful or cell.number in record.skips.cells:
            await _must_answer(kernel, before, record, cell.number)
        record.cells[cell.number] = await _run_cell(kernel, cell, record, budget)
        if cell.number in plan.moments:
            try:
                await kernel.ask({"action": "keep", "label": str(cell.number)}, PROBE_SECONDS)
            except (KernelLost, TimeoutError) as error:
                raise Culprit(as_lost(error), cell=cell.number) from error
        await _read_variables(kernel, plan, cell.number, budget, record)
    if record.skips.careful and submission.cells:
        await _must_answer(kernel, submission.cells[-1], record)
    if any(outcome.status is CellStatus.NOT_RUN for outcome in record.cells.values()):
        plan = _what_was_reached(plan, record)
    else:
        await _read_variables(kernel, plan, None, budget, record)
    # Before any call: what functions draw while they are called is no plot of the notebook's.
    await _read_figures(kernel, budget, record)
    caller = Caller(kernel, budget, record.skips, record.observed, record.variables)
    await make_calls(caller, plan)


async def _must_answer(kernel: Kernel, before: Cell | None, record: Record, blamed: int | None = None) -> None:
    """A cell that breaks the kernel may end well itself, and the next one hang. Raises Culprit."""
    if before is None or before.number in record.skips.cells:
        return
    try:
        await kernel.ask({"action": "variables", "names": []}, _ANSWER_SECONDS)
    except (KernelLost, TimeoutError) as error:
        raise Culprit(as_lost(error), cell=before.number, in_place_of=blamed) from error


def _what_was_reached(plan: ProbePlan, record: Record) -> ProbePlan:
    """Time is up before the notebook's end: only functions whose exercise was run can be said to be there or not."""
    ran = {number for number, outcome in record.cells.items() if outcome.status is not CellStatus.NOT_RUN}
    functions = tuple(probe for probe in plan.functions if probe.after_cell in ran)
    return replace(plan, functions=functions, moments=tuple(number for number in plan.moments if number in ran))


def _notice_stop() -> None:
    """Raises CancelledError if the task was told to stop and nobody noticed.

    In Python 3.11 `wait_for` swallows a cancellation that comes just when what it waits for is done (CPython 86296):
    the next cell would run to its end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _run_cell(kernel: Kernel, cell: Cell, record: Record, budget: Budget) -> CellOutcome:
    _notice_stop()
    if cell.number in record.skips.cells:
        return CellOutcome(cell.number, record.skips.cells[cell.number])
    if not cell.source.strip():
        return CellOutcome(cell.number, CellStatus.OK)
    slow = sum(1 for outcome in record.cells.values() if outcome.status is CellStatus.TIMED_OUT)
    try:
        return await _run_without_missing(kernel, cell, budget, slow)
    except KernelLost as lost:
        raise Culprit(lost, cell=cell.number) from lost


async def _run_without_missing(kernel: Kernel, cell: Cell, budget: Budget, slow: int) -> CellOutcome:
    """Run the cell; where a package is missing, run it again without its imports."""
    missing: list[str] = []
    wanted: Cell | None = cell
    outcome = CellOutcome(cell.number, CellStatus.NOT_RUN)
    while wanted is not None and len(missing) < _MOST_MISSING and (seconds := budget.for_cell(slow)) > 0:
        outcome = await kernel.execute(wanted, seconds)
        package = missing_package(outcome)
        missing += [outcome.error_text] if package else []
        wanted = without_imports_of(package, wanted) if package else None
    if missing and outcome.status is not CellStatus.TIMED_OUT:
        told = "; ".join(dict.fromkeys(missing))
        return CellOutcome(cell.number, CellStatus.RAISED, "ModuleNotFoundError", told, outcome.outputs)
    return outcome


_MOST_MISSING = 5
# The kernel has nothing to do but answer.
_ANSWER_SECONDS = 3.0


async def _read_variables(
    kernel: Kernel, plan: ProbePlan, after_cell: int | None, budget: Budget, record: Record
) -> None:
    """Read what is to be read after this cell; at the end (None), all of it. What hangs or kills is not read again."""
    for probe in plan.variables:
        if (after_cell is None and probe.in_passing) or (after_cell is not None and probe.after_cell != after_cell):
            continue
        question = f"variables {probe.names} {after_cell}"
        if question in record.skips.calls:
            continue
        try:
            seconds = min(PROBE_SECONDS, budget.limits.call_seconds, max(budget.left, 0.1))
            reply = await kernel.ask({"action": "variables", "names": list(probe.names)}, seconds)
            record.variables.append(VariableRun(decode_variables(*unpacked(*reply)), probe.in_passing))
        except KernelLost as lost:
            raise Culprit(lost, call=question) from lost
        except (TimeoutError, WireError):
            record.variables.append(VariableRun({}, probe.in_passing))


async def _read_figures(kernel: Kernel, budget: Budget, record: Record) -> None:
    """A kernel that doesn't answer was broken by some cell: a careful try finds which."""
    question = "figures"
    if question in record.skips.calls:
        return
    try:
        reply = await kernel.ask({"action": "figures"}, min(_ANSWER_SECONDS, max(budget.left, 0.1)))
        record.figures = decode_figures(*unpacked(*reply))
    except (KernelLost, TimeoutError) as error:
        raise Culprit(as_lost(error), call=question if record.skips.careful else None) from error
    except WireError:
        record.figures = None

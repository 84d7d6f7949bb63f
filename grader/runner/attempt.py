"""One try at a notebook in one kernel: its cells, then the calls.

Functions are called only when all cells have run, so that no cell and no public call comes after a hidden call and
could tell what that one saw.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from grader.errors import WireError
from grader.model import Cell, CellOutcome, CellStatus, Execution, ProbePlan, Submission, VariableRun
from grader.runner.attempt_state import Budget, Culprit, Skips, as_lost
from grader.runner.calls import PROBE_SECONDS, Caller, Observed, make_calls
from grader.runner.kernel import Kernel, KernelLost
from grader.runner.wire import decode_variables


@dataclass(slots=True)
class Record:
    """What was seen in this try; whole or not, it can be made an Execution at any time."""

    skips: Skips
    cells: dict[int, CellOutcome] = field(default_factory=dict)
    observed: Observed = field(default_factory=Observed)
    variables: list[VariableRun] = field(default_factory=list)

    def execution(self, submission: Submission, plan: ProbePlan) -> Execution:
        skipped = {number: CellOutcome(number, status) for number, status in self.skips.cells.items()}
        outcomes = {**self.cells, **skipped}
        cells = (outcomes.get(cell.number, CellOutcome(cell.number, CellStatus.NOT_RUN)) for cell in submission.cells)
        return Execution(tuple(cells), tuple(self.observed.function_runs(plan)), tuple(self.variables))


async def attempt(kernel: Kernel, submission: Submission, plan: ProbePlan, budget: Budget, record: Record) -> None:
    """Run everything once, into `record`. Raises Culprit where the kernel is lost."""
    for cell in submission.cells:
        record.cells[cell.number] = await _run_cell(kernel, cell, record.skips, budget)
        if cell.number in plan.moments:
            try:
                await kernel.ask({"action": "keep", "label": str(cell.number)}, [], PROBE_SECONDS)
            except (KernelLost, TimeoutError) as error:
                raise Culprit(as_lost(error), cell=cell.number) from error
        await _read_variables(kernel, plan, cell.number, budget, record)
    if any(outcome.status is CellStatus.NOT_RUN for outcome in record.cells.values()):
        # Time is up. To look now would find functions missing that are only not defined yet.
        return
    await _read_variables(kernel, plan, None, budget, record)
    await make_calls(Caller(kernel, budget, record.skips.calls, record.observed), plan, record.variables)


async def _run_cell(kernel: Kernel, cell: Cell, skips: Skips, budget: Budget) -> CellOutcome:
    if cell.number in skips.cells:
        return CellOutcome(cell.number, skips.cells[cell.number])
    if budget.left <= 0:
        return CellOutcome(cell.number, CellStatus.NOT_RUN)
    if not cell.source.strip():
        return CellOutcome(cell.number, CellStatus.OK)
    try:
        outcome = await kernel.execute(cell, min(budget.limits.cell_seconds, budget.left))
        without = _without_missing_import(cell, outcome)
        if without is not None and budget.left > 0:
            await kernel.execute(without, min(budget.limits.cell_seconds, budget.left))
    except KernelLost as lost:
        raise Culprit(lost, cell=cell.number) from lost
    return outcome


_NO_MODULE = re.compile(r"No module named '(?P<name>\w+)")


def _without_missing_import(cell: Cell, outcome: CellOutcome) -> Cell | None:
    """The cell without its imports of the package that isn't here: what stands below them may not need it."""
    missing = _NO_MODULE.search(outcome.error_text) if outcome.error_name == "ModuleNotFoundError" else None
    if missing is None:
        return None
    imports = re.compile(rf"^(\s*)(?:import|from)\s+{missing['name']}\b.*$", re.MULTILINE)
    source = imports.sub(r"\1pass", cell.source)
    return None if source == cell.source else replace(cell, source=source)


async def _read_variables(
    kernel: Kernel, plan: ProbePlan, after_cell: int | None, budget: Budget, record: Record
) -> None:
    """Read what is to be read after this cell; at the end (None), all of it. What hangs or kills is not read again."""
    for probe in plan.variables:
        if after_cell is not None and probe.after_cell != after_cell:
            continue
        question = f"variables {probe.names} {after_cell}"
        if question in record.skips.calls:
            continue
        try:
            seconds = min(PROBE_SECONDS, budget.limits.call_seconds, max(budget.left, 0.1))
            content, buffers = await kernel.ask({"action": "variables", "names": list(probe.names)}, [], seconds)
            record.variables.append(VariableRun(decode_variables(content, buffers)))
        except KernelLost as lost:
            raise Culprit(lost, call=question) from lost
        except (TimeoutError, WireError):
            record.variables.append(VariableRun({}))

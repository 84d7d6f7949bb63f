"""One try at a notebook in one kernel: its cells, then the calls; public ones before hidden ones.

Functions are called only when all cells have run, as they stood when their exercise ended (a snapshot keeps that), and
again as they stand at the end where that differs. So no code of the student's runs after a hidden call that could carry
what it saw into an output, an error or a file.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.assignment import Limits
from grader.errors import WireError
from grader.model import (
    Absent,
    Call,
    Cell,
    CellOutcome,
    CellStatus,
    Execution,
    FunctionProbe,
    FunctionRun,
    NoAnswer,
    Observation,
    ProbePlan,
    Raised,
    Silence,
    Submission,
    VariableRun,
)
from grader.naming import renamed
from grader.runner.kernel import Kernel, KernelLost
from grader.runner.wire import Names, Resolved, call_request, convert, decode_observation, decode_variables

_PROBE_SECONDS = 10.0
# Where two calls of a function took too long or ended the kernel, the others would too; each costs time, or a new try.
_MOST_SILENCES = 2
_COSTLY = frozenset({NoAnswer(Silence.TIMED_OUT), NoAnswer(Silence.KILLED_KERNEL)})


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A function under the name that it was found by, at the moment of a snapshot or (None) at the end."""

    probe: FunctionProbe
    name: str | None
    label: str | None

    def key(self, call: Call) -> str:
        return f"{self.label} {call.id}"


@dataclass(slots=True)
class Skips:
    """What killed the kernel in an earlier try, and is left out in the next one."""

    cells: dict[int, CellStatus] = field(default_factory=dict)
    calls: dict[str, Silence] = field(default_factory=dict)


class Culprit(Exception):  # noqa: N818 - an event
    """The kernel was lost; `skip` notes in Skips at what."""

    def __init__(self, lost: KernelLost, *, cell: int | None = None, call: str | None = None) -> None:
        super().__init__(str(lost))
        self.timed_out, self.cell, self.call = lost.timed_out, cell, call

    def skip(self, skips: Skips) -> None:
        if self.cell is not None:
            skips.cells[self.cell] = CellStatus.TIMED_OUT if self.timed_out else CellStatus.KILLED_KERNEL
        if self.call is not None:
            skips.calls[self.call] = Silence.TIMED_OUT if self.timed_out else Silence.KILLED_KERNEL


@dataclass(frozen=True, slots=True)
class Budget:
    """What time there is. `ends` is on the monotonic clock."""

    limits: Limits
    ends: float

    @classmethod
    def from_now(cls, limits: Limits) -> Budget:
        return cls(limits, time.monotonic() + limits.submission_seconds)

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()


@dataclass(slots=True)
class Record:
    """What was seen in this try; whole or not, it can be made an Execution at any time."""

    skips: Skips
    cells: dict[int, CellOutcome] = field(default_factory=dict)
    observations: dict[Version, dict[str, Observation]] = field(default_factory=dict)
    variables: list[VariableRun] = field(default_factory=list)

    def mark(self, number: int, status: CellStatus) -> None:
        self.cells[number] = CellOutcome(number, status)

    def execution(self, submission: Submission, plan: ProbePlan) -> Execution:
        cells = (self.cells.get(cell.number, CellOutcome(cell.number, CellStatus.NOT_RUN)) for cell in submission.cells)
        runs = [FunctionRun(one.probe.function, one.name, seen) for one, seen in self.observations.items()]
        unseen = [probe for probe in plan.functions if probe.function not in {run.function for run in runs}]
        silence = {probe.function: {call.id: NoAnswer(Silence.NOT_ASKED) for call in probe.calls} for probe in unseen}
        runs += [FunctionRun(function, None, silent) for function, silent in silence.items()]
        return Execution(tuple(cells), tuple(runs), tuple(self.variables))


async def attempt(kernel: Kernel, submission: Submission, plan: ProbePlan, budget: Budget, record: Record) -> None:
    """Run everything once, into `record`. Raises Culprit where the kernel is lost."""
    labels = {probe.after_cell for probe in plan.functions if probe.after_cell is not None}
    for cell in submission.cells:
        record.cells[cell.number] = await _run_cell(kernel, cell, record.skips, budget)
        try:
            if cell.number in labels:
                await kernel.ask({"action": "snapshot", "label": str(cell.number)}, [], _PROBE_SECONDS)
            await _read_variables(kernel, plan, cell.number, record)
        except (KernelLost, TimeoutError) as error:
            raise Culprit(_as_lost(error), cell=cell.number) from error
    if any(outcome.status is CellStatus.NOT_RUN for outcome in record.cells.values()):
        # Time is up. To look now would find functions missing that are only not defined yet.
        return
    await _read_variables_at_end(kernel, plan, record)
    await _call_everything(_Caller(kernel, budget, record), plan)


def _as_lost(error: KernelLost | TimeoutError) -> KernelLost:
    return error if isinstance(error, KernelLost) else KernelLost(timed_out=True)


async def _run_cell(kernel: Kernel, cell: Cell, skips: Skips, budget: Budget) -> CellOutcome:
    if cell.number in skips.cells:
        return CellOutcome(cell.number, skips.cells[cell.number])
    if budget.left <= 0:
        return CellOutcome(cell.number, CellStatus.NOT_RUN)
    if not cell.source.strip():
        return CellOutcome(cell.number, CellStatus.OK)
    try:
        return await kernel.execute(cell, min(budget.limits.cell_seconds, budget.left))
    except KernelLost as lost:
        raise Culprit(lost, cell=cell.number) from lost


# --- variables -------------------------------------------------------------------------------------------------------


async def _read_variables(kernel: Kernel, plan: ProbePlan, after_cell: int, record: Record) -> None:
    for probe in plan.variables:
        if probe.after_cell == after_cell:
            await _read(kernel, probe.names, record)


async def _read_variables_at_end(kernel: Kernel, plan: ProbePlan, record: Record) -> None:
    for probe in plan.variables:
        try:
            await _read(kernel, probe.names, record)
        except (KernelLost, TimeoutError) as error:
            raise Culprit(_as_lost(error)) from error


async def _read(kernel: Kernel, names: tuple[str, ...], record: Record) -> None:
    content, buffers = await kernel.ask({"action": "variables", "names": list(names)}, [], _PROBE_SECONDS)
    try:
        record.variables.append(VariableRun(decode_variables(content, buffers)))
    except WireError:
        record.variables.append(VariableRun({}))


# --- calls -----------------------------------------------------------------------------------------------------------


async def _call_everything(caller: _Caller, plan: ProbePlan) -> None:
    record = caller.record
    for probe in plan.functions:
        if probe.after_cell is not None and (await caller.resolve(probe.function, str(probe.after_cell))).found:
            await caller.make(Version(probe, probe.function, str(probe.after_cell)), hidden=False)
    for version in await _versions_at_end(caller, plan):
        await caller.make(version, hidden=False)
    for version in tuple(record.observations):
        await caller.make(version, hidden=True)


async def _versions_at_end(caller: _Caller, plan: ProbePlan) -> list[Version]:
    """The functions as they stand at the end, where that can make a difference, whatever they are called there."""
    record = caller.record
    versions, missing = [], []
    snapshots = {version.probe.function: version for version in record.observations}
    for probe in plan.functions:
        earlier = snapshots.get(probe.function)
        now = await caller.resolve(probe.function, None if earlier is None else earlier.label)
        there = now.found if earlier is None else (await caller.resolve(probe.function, None)).found
        if there and (earlier is None or now.rebound or _some_raised(record.observations[earlier])):
            versions.append(Version(probe, probe.function, None))
        elif earlier is None and not there:
            missing.append(probe)
    found = await _found_renamed(caller, plan, missing)
    return versions + [Version(probe, found.get(probe.function), None) for probe in missing]


def _some_raised(observations: Mapping[str, Observation]) -> bool:
    """Something that it needs may have been defined only later."""
    return any(isinstance(observation, Raised) for observation in observations.values())


async def _found_renamed(caller: _Caller, plan: ProbePlan, missing: list[FunctionProbe]) -> Mapping[str, str]:
    if not missing:
        return {}
    wanted = {probe.function for probe in plan.functions}
    available = [name for name in await caller.names() if name not in wanted]
    return renamed([probe.function for probe in missing], available)


@dataclass(slots=True)
class _Caller:
    """Makes calls, and keeps what came of them in the record."""

    kernel: Kernel
    budget: Budget
    record: Record
    made: int = 0

    async def resolve(self, name: str, label: str | None) -> Resolved:
        content = await self._question({"action": "resolve", "name": name, "label": label})
        try:
            resolved: Resolved = convert(content, Resolved)
        except WireError:
            return Resolved(found=False, rebound=False)
        return resolved

    async def names(self) -> list[str]:
        try:
            names: list[str] = convert(await self._question({"action": "names"}), Names).names
        except WireError:
            return []
        return names

    async def _question(self, content: Mapping[str, Any]) -> object:
        try:
            return (await self.kernel.ask(content, [], _PROBE_SECONDS))[0]
        except (KernelLost, TimeoutError) as error:
            raise Culprit(_as_lost(error)) from error

    async def make(self, version: Version, *, hidden: bool) -> None:
        """Make the version's public or its hidden calls, into the record."""
        seen = self.record.observations.setdefault(version, {})
        for call in version.probe.calls:
            if call.hidden is hidden:
                seen[call.id] = await self._observe(version, call, seen)

    async def _observe(self, version: Version, call: Call, seen: Mapping[str, Observation]) -> Observation:
        self.made += 1
        skips = self.record.skips.calls
        if version.name is None:
            return Absent()
        if version.key(call) in skips:
            return NoAnswer(skips[version.key(call)])
        silences = sum(1 for one in seen.values() if isinstance(one, NoAnswer) and one in _COSTLY)
        if self.budget.left <= 0 or silences >= _MOST_SILENCES:
            return NoAnswer(Silence.NOT_ASKED)
        request, buffers = call_request(call, version.name, version.label, self.made)
        try:
            content, arrays = await self.kernel.ask(
                request, buffers, min(self.budget.limits.call_seconds, self.budget.left)
            )
            return decode_observation(content, arrays)
        except KernelLost as lost:
            raise Culprit(lost, call=version.key(call)) from lost
        except TimeoutError:
            return NoAnswer(Silence.TIMED_OUT)
        except WireError:
            return NoAnswer(Silence.MALFORMED)

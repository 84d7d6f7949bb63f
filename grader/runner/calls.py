"""The calls of one try: which version of each function, in which order; public calls before hidden ones.

A function is called as it stood when its exercise ended, and again as it stands at the end of the notebook if that
could make a difference. One that stands under another exercise, or under another name, is found there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

import numpy as np

from grader.errors import WireError
from grader.model import (
    Absent,
    Alteration,
    Argument,
    Call,
    FunctionProbe,
    FunctionRun,
    NoAnswer,
    NotCallable,
    Numbers,
    Observation,
    ProbePlan,
    Raised,
    Silence,
    VariableRun,
)
from grader.naming import renamed
from grader.runner.attempt_state import Budget, Culprit, Skips, as_lost
from grader.runner.kernel import Kernel, Reply
from grader.runner.losses import KernelLost
from grader.runner.wire import Names, Resolved, altered_names, calls_request, convert, decode_observations, unpacked

PROBE_SECONDS = 10.0
# Where two calls took too long, larger ones would too; where two ended the kernel, all would. Each costs time or a try.
_MOST_SILENCES = 2


@dataclass(frozen=True, slots=True)
class Version:
    """A function under the name that it was found by, at a moment (None: at the end)."""

    function: str
    name: str
    label: str | None
    as_matrix: bool = False
    """Called with np.matrix in place of arrays: for notebooks that work with these."""
    alteration: str | None = None
    """What was done to the notebook's variables before."""

    @property
    def moment(self) -> str:
        return f"{'at the end' if self.label is None else self.label}{' with np.matrix' if self.as_matrix else ''}"

    def key(self, call: Call) -> str:
        return f"{self.name} {self.label} {self.as_matrix} {self.alteration} {call.id}"


@dataclass(slots=True)
class Observed:
    """What came of all calls so far."""

    runs: dict[Version, dict[str, Observation]] = field(default_factory=dict)
    hidden_begun: bool = False
    hidden_ids: set[str] = field(default_factory=set)

    def take_hidden(self, later: Observed) -> None:
        """Take from a later try what its hidden calls gave, and nothing else."""
        for version, seen in later.runs.items():
            if version in self.runs:
                self.runs[version].update({id_: one for id_, one in seen.items() if id_ in later.hidden_ids})

    def function_runs(self, plan: ProbePlan) -> Iterator[FunctionRun]:
        for version, seen in self.runs.items():
            yield FunctionRun(version.function, version.name or None, seen, version.moment, version.alteration)
        for probe in plan.functions:
            if probe.function not in {version.function for version in self.runs}:
                silent = {call.id: NoAnswer(Silence.NOT_ASKED) for call in probe.calls}
                yield FunctionRun(probe.function, None, silent)


async def make_calls(caller: Caller, plan: ProbePlan) -> None:
    """Find each function's versions, and make all calls of all of them."""
    absent = [probe for probe in plan.functions if not await _call_versions(caller, probe, plan, probe.function)]
    found = await _found_renamed(caller, plan, absent)
    for probe in absent:
        if probe.function in found:
            await _call_versions(caller, probe, plan, found[probe.function])
        else:
            caller.observed.runs[Version(probe.function, "", None)] = {call.id: Absent() for call in probe.calls}
    if any(_is_matrix(value) for run in caller.variables for value in run.values.values()):
        for version, probe in caller.versions(plan):
            if any(_has_two_axes(argument) for call in probe.calls for argument in call.arguments):
                await caller.make_public(replace(version, as_matrix=True), probe, plan)
    caller.observed.hidden_begun = True
    for version, probe in caller.versions(plan):
        await caller.make_hidden(version, probe)


async def _call_versions(caller: Caller, probe: FunctionProbe, plan: ProbePlan, name: str) -> bool:
    """Make the public calls of the function of this name, at its moments; False where there is none."""
    # Its own exercise first; else wherever it stood first.
    own = [] if probe.after_cell is None else [probe.after_cell]
    for moment in dict.fromkeys([*own, *plan.moments]):
        resolved = await caller.resolve(name, str(moment))
        if resolved.found:
            seen = await caller.make_public(Version(probe.function, name, str(moment)), probe, plan)
            # An error, or a placeholder: it, or what it needs, may have been defined only later.
            again = resolved.differs_at_end or any(isinstance(one, Raised | NotCallable) for one in seen.values())
            break
    else:
        again = True
    if again and (await caller.resolve(name, None)).found:
        await caller.make_public(Version(probe.function, name, None), probe, plan)
    return any(version.function == probe.function for version in caller.observed.runs)


async def _found_renamed(caller: Caller, plan: ProbePlan, missing: list[FunctionProbe]) -> Mapping[str, str]:
    if not missing:
        return {}
    wanted = {probe.function for probe in plan.functions}
    available = [name for name in await caller.names() if name not in wanted]
    return renamed([probe.function for probe in missing], available)


def _is_matrix(value: object) -> bool:
    return isinstance(value, Numbers) and value.type_name == "matrix"


def _has_two_axes(argument: Argument) -> bool:
    return isinstance(argument, np.ndarray) and argument.ndim == 2  # noqa: PLR2004 - a matrix


@dataclass(slots=True)
class Caller:
    """Asks the kernel, one question at a time. Raises Culprit where the kernel is lost."""

    kernel: Kernel
    budget: Budget
    skips: Skips
    observed: Observed
    variables: Sequence[VariableRun] = ()
    made: int = 0
    sizes: dict[str, int] = field(default_factory=dict)

    def versions(self, plan: ProbePlan) -> list[tuple[Version, FunctionProbe]]:
        """Those that were there."""
        probes = {probe.function: probe for probe in plan.functions}
        return [(version, probes[version.function]) for version in self.observed.runs if version.name]

    async def resolve(self, name: str, label: str | None) -> Resolved:
        content = await self._question({"action": "resolve", "name": name, "label": label})
        try:
            resolved: Resolved = convert(content, Resolved)
        except WireError:
            return Resolved(found=False, differs_at_end=False)
        return resolved

    async def names(self) -> list[str]:
        try:
            names: list[str] = convert(await self._question({"action": "names"}), Names).names
        except WireError:
            return []
        return names

    async def _question(self, content: Mapping[str, object]) -> object:
        try:
            reply = await self.kernel.ask(content, min(PROBE_SECONDS, max(self.budget.left, 0.1)))
            return unpacked(*reply)[0]
        except (KernelLost, TimeoutError) as error:
            raise Culprit(as_lost(error)) from error

    async def make_public(self, version: Version, probe: FunctionProbe, plan: ProbePlan) -> dict[str, Observation]:
        """Make the version's public calls, and those that follow from them; or the public ones for each alteration.

        What is returned are the observations of the first alteration: as it decides on what else is called, there have
        to be the same moments as without any.
        """
        public = [call for call in probe.calls if not call.hidden]
        if probe.alterations:
            made = [await self.make(replace(version, alteration=one.label), public, one) for one in probe.alterations]
            return made[0]
        seen = await self.make(version, public)
        further = plan.follow_up(probe.function, seen, self.variables)
        return await self.make(version, further) if further else seen

    async def make_hidden(self, version: Version, probe: FunctionProbe) -> None:
        hidden = [call for call in probe.calls if call.hidden]
        self.observed.hidden_ids |= {call.id for call in hidden}
        await self.make(version, hidden)

    async def make(
        self, version: Version, calls: Sequence[Call], alteration: Alteration | None = None
    ) -> dict[str, Observation]:
        """Make these calls of the version, small ones first. All that is seen of it so far."""
        seen = self.observed.runs.setdefault(version, {})
        self.sizes |= {call.id: _size(call) for call in calls}
        waiting = sorted((call for call in calls if call.id not in seen), key=lambda call: self.sizes[call.id])
        while waiting:
            asked = list(takewhile(lambda call: self._silent(version, call, seen) is None, waiting))
            if asked:
                await self._observe(version, asked, seen, alteration)
            else:
                reason = self._silent(version, waiting[0], seen)
                seen[waiting[0].id] = NoAnswer(reason or Silence.NOT_ASKED)
            waiting = [call for call in waiting if call.id not in seen]
        return seen

    def _silent(self, version: Version, call: Call, seen: Mapping[str, Observation]) -> Silence | None:
        """Why the call should not be made, if it should not."""
        if version.key(call) in self.skips.calls:
            return self.skips.calls[version.key(call)]
        return Silence.NOT_ASKED if self.budget.left <= 0 or _is_hopeless(call, seen, self.sizes) else None

    async def _observe(
        self, version: Version, calls: Sequence[Call], seen: dict[str, Observation], alteration: Alteration | None
    ) -> None:
        """Make these calls by one request, until one of them takes too long; each that was made is `seen` then."""
        request, buffers = calls_request(calls, version.name, version.label, self.made + 1, as_matrix=version.as_matrix)
        request["altered"] = altered_names(alteration, buffers)
        asked = self.kernel.send({**request, "together": not self.skips.one_by_one}, buffers)
        waiting = list(calls)
        while waiting:
            several = len(waiting) > 1 and not self.skips.one_by_one
            try:
                reply = await self.kernel.reply_to(asked, self._seconds())
            except KernelLost as lost:
                call = None if several else version.key(waiting[0])
                raise Culprit(lost, call=call, one_of_several=several) from lost
            answers = self._decoded(reply, len(waiting))
            self.made += len(answers)
            seen.update(zip((call.id for call in waiting), answers, strict=False))
            if not reply.in_time or answers[-1] == NoAnswer(Silence.MALFORMED):
                return
            waiting = waiting[len(answers) :]

    def _seconds(self) -> float:
        return max(min(self.budget.limits.call_seconds, self.budget.left), 0.1)

    def _decoded(self, reply: Reply, most: int) -> list[Observation]:
        """At least one. Of a reply that came too late the last answer is the call's that was interrupted."""
        try:
            packs, buffers = unpacked(reply.content, reply.buffers)
            seen = decode_observations(packs, buffers, most, str(self.kernel.scratch.parent))
        except WireError:
            seen = []
        seen = seen or [NoAnswer(Silence.MALFORMED)]
        return seen if reply.in_time else [*seen[:-1], NoAnswer(Silence.TIMED_OUT)]


def _is_hopeless(call: Call, seen: Mapping[str, Observation], sizes: Mapping[str, int]) -> bool:
    killed = [id_ for id_, one in seen.items() if one == NoAnswer(Silence.KILLED_KERNEL)]
    slow = [id_ for id_, one in seen.items() if one == NoAnswer(Silence.TIMED_OUT)]
    if len(killed) >= _MOST_SILENCES:
        return True
    return len(slow) >= _MOST_SILENCES and sizes[call.id] >= min(sizes[id_] for id_ in slow)


def _size(call: Call) -> int:
    return sum(math.prod(np.shape(argument)) for argument in call.arguments)

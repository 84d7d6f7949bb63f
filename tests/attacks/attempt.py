"""What an attempt is, what came of it, and the ways to tell whether it succeeded."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec
import numpy as np

from grader.assignment import Limits
from grader.model import (
    Call,
    Cell,
    CellStatus,
    Execution,
    FunctionProbe,
    Numbers,
    Observation,
    ProbePlan,
    Returned,
    Submission,
    VariableProbe,
)
from tests.attacks.world import SECRET_MARK, Facts, World

MEBI = 2**20
_WANTED_LIMITS = {
    "call_seconds": 0.8,
    "submission_seconds": 20.0,
    "memory_bytes": 512 * MEBI,
    "output_bytes": MEBI,
    "disk_bytes": 16 * MEBI,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt, as the world saw it."""

    name: str
    signal_number: int
    execution: Execution = field(default_factory=Execution)
    second: Execution = field(default_factory=Execution)
    seconds: float = 0.0
    growth: int = 0
    """Bytes by which the grader's own memory peaked above what it was."""
    changed: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()
    """The names of processes that still ran when the kernel had ended."""
    folders: tuple[str, ...] = ()
    """What was left in the grader's folder for temporary files."""
    error: str = ""

    @property
    def proof(self) -> bytes:
        """What the notebook's last submission put in `proof`, as bytes."""
        return _bytes(self.second) or _bytes(self.execution)

    @property
    def number(self) -> float:
        """The first number of `proof`; -1 where there is none."""
        numbers = _numbers(self.execution)
        return float(numbers[0]) if len(numbers) else -1.0

    def status(self, cell: int) -> CellStatus:
        """Of the attempt's cell, counted from 1."""
        return self.execution.cells[cell].status if cell < len(self.execution.cells) else CellStatus.NOT_RUN

    def observed(self, function: str, case: str) -> list[Observation]:
        runs = self.execution.runs_of(function)
        return [run.observations[f"{function}:{case}"] for run in runs if f"{function}:{case}" in run.observations]


def _numbers(execution: Execution) -> list[float]:
    values = [run.values.get("proof") for run in execution.variables]
    found = [value.values.ravel().tolist() for value in values if isinstance(value, Numbers)]
    return found[-1] if found else []


def _bytes(execution: Execution) -> bytes:
    return bytes(int(one) for one in _numbers(execution) if 0 <= one < 256)


Predicate: TypeAlias = Callable[[World, Outcome], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`bites`: it did its thing, as it must without a seal. `harm`: what must never be with one; by default the same.

    `second`: the cells of a submission that comes after. `functions`: called like `honest`, a public and a hidden time.
    """

    name: str
    cells: tuple[str, ...]
    bites: Predicate
    harm: Predicate | None = None
    second: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    cell_seconds: float = 6.0
    needs_root: bool = False
    may_lack: str = ""
    """Why it may fail even without a seal: a thing that not each machine has."""

    def limits(self) -> Limits:
        wanted = {**_WANTED_LIMITS, "cell_seconds": self.cell_seconds}
        known = {name: value for name, value in wanted.items() if name in Limits.__struct_fields__}
        return msgspec.convert(known, Limits)

    def submission(self, facts: Facts, *, second: bool = False) -> Submission:
        sources = (prelude(facts), *(self.second if second else self.cells), HONEST)
        cells = tuple(Cell(number, source, None) for number, source in enumerate(sources, start=1))
        return Submission(self.name, self.name, "", cells)

    def plan(self) -> ProbePlan:
        return plan_for("honest", *self.functions)


# --- the notebook around an attempt ----------------------------------------------------------------------------------

HONEST = "def honest(a):\n    return a * 2 + 1\n"
_GIVEN = {"public": np.array([1.0, 2.0, 3.0]), "hidden": np.array([10.0, 20.0, 30.0])}
_EXPECTED = {"public": [3.0, 5.0, 7.0], "hidden": [21.0, 41.0, 61.0]}

# Numbers of system calls that the C library has no function for, or that it would not call as they stand.
_SYSTEM_CALLS: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        "add_key": 248, "bpf": 321, "clone3": 435, "fsopen": 430, "io_uring_setup": 425, "ioprio_set": 251,
        "kcmp": 312, "keyctl": 250, "memfd_create": 319, "perf_event_open": 298, "pidfd_getfd": 438,
        "pidfd_open": 434, "request_key": 249, "shmget": 29, "userfaultfd": 323,
    },
    "aarch64": {
        "add_key": 217, "bpf": 280, "clone3": 435, "fsopen": 430, "io_uring_setup": 425, "ioprio_set": 30,
        "kcmp": 272, "keyctl": 219, "memfd_create": 279, "perf_event_open": 241, "pidfd_getfd": 438,
        "pidfd_open": 434, "request_key": 218, "shmget": 194, "userfaultfd": 282,
    },
}  # fmt: skip

_PRELUDE = """
import ctypes, os, signal, socket, struct, sys, threading, time
import numpy as np
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
proof = None
def show(data):
    global proof
    proof = list(bytes(data)[:4000])
def holds(number):
    global proof
    proof = [number]
def syscall(name, *arguments):
    words = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = libc.syscall(ctypes.c_long(NUMBERS[name]), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result
"""


def prelude(facts: Facts) -> str:
    """The notebook's first cell: what the attacker knows, and a few tools."""
    numbers = dict(_SYSTEM_CALLS.get(platform.machine(), {}))
    lines = [f"{name} = {value!r}" for name, value in {**facts, "NUMBERS": numbers, "MARK": SECRET_MARK}.items()]
    return "\n".join(lines) + _PRELUDE


def plan_for(*functions: str) -> ProbePlan:
    """Public calls of all functions, hidden calls of all, and `proof` at the end."""
    probes = tuple(FunctionProbe(name, None, tuple(_call(name, case) for case in _GIVEN)) for name in functions)
    return ProbePlan(probes, (VariableProbe(("proof",), None),))


def _call(function: str, case: str) -> Call:
    return Call(f"{function}:{case}", function, (_GIVEN[case],), 1, case == "hidden")


# --- ways to tell ----------------------------------------------------------------------------------------------------


def reads(secret: str) -> Predicate:
    """The notebook came to know this secret of the world's."""
    return lambda world, outcome: world.secrets[secret].encode() in outcome.proof


def reads_any(world: World, outcome: Outcome) -> bool:
    return any(secret.encode() in outcome.proof for secret in world.secrets.values())


def finds_its_own(_world: World, outcome: Outcome) -> bool:
    """It found what it had hidden itself: its way of searching works."""
    return f"{SECRET_MARK}planted".encode() in outcome.proof


def at_least(number: float) -> Predicate:
    return lambda _world, outcome: outcome.number >= number


def heard(world: World, outcome: Outcome) -> bool:
    return world.listeners.heard(outcome.name)


def signalled(world: World, outcome: Outcome) -> bool:
    return outcome.signal_number in world.victim.signals()


def victim_changed(world: World, _outcome: Outcome) -> bool:
    return world.victim.changed()


def changes_a_file(world: World, outcome: Outcome) -> bool:
    """Its own canary or what lies beside it; or the one that no name is on."""
    stem = str(world.canary(outcome.name).with_suffix(""))
    return any(path.startswith(stem) for path in outcome.changed)


def changes_in(folder: str) -> Predicate:
    return lambda world, outcome: any(path.startswith(str(world.root / folder)) for path in outcome.changed)


def leaves_a_note(world: World, outcome: Outcome) -> bool:
    return bool(world.notes(outcome.name))


def leaves_running(_world: World, outcome: Outcome) -> bool:
    """A process that named itself so is still there."""
    return outcome.name[:15] in outcome.left


def honest_lost(_world: World | None, outcome: Outcome) -> bool:
    """The notebook's honest function was not observed as it is."""
    return any(not _is(outcome.observed("honest", case), wanted) for case, wanted in _EXPECTED.items())


def _is(observations: list[Observation], wanted: list[float]) -> bool:
    values = [one.value for one in observations if isinstance(one, Returned)]
    right = [isinstance(value, Numbers) and value.values.tolist() == wanted for value in values]
    return bool(right) and len(right) == len(observations) and all(right)


def cell_is(status: CellStatus, cell: int = 1) -> Predicate:
    return lambda _world, outcome: outcome.status(cell) is status


def cell_is_lost(_world: World, outcome: Outcome) -> bool:
    """Its first cell was not run to an end."""
    return outcome.status(1) not in {CellStatus.OK, CellStatus.RAISED}


def never(_world: World, _outcome: Outcome) -> bool:
    """Nothing but what is harm of any attempt: a grader that fails, hangs or swells."""
    return False

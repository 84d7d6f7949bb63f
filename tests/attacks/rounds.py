"""Attempts in rounds: a few at a time, two slots, an honest notebook among them, and a look at the world after each."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from grader.assignment import Limits
from grader.model import Cell, Execution, Submission
from grader.runner import KernelRunner, Runner
from grader.runner.sandbox import SandboxChoice, find_sandbox
from tests.attacks.attempt import HONEST, MEBI, Attempt, Outcome, honest_lost, plan_for
from tests.attacks.world import World, make_world

_ROUND = 8
_SLOTS = 2
# Beyond a submission's time: a try that ends late, and a machine that is busy.
_LATEST_SECONDS = 70
_HUNG_SECONDS = 150
_MOST_GROWTH = 256 * MEBI
_SETTLE_SECONDS = 3.0

_NEIGHBOUR = (
    "import numpy as np, random\nimport matplotlib.pyplot as plt",
    "drawn = np.random.rand(5)\nrandom_too = random.random()",
    "open('mine.txt', 'w').write('mine')\nplt.plot(drawn)\nplt.show()",
    "proof = np.concatenate([drawn, np.linalg.inv(np.eye(3) * 2 + 0.5).ravel(), [random_too]])",
    "print(open('mine.txt').read())",
    HONEST,
)
_NEIGHBOUR_LIMITS = Limits(cell_seconds=30, call_seconds=10, submission_seconds=60)


@dataclass(frozen=True, slots=True)
class Machine:
    """What the rounds are run with."""

    world: World
    runner: Runner
    pool: ThreadPoolExecutor
    neighbour: str
    """What the honest notebook gave before any attempt."""


def run_all(attempts: Sequence[Attempt], choice: SandboxChoice) -> dict[str, Any]:
    begun = time.monotonic()
    results: dict[str, Any] = {}
    with make_world([one.name for one in attempts]) as world:
        tempfile.tempdir = str(world.temporary)
        before = Traces.now(world)
        sandbox = find_sandbox(choice, [world.root / "course", world.root / "results"])
        with KernelRunner(sandbox) as runner, ThreadPoolExecutor(_SLOTS) as pool:
            machine = Machine(world, runner, pool, _honest(runner))
            for start in range(0, len(attempts), _ROUND):
                results |= _round(machine, attempts[start : start + _ROUND])
        processes, folders = before.what_came(world)
    return {
        "layers": [str(layer) for layer in sandbox.layers],
        "user": os.geteuid(),
        "attempts": results,
        "after_close": {"running": [one.name() for one in processes], "folders": folders},
        "seconds": round(time.monotonic() - begun, 1),
    }


# --- one round -------------------------------------------------------------------------------------------------------


def _round(machine: Machine, attempts: Sequence[Attempt]) -> dict[str, Any]:
    before, memory = Traces.now(machine.world), _reset_peak()
    futures = [machine.pool.submit(_try, machine, attempts[0], 0)]
    beside = machine.pool.submit(_honest, machine.runner)
    futures += [machine.pool.submit(_try, machine, one, number) for number, one in enumerate(attempts[1:], start=1)]
    outcomes = [_result(attempt, future) for attempt, future in zip(attempts, futures, strict=True)]
    neighbour = _text(beside)
    processes, folders = before.what_came(machine.world)
    names = tuple(_name(one) for one in processes)
    growth, changed = _memory("VmHWM") - memory, machine.world.watched.changes()
    whole = [replace(one, left=names, folders=folders, growth=growth, changed=changed) for one in outcomes]
    report = {
        attempt.name: {
            **_told(machine.world, attempt, outcome),
            "neighbour_ok": neighbour == machine.neighbour,
            "neighbour": _difference(machine.neighbour, neighbour),
            "round": [one.name for one in attempts],
        }
        for attempt, outcome in zip(attempts, whole, strict=True)
    }
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    machine.world.mend()
    return report


def _try(machine: Machine, attempt: Attempt, number: int) -> Outcome:
    outcome = Outcome(attempt.name, signal.SIGRTMIN + 1 + number)
    facts = machine.world.facts(attempt.name, outcome.signal_number)
    begun = time.monotonic()
    execution = machine.runner.run(attempt.submission(facts), attempt.plan(), attempt.limits())
    seconds = time.monotonic() - begun
    second = Execution()
    if attempt.second:
        second = machine.runner.run(attempt.submission(facts, second=True), attempt.plan(), attempt.limits())
    return replace(outcome, execution=execution, second=second, seconds=seconds)


def _result(attempt: Attempt, future: Future[Outcome]) -> Outcome:
    try:
        return future.result(_HUNG_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever an attempt makes the grader raise is what is looked for
        return Outcome(attempt.name, 0, error=f"{type(error).__name__}: {error}"[:2000])


def _told(world: World, attempt: Attempt, outcome: Outcome) -> dict[str, Any]:
    harm = (attempt.harm or attempt.bites)(world, outcome)
    late, swollen = outcome.seconds > _LATEST_SECONDS, outcome.growth > _MOST_GROWTH
    return {
        "bites": attempt.bites(world, outcome),
        "harm": bool(harm or outcome.error or late or swollen),
        "files_as_before": not outcome.changed,
        "changed": sorted(outcome.changed),
        "left_running": outcome.left,
        "folders": outcome.folders,
        "error": outcome.error,
        "seconds": round(outcome.seconds, 2),
        "growth": outcome.growth,
        "cells": [
            f"{cell.status} {cell.error_name} {cell.error_text}"[:200].strip() for cell in outcome.execution.cells
        ],
        "functions": [
            f"{name}: {one}"[:200] for run in outcome.execution.functions for name, one in run.observations.items()
        ],
        "proof": outcome.proof[:100].decode("latin-1"),
        "number": outcome.number,
    }


# --- the honest notebook ---------------------------------------------------------------------------------------------


def _honest(runner: Runner) -> str:
    """All that the honest notebook gave, to the last digit."""
    cells = tuple(Cell(number, source, None) for number, source in enumerate(_NEIGHBOUR, start=1))
    execution = runner.run(Submission("honest", "honest", "", cells), plan_for("honest"), _NEIGHBOUR_LIMITS)
    lost = honest_lost(None, Outcome("honest", 0, execution))
    with np.printoptions(precision=17, threshold=sys.maxsize):
        return f"{'lost' if lost else 'right'} {execution!r}"


def _difference(wanted: str, got: str) -> str:
    """From the first letter that differs."""
    same = next((at for at, (one, other) in enumerate(zip(wanted, got, strict=False)) if one != other), 0)
    return got[max(same - 40, 0) : same + 400] if got != wanted else ""


def _text(future: Future[str]) -> str:
    try:
        return future.result(_HUNG_SECONDS)
    except Exception as error:  # noqa: BLE001 - as above
        return f"{type(error).__name__}: {error}"


# --- what is there ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Traces:
    """The processes below this one, and the folders for temporary files."""

    processes: frozenset[psutil.Process]
    folders: frozenset[str]

    @classmethod
    def now(cls, world: World) -> Traces:
        running = frozenset(one for one in psutil.Process().children(recursive=True) if _runs(one))
        return cls(running, frozenset(_folders(world.temporary)))

    def what_came(self, world: World) -> tuple[tuple[psutil.Process, ...], tuple[str, ...]]:
        """What is there more than before, after a while to settle. One that was replaced by another is none."""
        ends = time.monotonic() + _SETTLE_SECONDS
        while True:
            now = Traces.now(world)
            more_processes = len(now.processes) > len(self.processes)
            more_folders = len(now.folders) > len(self.folders)
            if not (more_processes or more_folders) or time.monotonic() > ends:
                came = tuple(now.processes - self.processes) if more_processes else ()
                return came, tuple(sorted(now.folders - self.folders)) if more_folders else ()
            time.sleep(0.05)


def _folders(temporary: Path) -> Iterator[str]:
    """A zygote's folder lives as long as the zygote; those of kernels, one level below, must be gone with them."""
    for path in temporary.iterdir():
        yield path.name
        with suppress(OSError):
            yield from (f"{path.name}/{inner.name}" for inner in path.iterdir())


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def _name(process: psutil.Process) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process.pid}/comm").read_text(encoding="utf-8").strip()
    return "?"


def _reset_peak() -> int:
    """Forget the peak of this process's memory; what it is now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(which: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{which}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(which)

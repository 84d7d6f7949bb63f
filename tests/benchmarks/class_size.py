"""`python -m tests.benchmarks.class_size [--large 1000] [--small 30]`: does a submission of a large class cost more?

Runs `grader grade` as it is used, small batches before and after a large one, and compares: what is left of a batch
without its start, by submission and core, and the memory of the grader's own process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table

from grader.workforce import available_cores
from tests.notebooks import ROOT
from tests.soak import Soak, make_class

_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Taken:
    """By one batch."""

    submissions: int
    seconds: float
    """Wall clock, without the start."""
    cpu: float
    memory: Sequence[float]
    """MiB of the grader's own process, as time goes on."""

    @property
    def by_core(self) -> float:
        """Submissions a second and core."""
        return (self.submissions - available_cores()) / self.seconds / available_cores()


def run(made: Soak, out: Path, submissions: int, start: float) -> Taken:
    arguments = [str(made.place / "in"), "-o", str(out), "--course", str(ROOT)]
    before, began = os.times(), time.monotonic()
    batch = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "grader", "grade", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    process, memory = psutil.Process(batch.pid), list[float]()
    while batch.poll() is None:
        try:
            memory.append(process.memory_info().rss / 2**20)
        except psutil.Error:
            break
        time.sleep(_LOOK_SECONDS)
    if batch.wait():
        message = f"grader grade ended with {batch.returncode}"
        raise RuntimeError(message)
    seconds, after = time.monotonic() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Taken(submissions, seconds - start, cpu, memory)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.class_size")
    parser.add_argument("--large", type=int, default=1000)
    parser.add_argument("--small", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3, help="small batches before and after the large one")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="class-size-") as folder:
        place = Path(folder)
        small, large = (make_class(place / str(size), size) for size in (given.small, given.large))
        # What is left of a batch without its start: interpreter, key, zygote, and the first on each core.
        tiny = make_class(place / "tiny", available_cores())
        start = median(run(tiny, place / f"tiny{n}", available_cores(), 0).seconds for n in range(given.rounds))
        smalls = [run(small, place / f"before{n}", given.small, start) for n in range(given.rounds)]
        taken = run(large, place / "large", given.large, start)
        smalls += [run(small, place / f"after{n}", given.small, start) for n in range(given.rounds)]
    _show(smalls, taken)


def _show(smalls: Sequence[Taken], large: Taken) -> None:
    by_core = median(one.by_core for one in smalls)
    cpu = median(one.cpu / one.submissions for one in smalls)
    tenth = max(1, len(large.memory) // 10)
    table = Table("", f"{smalls[0].submissions}", f"{large.submissions}", "ratio")
    for name, one, other in (
        ("submissions a second and core", by_core, large.by_core),
        ("CPU seconds a submission, start and all", cpu, large.cpu / large.submissions),
        ("MiB of the grader, first and last tenth", max(large.memory[: 2 * tenth]), max(large.memory[-tenth:])),
    ):
        table.add_row(name, f"{one:.3f}", f"{other:.3f}", f"{other / one:.3f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()

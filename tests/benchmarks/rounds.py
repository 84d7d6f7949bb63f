"""Contenders take turns: each round is one submission of each, on the same notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, median
from typing import Any

from tests.benchmarks import measure
from tests.benchmarks.contender import Skipped
from tests.notebooks import ROOT

_SECONDS_BETWEEN_LOOKS = 0.05
_ROUNDS_FOR_MEMORY = 2
# All compute with whole arrays: where students write loops, most of the time is that of their own functions.
_NOTEBOOKS = ("right_plain", "right_broadcasting", "right_einsum", "right_object_style_plots")
_SAME_FOR_ALL = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


@dataclass(slots=True)
class Taken:
    """What a contender took: its start, and each submission after the first."""

    start_cpu: float
    start_wall: float
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak_bytes: int = 0

    @property
    def mean_cpu(self) -> float:
        """The mean: single readings are rounded to 10 ms where a process lives on, their sum is not."""
        return fmean(self.cpu)

    @property
    def median_wall(self) -> float:
        return median(self.wall)


class Worker:
    """A contender's process, as this one sees it."""

    def __init__(self, name: str, python: str, folder: Path) -> None:
        """Raises Skipped where it can't take part."""
        self.name = name
        argv = [python, "-m", "tests.benchmarks.worker", name]
        # What kernels complain of is of interest only where a contender fails.
        self._complaints = folder / f"{name}.err"
        # nbgrader calls a command that is installed beside its interpreter.
        path = os.pathsep.join((str(Path(python).parent), os.environ.get("PATH", os.defpath)))
        own = {"IPYTHONDIR": str(folder / ".ipython"), "PATH": path}
        with self._complaints.open("wb") as complaints:
            self._process = subprocess.Popen(  # noqa: S603 - an interpreter that the caller named
                argv,
                cwd=ROOT,
                env={**os.environ, **_SAME_FOR_ALL, **own},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
            )
        try:
            self.start = self._answer()
        except BaseException:
            self.close()
            raise

    def ask(self, do: str, **order: Any) -> Mapping[str, float]:
        assert self._process.stdin is not None
        print(json.dumps({"do": do, **order}), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Mapping[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            complaints = self._complaints.read_text(encoding="utf-8", errors="replace")
            message = f'"{self.name}" ended:\n{complaints}'
            raise RuntimeError(message)
        answer = json.loads(line)
        if "skipped" in answer:
            raise Skipped(answer["skipped"])
        return answer  # type: ignore[no-any-return]

    def peak_of(self, do: str, **order: Any) -> int:
        """The most memory that it and all below it had during this order."""
        peak = 0
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self.ask, do, **order)
            while not asked.done():
                peak = max(peak, measure.proportional_bytes(self._process.pid))
                wait([asked], _SECONDS_BETWEEN_LOOKS)
        asked.result()
        return peak

    def close(self) -> None:
        # The end of its input ends it, and it ends what it started.
        with self._process:
            self._process.communicate()


@contextmanager
def workers(names: Mapping[str, str], folder: Path) -> Iterator[tuple[dict[str, Worker], dict[str, str]]]:
    """A worker for each name that can take part, by the interpreter given; and why the others can't."""
    with ExitStack() as ending:
        able: dict[str, Worker] = {}
        skipped: dict[str, str] = {}
        for name, python in names.items():
            try:
                able[name] = Worker(name, python, folder)
                ending.callback(able[name].close)
            except Skipped as reason:
                skipped[name] = str(reason)
        yield able, skipped


def take_turns(able: Mapping[str, Worker], number: int) -> dict[str, Taken]:
    """A round that isn't counted, `number` that are, and some for the memory alone: looking costs time."""
    taken = {name: Taken(worker.start["cpu"], worker.start["wall"]) for name, worker in able.items()}
    for round_, notebook in enumerate(notebooks(number + 1)):
        for name, worker in able.items():
            answer = worker.ask("run", notebook=str(notebook))
            if round_ > 0:
                taken[name].cpu.append(answer["cpu"])
                taken[name].wall.append(answer["wall"])
    for notebook in notebooks(_ROUNDS_FOR_MEMORY):
        for name, worker in able.items():
            taken[name].peak_bytes = max(taken[name].peak_bytes, worker.peak_of("run", notebook=str(notebook)))
    return taken


def notebooks(number: int) -> list[Path]:
    """Right solutions in several styles, plots included, over and over."""
    folder = ROOT / "tests" / "submissions"
    return list(islice(cycle(folder / name / "notebook.ipynb" for name in _NOTEBOOKS), number))


def throughput(folder: Path, number: int, slots: int) -> dict[int, list[float]]:
    """Seconds of whole batches with one slot and with several, turn by turn: one, several, one, several."""
    batch = [str(one) for one in notebooks(number)]
    seconds: dict[int, list[float]] = {1: [], slots: []}
    with workers({"batches": sys.executable}, folder) as (able, _):
        able["batches"].ask("batch", notebooks=batch[:slots], jobs=slots)
        for jobs in (1, slots) * 2:
            seconds[jobs].append(able["batches"].ask("batch", notebooks=batch, jobs=jobs)["wall"])
    return seconds


def flatness(folder: Path, number: int, first: int) -> Sequence[Mapping[str, float]]:
    """What the grader's own process holds after the `first` submissions, and after `number` of them."""
    paths = [str(one) for one in notebooks(number)]
    with workers({"grader": sys.executable}, folder) as (able, _):
        return [able["grader"].ask("many", notebooks=part) for part in (paths[:first], paths[first:])]

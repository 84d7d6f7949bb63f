"""What was measured, as a table, as lines of ratios, and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.rounds import Taken

_MIB = 2**20


@dataclass(slots=True)
class Outcome:
    rounds: int
    taken: Mapping[str, Taken]
    skipped: Mapping[str, str]
    batches: Mapping[int, Sequence[float]]
    """Slots ─▶ seconds of each whole batch."""
    flat: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    """So many submissions ─▶ the grader's memory and descriptors after them."""

    def cpu_ratio(self, name: str, to: str) -> float:
        return self.taken[name].mean_cpu / self.taken[to].mean_cpu

    def wall_ratio(self, name: str, to: str) -> float:
        return self.taken[name].median_wall / self.taken[to].median_wall

    @property
    def slots(self) -> int:
        return max(self.batches)

    @property
    def speed_up(self) -> float:
        return fmean(self.batches[1]) / fmean(self.batches[self.slots])


def machine() -> str:
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{system}, {os.cpu_count()} cores, load {load}"


def show(outcome: Outcome, console: Console) -> None:
    console.print(_table(outcome))
    for line in _lines(outcome):
        console.print(line, highlight=False)


def _table(outcome: Outcome) -> Table:
    table = Table(title=f"A submission each, means and medians of {outcome.rounds}, taking turns")
    table.add_column("")
    for heading in ("CPU ms", "× floor", "× nbclient", "wall ms", "× floor", "× nbclient", "peak MiB", "start ms"):
        table.add_column(heading, justify="right")
    for name, taken in outcome.taken.items():
        table.add_row(
            name,
            f"{1000 * taken.mean_cpu:.0f}",
            *(f"{outcome.cpu_ratio(name, to):.2f}" for to in ("floor", "nbclient")),
            f"{1000 * taken.median_wall:.0f}",
            *(f"{outcome.wall_ratio(name, to):.2f}" for to in ("floor", "nbclient")),
            f"{taken.peak_bytes / _MIB:.0f}",
            f"{1000 * taken.start_wall:.0f}",
        )
    return table


def _lines(outcome: Outcome) -> Iterator[str]:
    graders = [name for name in outcome.taken if name.startswith("grader")]
    others = [name for name in outcome.taken if name not in graders]
    for kind, ratio in (("CPU", outcome.cpu_ratio), ("wall", outcome.wall_ratio)):
        for name in graders:
            for other in others:
                yield f"{kind}: {name} = {_times(ratio(name, other))} {other}"
    if {"grader", "grader, no figures"} <= set(outcome.taken):
        share = 1 - outcome.taken["grader, no figures"].mean_cpu / outcome.taken["grader"].mean_cpu
        yield f"figures, described and judged: {share:.1%} of a submission's CPU"
    if outcome.slots > 1:
        yield f"submissions a second: {outcome.slots} slots = {outcome.speed_up:.2f} × 1 slot"
    for number, held in outcome.flat.items():
        yield (
            f"after {number} submissions: the grader's own memory {held['resident'] / _MIB:.1f} MiB, "
            f"{held['descriptors']} open descriptors"
        )
    for name, reason in outcome.skipped.items():
        yield f"{name} was skipped: {reason}"


def _times(ratio: float) -> str:
    return f"{ratio:.2f} ×" if ratio > 0.5 else f"1/{1 / ratio:.1f} of"


def as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "machine": machine(),
        "rounds": outcome.rounds,
        "contenders": {name: _numbers(outcome, name) for name in outcome.taken},
        "skipped": dict(outcome.skipped),
        "batch_seconds": {str(slots): list(seconds) for slots, seconds in outcome.batches.items()},
        "speed_up": outcome.speed_up,
        "flat": {str(number): dict(held) for number, held in outcome.flat.items()},
    }


def _numbers(outcome: Outcome, name: str) -> dict[str, Any]:
    taken = outcome.taken[name]
    return {
        "cpu_seconds": taken.mean_cpu,
        "wall_seconds": taken.median_wall,
        "cpu_ratio": {to: outcome.cpu_ratio(name, to) for to in outcome.taken},
        "wall_ratio": {to: outcome.wall_ratio(name, to) for to in outcome.taken},
        "peak_bytes": taken.peak_bytes,
        "start": {"cpu_seconds": taken.start_cpu, "wall_seconds": taken.start_wall},
        "each": {"cpu_seconds": taken.cpu, "wall_seconds": taken.wall},
    }

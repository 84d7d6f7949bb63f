"""Kills a batch again and again, at random moments, and begins it anew: nothing may be lost, doubled, halved or left.

python -m tests.soak [--submissions 200] [--kills 50] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.journal import read_journal
from grader.report.files import report_folder
from grader.report.json_report import decode_report
from tests.conftest import SUBMISSIONS
from tests.notebooks import ROOT

SAMPLES = ("right_plain", "right_loops", "wrong_no_mask", "wrong_swapped_return", "messy_renamed_functions")
_SECONDS_TO_VANISH = 15


@dataclass(frozen=True, slots=True)
class Soak:
    """A class in `place`/in, graded into `place`/out, with all temporary files in `place`/tmp."""

    place: Path

    @property
    def out(self) -> Path:
        return self.place / "out"

    @property
    def temporary(self) -> Path:
        return self.place / "tmp"

    def start(self, out: Path) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            "grader",
            "grade",
            str(self.place / "in"),
            "-o",
            str(out),
            "--course",
            str(ROOT),
        ]
        environment = {**os.environ, "TMPDIR": str(self.temporary)}
        with (self.place / "log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)  # noqa: S603

    def finish(self, out: Path) -> None:
        """Run to the end."""
        code = self.start(out).wait(timeout=600)
        assert code == 0, (self.place / "log").read_text(encoding="utf-8")[-2000:]

    def processes(self) -> list[psutil.Process]:
        """All that was started with this class's folder for temporary files, as kernels and zygotes are below it."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return str(process.environ().get("TMPDIR", "")).startswith(str(self.temporary))
        return False


def make_class(place: Path, submissions: int) -> Soak:
    for number in range(submissions):
        name = SAMPLES[number % len(SAMPLES)]
        source = (SUBMISSIONS / name / "notebook.ipynb").read_text(encoding="utf-8")
        folder = place / "in" / f"student {number:03}"
        folder.mkdir(parents=True)
        # No two of the same content.
        (folder / "notebook.ipynb").write_text(source.rstrip() + "\n" * (number + 1), encoding="utf-8")
    (place / "tmp").mkdir()
    return Soak(place)


def soak(made: Soak, kills: int, chance: random.Random, seconds: float) -> int:
    """Kill it so often, each time at any moment of its first `seconds`. How many reports were finished before the end.

    Raises AssertionError where something is lost, half, or left.
    """
    finished: dict[str, bytes] = {}
    for _ in range(kills):
        batch = made.start(made.out)
        time.sleep(chance.uniform(0, seconds))
        batch.send_signal(signal.SIGKILL)
        batch.wait()
        _wait_until_gone(made)
        _check_reports(made.out)
        finished = _kept(made.out, finished)
    before = len(finished)
    made.finish(made.out)
    _kept(made.out, finished)
    assert not made.processes()
    assert list(made.temporary.iterdir()) == []
    assert list(made.out.rglob("*.part")) == []
    return before


def contents(out: Path) -> dict[str, bytes]:
    """All that has to be the same, however often the batch was begun."""
    kept = [*out.rglob("report.json"), out / "scores.json", out / "scores.csv", out / "intake.json"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in kept}


def _wait_until_gone(made: Soak) -> None:
    ends = time.monotonic() + _SECONDS_TO_VANISH
    while left := made.processes():
        assert time.monotonic() < ends, f"still there: {left}"
        time.sleep(0.02)


def _check_reports(out: Path) -> None:
    for path in out.rglob("report.json"):
        decode_report(path.read_bytes())


def _kept(out: Path, before: Mapping[str, bytes]) -> dict[str, bytes]:
    """When each finished submission was graded: never a second time."""
    now = {id_: (report_folder(out, id_) / "run.json").read_bytes() for id_ in read_journal(out)}
    for id_, record in before.items():
        assert now.get(id_) == record, f"{id_} was graded twice, or lost"
    return now


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="soak-") as place:
        made = make_class(Path(place), given.submissions)
        started = time.monotonic()
        made.finish(made.place / "undisturbed")
        whole = time.monotonic() - started
        # As if what is finished by kills were spread over the batch, with what each start costs.
        seconds = 2 * (_seconds_to_start(made) + whole / max(1, given.kills))
        before = soak(made, given.kills, random.Random(given.seed), seconds)  # noqa: S311 - moments, no secrets
        assert contents(made.out) == contents(made.place / "undisturbed")
        assert len(contents(made.out)) == given.submissions + 3
        print(  # noqa: T201 - a command
            f"{given.kills} kills of a batch of {given.submissions} ({whole:.0f} s undisturbed): the same bytes, "
            f"nothing graded twice, no process, no half file; {before} were finished by killed batches."
        )


def _seconds_to_start(made: Soak) -> float:
    """What a batch takes that has nothing to do."""
    started = time.monotonic()
    made.finish(made.place / "undisturbed")
    return time.monotonic() - started


if __name__ == "__main__":
    main()

"""Whoever grades the submissions of a batch: threads of this process, or (`cluster.py`) other machines."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from grader.answer_key import AnswerKey
from grader.model import SubmissionFile
from grader.pipeline import grade
from grader.report.run_record import RunRecord, run_record
from grader.runner.protocol import Runner
from grader.score_report import ScoreReport


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of one submission: its report, and how the run went."""

    file: SubmissionFile
    report: ScoreReport
    record: RunRecord
    executed: bytes | None = field(default=None, repr=False)
    """The notebook as it was run, where that is kept."""


class Workers(Protocol):
    def grade(self, files: Sequence[SubmissionFile]) -> Generator[Outcome, None, None]:
        """An outcome for each, in the order in which they end.

        Closing the iterator ends all that runs. Raises GradingStopped where somebody else ended it.
        """


@dataclass(frozen=True, slots=True)
class Threads:
    """So many at a time, each thread with a kernel."""

    key: AnswerKey
    runner: Runner
    jobs: int

    def grade(self, files: Sequence[SubmissionFile]) -> Generator[Outcome, None, None]:
        """See `Workers.grade`."""
        to_do = iter(files)
        with ThreadPoolExecutor(max_workers=self.jobs, thread_name_prefix="grading") as pool:
            # A few ahead, not all: what is done is handed on at once, and never heaped up.
            running = {self._submit(pool, file) for file in islice(to_do, 2 * self.jobs)}
            try:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    running |= {self._submit(pool, file) for file in islice(to_do, len(done))}
                    for one in done:
                        yield one.result()
            except BaseException:
                for one in running:
                    one.cancel()
                self.runner.stop()
                raise

    def _submit(self, pool: ThreadPoolExecutor, file: SubmissionFile) -> Future[Outcome]:
        return pool.submit(grade_one, file, self.key, self.runner)


def grade_one(file: SubmissionFile, key: AnswerKey, runner: Runner, content: bytes | None = None) -> Outcome:
    """Grade one and take the time. Raises GradingStopped alone."""
    started, clock = datetime.now(UTC).isoformat(timespec="milliseconds"), time.monotonic()
    graded = grade(file, key, runner, content)
    record = run_record(started, time.monotonic() - clock, graded.execution, graded.tracebacks)
    return Outcome(file, graded.report, record, graded.executed)

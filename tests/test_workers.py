"""Threads: so many at a time, few ahead, and an end that ends all of them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from grader.answer_key import AnswerKey
from grader.assignment import Limits
from grader.model import Execution, ProbePlan, Submission, SubmissionFile
from grader.workers import Threads
from tests.fakes import FakeRunner
from tests.notebooks import code_notebook


@pytest.fixture
def files(tmp_path: Path) -> list[SubmissionFile]:
    (tmp_path / "x.ipynb").write_bytes(code_notebook("x = 1"))
    return [SubmissionFile(f"s{number}", tmp_path / "x.ipynb", "x.ipynb") for number in range(20)]


class Counting(FakeRunner):
    """How many ran at once, at most."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0
        self.lock = threading.Lock()

    def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        execution = super().run(submission, plan, limits)
        with self.lock:
            self.now -= 1
        return execution


def test_each_is_graded_once_and_not_more_than_so_many_at_a_time(key: AnswerKey, files: list[SubmissionFile]) -> None:
    runner = Counting()
    outcomes = list(Threads(key, runner, 3).grade(files))
    assert sorted(outcome.file.id for outcome in outcomes) == sorted(file.id for file in files)
    assert all(outcome.report.submission.id == outcome.file.id for outcome in outcomes)
    assert runner.most <= 3


def test_work_is_begun_only_as_results_are_taken(key: AnswerKey, files: list[SubmissionFile]) -> None:
    """Else the reports of a large class would heap up in memory."""
    runner = FakeRunner()
    outcomes = Threads(key, runner, 2).grade(files)
    next(outcomes)
    assert len(runner.submissions) <= 2 * 2 + 2
    outcomes.close()
    assert runner.stopped
    assert len(runner.submissions) <= 2 * 2 + 2


def test_nothing_to_do_is_done(key: AnswerKey) -> None:
    assert list(Threads(key, FakeRunner(), 2).grade([])) == []


def test_bytes_at_hand_are_not_read_again(key: AnswerKey, tmp_path: Path) -> None:
    """What a cluster's workers are sent lies on another machine's disk."""
    from grader.workers import grade_one  # noqa: PLC0415 - here alone

    gone: Any = SubmissionFile("s", tmp_path / "gone.ipynb", "gone.ipynb")
    assert grade_one(gone, key, FakeRunner(), code_notebook("x = 1")).report.status == "graded"
    assert grade_one(gone, key, FakeRunner()).report.status == "grader_error"

"""From a file to its report with a fake runner: statuses, whose fault it is, and what is never a zero."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from grader import checks, pipeline
from grader.answer_key import AnswerKey
from grader.errors import KernelUnavailable
from grader.model import ReportStatus, Status, SubmissionFile
from grader.pipeline import grade, probe_plan
from grader.submission import read_submission
from tests.fakes import FakeRunner
from tests.notebooks import code_notebook, filled_sheet

Functions = dict[str, Callable[..., Any]]
Write = Callable[[bytes], SubmissionFile]


@pytest.fixture
def matrices(key: AnswerKey) -> dict[str, Any]:
    own = {name: np.array(array) for name, array in key.sheet.items()}
    return {**{f"{name}_mat": array for name, array in own.items()}, **own}


def test_right_functions_get_full_marks(
    key: AnswerKey, right_functions: Functions, matrices: dict[str, Any], submission_file: Write
) -> None:
    report = grade(submission_file(filled_sheet()), key, FakeRunner(right_functions, matrices)).report
    assert (report.status, report.score, report.max_score) == ("graded", 60, 60)


def test_nothing_gets_nothing(key: AnswerKey, submission_file: Write) -> None:
    report = grade(submission_file(filled_sheet()), key, FakeRunner()).report
    assert (report.status, report.score) == ("graded", 0)


def test_plots_are_neither_given_nor_taken(key: AnswerKey, submission_file: Write) -> None:
    """Until they are graded the report says so, and a right sheet is full without them."""
    report = grade(submission_file(filled_sheet()), key, FakeRunner()).report
    plots = [one for one in report.exercises if one.id in {"ex2", "ex4", "ex6"}]
    assert all(one.score is None and one.status is Status.NOT_RUN for one in plots)
    assert sum(one.max_score for one in report.exercises) == 100
    assert "40 points are left out" in report.remarks[-1].message


def test_an_unreadable_file_is_a_report_too(key: AnswerKey, submission_file: Write) -> None:
    runner = FakeRunner()
    report = grade(submission_file(b"%PDF-1.4"), key, runner).report
    assert (report.status, report.score, report.max_score) == ("unreadable", 0, 60)
    assert report.remarks[0].id == "not_a_notebook"
    assert report.submission.sha256 is not None
    assert runner.submissions == []


def test_a_fault_of_the_runner_is_never_a_zero(key: AnswerKey, submission_file: Write) -> None:
    graded = grade(submission_file(filled_sheet()), key, FakeRunner(failure=KernelUnavailable("no kernel")))
    assert graded.report.status is ReportStatus.GRADER_ERROR
    assert graded.report.score is None
    assert all(one.score is None for one in graded.report.exercises)
    assert "KernelUnavailable" in graded.tracebacks[0]


def test_a_missing_file_is_never_a_zero(key: AnswerKey, tmp_path: Path) -> None:
    report = grade(SubmissionFile("x", tmp_path / "x.ipynb", "x.ipynb"), key, FakeRunner()).report
    assert (report.status, report.score, report.submission.sha256) == ("grader_error", None, None)


def test_a_fault_of_a_check_costs_its_exercise_alone(
    key: AnswerKey,
    right_functions: Functions,
    matrices: dict[str, Any],
    submission_file: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check = checks.check_exercise

    def failing(exercise: Any, *rest: Any) -> checks.Verdict:
        if exercise.id == "ex3":
            raise ZeroDivisionError
        return check(exercise, *rest)

    monkeypatch.setattr(pipeline, "check_exercise", failing)
    graded = grade(submission_file(filled_sheet()), key, FakeRunner(right_functions, matrices))
    scores = {one.id: one.score for one in graded.report.exercises}
    assert (scores["ex1"], scores["ex3"], scores["ex5"]) == (20, None, 20)
    assert (graded.report.status, graded.report.score) == ("grader_error", None)
    assert "ZeroDivisionError" in graded.tracebacks[0]


def test_functions_are_taken_as_their_exercise_left_them(key: AnswerKey, submission_file: Write) -> None:
    submission = read_submission(submission_file(b""), filled_sheet(), key.assignment)
    plan = probe_plan(submission, key)
    assert [(probe.function, probe.after_cell) for probe in plan.functions] == [
        ("attentionQuery", 6),
        ("attentionQueryMatrix", 15),
        ("maskedAttentionQueryMatrix", 21),
    ]
    assert [(probe.names[0], probe.after_cell) for probe in plan.variables] == [("keys_mat", 15)]


def test_a_function_that_is_no_exercises_own_is_looked_for_everywhere(key: AnswerKey, submission_file: Write) -> None:
    """One that a rule compares with, say. The cells above the first heading are no exercise."""
    exercises = [one for one in key.assignment.exercises if one.id != "ex3"]
    assignment = msgspec.structs.replace(key.assignment, exercises=tuple(exercises))
    submission = read_submission(submission_file(b""), filled_sheet(), assignment)
    plan = probe_plan(submission, dataclasses.replace(key, assignment=assignment))
    after = {probe.function: probe.after_cell for probe in plan.functions}
    assert after["attentionQueryMatrix"] is None
    assert set(after.values()) - {None} <= set(plan.moments)


def test_without_exercises_they_are_taken_at_the_end(key: AnswerKey, submission_file: Write) -> None:
    submission = read_submission(submission_file(b""), code_notebook("pass"), key.assignment)
    assert {probe.after_cell for probe in probe_plan(submission, key).functions} == {None}


def test_no_call_carries_an_expected_value(key: AnswerKey, submission_file: Write) -> None:
    """What the runner is given holds inputs alone: the seam itself keeps expected values out of kernels."""
    plan = probe_plan(read_submission(submission_file(b""), filled_sheet(), key.assignment), key)
    given = [array for probe in plan.functions for call in probe.calls for array in _flat(call.arguments)]
    # With large logits all weight is on one key, so that a result is one of the values given.
    keyed_calls = (one for cases in key.calls.values() for one in cases.values() if one.case.set != "stability")
    for keyed in keyed_calls:
        for expected in keyed.expected:
            assert not any(expected.shape == array.shape and np.allclose(expected, array) for array in given)


def _flat(arguments: tuple[Any, ...]) -> list[Any]:
    return [part for one in arguments for part in (one if isinstance(one, tuple) else [one])]

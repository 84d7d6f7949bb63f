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
from grader.assignment import Limits
from grader.errors import KernelUnavailable
from grader.model import CellStatus, Execution, ProbePlan, Submission, SubmissionFile
from grader.pipeline import grade, probe_plan
from grader.score_report import DiagnosisStatus, ReportStatus, Status
from grader.submission import read_submission
from tests.checks.diagnosis.diagnosed import defined, source
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
    assert (report.status, report.score, report.max_score) == ("graded", 60, 100)


def test_nothing_gets_nothing(key: AnswerKey, submission_file: Write) -> None:
    report = grade(submission_file(filled_sheet()), key, FakeRunner()).report
    assert (report.status, report.score) == ("graded", 0)


def test_what_was_not_drawn_gets_nothing_and_is_said(key: AnswerKey, submission_file: Write) -> None:
    report = grade(submission_file(filled_sheet()), key, FakeRunner()).report
    plots = [one for one in report.exercises if one.id in {"ex2", "ex4", "ex6"}]
    assert all(one.score == 0 and one.status is Status.FAILED for one in plots)
    assert all("is not there" in criterion.message for one in plots for criterion in one.criteria)


def test_plots_that_could_not_be_looked_at_are_not_called_missing(key: AnswerKey, submission_file: Write) -> None:
    report = grade(submission_file(filled_sheet()), key, FakeRunner(figures=None)).report
    messages = {one.message for exercise in report.exercises if exercise.id == "ex2" for one in exercise.criteria}
    assert messages == {"The figures could not be looked at: the notebook used up its time, or broke its kernel."}


def test_an_unreadable_file_is_a_report_too(key: AnswerKey, submission_file: Write) -> None:
    runner = FakeRunner()
    report = grade(submission_file(b"%PDF-1.4"), key, runner).report
    assert (report.status, report.score, report.max_score) == ("unreadable", 0, 100)
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
    asked = [(probe.names[0], probe.after_cell) for probe in plan.variables if not probe.in_passing]
    assert asked == [("keys_mat", 15)]
    # What the next exercise will plot depends on what the data was then.
    assert [probe.after_cell for probe in plan.variables if probe.in_passing] == [21, 15, 6]


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


# --- a second look ---------------------------------------------------------------------------------------------------


class Twice(FakeRunner):
    """Counts its runs, and answers the altered ones with `altered` in place of `functions`."""

    def __init__(self, functions: Functions, altered: Functions) -> None:
        super().__init__(functions)
        self.altered = altered
        self.plans: list[ProbePlan] = []

    def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        self.plans.append(plan)
        if any(probe.alterations for probe in plan.functions):
            return FakeRunner(self.altered).run(submission, plan, limits)
        return super().run(submission, plan, limits)


def ignores_arguments(*_: Any) -> Any:
    return np.ones((64, 64)), np.ones((64, 16))


def test_what_is_explained_is_not_run_again(
    key: AnswerKey, right_functions: Functions, matrices: dict[str, Any], submission_file: Write
) -> None:
    unscaled = {"attentionQueryMatrix": defined(source("attentionQueryMatrix", "unscaled"), "attentionQueryMatrix")}
    for functions in (right_functions, {**right_functions, **unscaled}):
        runner = Twice(functions, {})
        runner.variables = matrices
        grade(submission_file(filled_sheet()), key, runner)
        assert len(runner.plans) == 1


def test_what_is_not_explained_is_run_again_where_variables_are_others(
    key: AnswerKey, right_functions: Functions, submission_file: Write
) -> None:
    wrong = {**right_functions, "attentionQueryMatrix": ignores_arguments}
    runner = Twice(wrong, wrong)
    report = grade(submission_file(filled_sheet()), key, runner).report
    _, again = runner.plans
    called = {probe.function for probe in again.functions if probe.calls}
    assert called == {"attentionQueryMatrix"}
    assert not any(call.hidden for probe in again.functions for call in probe.calls)
    exercises = {one.id: one for one in report.exercises}
    assert exercises["ex3"].diagnosis is DiagnosisStatus.UNKNOWN
    assert exercises["ex1"].diagnosis is DiagnosisStatus.NONE


def test_a_misconception_is_reported_with_all_that_a_student_needs(
    key: AnswerKey, right_functions: Functions, submission_file: Write
) -> None:
    masked = "maskedAttentionQueryMatrix"
    functions = {**right_functions, masked: right_functions["attentionQueryMatrix"]}
    report = grade(submission_file(filled_sheet()), key, FakeRunner(functions)).report
    (found,) = next(one for one in report.exercises if one.id == "ex5").misconceptions
    entry = key.atlas.misconceptions["no_mask"]
    assert (found.id, found.title, found.explanation) == ("no_mask", entry.title, entry.explanation)
    assert (found.hint, found.cost) == (entry.hint, entry.cost)


def test_a_stub_is_not_implemented_whatever_globals_there_are(
    key: AnswerKey, right_functions: Functions, submission_file: Write
) -> None:
    """Exercise 2 has made globals of the stub's names."""
    functions = {**right_functions, "attentionQueryMatrix": ignores_arguments}
    stub = "def attentionQueryMatrix(queries, keys, values):\n    # please implement\n    return attention, result"
    runner = Twice(functions, {})
    report = grade(submission_file(filled_sheet({"attentionQueryMatrix": stub})), key, runner).report
    (found,) = next(one for one in report.exercises if one.id == "ex3").misconceptions
    assert found.id == "not_implemented"
    assert len(runner.plans) == 1


def test_cells_that_took_too_long_are_not_run_twice(
    key: AnswerKey, right_functions: Functions, submission_file: Write
) -> None:
    class Slow(Twice):
        def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
            execution = super().run(submission, plan, limits)
            slow = dataclasses.replace(execution.cells[0], status=CellStatus.TIMED_OUT)
            return dataclasses.replace(execution, cells=(slow, *execution.cells[1:]))

    runner = Slow({**right_functions, "attentionQueryMatrix": ignores_arguments}, {})
    grade(submission_file(filled_sheet()), key, runner)
    assert len(runner.plans) == 1

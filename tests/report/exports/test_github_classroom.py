"""GitHub Classroom is told the report's points, and nothing where the grader failed."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given

from grader.errors import UsageError
from grader.report.exports import Format, export, github_classroom_result, github_classroom_variable
from grader.score_report import ScoreReport
from tests.report.exports.readers.github_classroom_reader import points_told, read_result, read_variable
from tests.report.exports.reports import (
    NOW,
    any_report,
    full,
    grader_error,
    hostile_class,
    no_notebook,
    overridden,
    partial,
    varied_class,
    worth_nothing,
)


def test_both_forms_say_the_same_for_every_submission() -> None:
    reports = varied_class("folders")
    exported = export(Format.GITHUB_CLASSROOM, reports, now=NOW)
    assert len(exported.files) == 2 * len(reports)
    for report in reports:
        content = exported.files[f"{report.submission.id}/result.json"]
        value = exported.files[f"{report.submission.id}/result.base64"]
        assert read_variable(value) == read_result(content)
        assert b"\n" not in value
        assert points_told(read_result(content)) == (None if report.score is None else (report.score, 100.0))
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]


def test_passed_failed_and_failed_by_us() -> None:
    statuses = [
        read_variable(github_classroom_variable(kind("a", None)))["status"] for kind in (full, partial, grader_error)
    ]
    assert statuses == ["pass", "fail", "error"]


def test_of_a_fault_of_the_grader_classroom_learns_no_points() -> None:
    result = read_variable(github_classroom_variable(grader_error("a", None)))
    assert points_told(result) is None
    assert [test["status"] for test in result["tests"]] == ["error"]
    assert "no fault of the submission" in result["tests"][0]["message"]


def test_reasons_and_overrides_are_told() -> None:
    assert (
        read_result(github_classroom_result(no_notebook("a", None)))["tests"][0]["message"]
        == "Only a PDF was handed in."
    )
    last = read_result(github_classroom_result(overridden("a", None)))["tests"][-1]
    assert (last["score"], last["status"]) == (45.5, "fail")
    assert "your instructor's points" in last["message"]


def test_what_is_worth_nothing_tells_nothing() -> None:
    assert points_told(read_result(github_classroom_result(worth_nothing("a", None)))) is None


@pytest.mark.parametrize("criteria", [24, 100])
def test_a_long_result_is_cut_until_it_fits_a_variable(criteria: int) -> None:
    result = read_variable(github_classroom_variable(_long(criteria)))
    assert len(result["tests"]) == criteria
    assert "(shortened)" in result["tests"][0]["message"]


def test_what_can_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="too many criteria for GitHub Classroom"):
        github_classroom_variable(_long(2000))


def _long(criteria: int) -> ScoreReport:
    report = partial("a", None)
    first = report.exercises[0]
    long = msgspec.structs.replace(first.criteria[1], message="é" * 2000)
    return msgspec.structs.replace(report, exercises=[msgspec.structs.replace(first, criteria=[long] * criteria)])


def test_hostile_names_are_text() -> None:
    for report in hostile_class("folders"):
        read_variable(github_classroom_variable(report))


@given(any_report("a", None))
def test_any_report_has_its_own_points(report: ScoreReport) -> None:
    content = github_classroom_result(report)
    told = points_told(read_result(content))
    assert base64.b64decode(github_classroom_variable(report)) == content
    assert told == ((report.score, report.max_score) if report.score is not None and report.max_score else None)

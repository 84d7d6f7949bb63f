"""The list of tests sums up to the score, whatever the instructor has changed."""

from __future__ import annotations

import msgspec
from hypothesis import given

from grader.report.exports.result_lines import is_passed, result_lines
from grader.score_report import ReportStatus, ScoreReport, Status
from tests.report.exports.reports import any_report, overridden, partial, unreadable, worth_nothing


def test_one_line_a_criterion_with_its_number_and_names() -> None:
    lines = list(result_lines(partial("a", None)))
    assert [one.number for one in lines] == ["1.1", "1.2", "2.1", "2.2"]
    assert lines[1].name == "ex1 Distance & co., ex1: Right values"
    assert lines[1].message.startswith("The values")
    assert "1/√d is missing" in lines[1].details
    assert "For example" in lines[1].details
    assert lines[0].text == ""


def test_an_overridden_exercise_is_one_line_that_says_so() -> None:
    *_, last = result_lines(overridden("a", None))
    assert (last.number, last.score, last.max_score, last.status) == ("2", 45.5, 50.0, Status.PARTIAL)
    assert "your instructor's points" in last.message
    assert "Right plot: no score of 30, not graded" in last.details


def test_what_is_worth_nothing_and_did_not_run_is_not_wrong() -> None:
    report = worth_nothing("a", None)
    assert [is_passed(one, report) for one in result_lines(report)] == [True, False]
    for spoiled in (unreadable("a", None), msgspec.structs.replace(report, status=ReportStatus.UNREADABLE)):
        assert not any(is_passed(one, spoiled) for one in result_lines(spoiled))


@given(any_report("a", None))
def test_the_lines_sum_up_to_the_score(report: ScoreReport) -> None:
    lines = list(result_lines(report))
    assert round(sum(one.max_score for one in lines), 2) == report.max_score
    if report.score is not None:
        assert round(sum(one.score or 0.0 for one in lines), 2) == report.score

"""Feedback says all that the report says, in plain text that does nothing to whoever reads it."""

from __future__ import annotations

from hypothesis import given

from grader.report.exports.feedback_text import feedback_file, feedback_lines, summary_lines
from grader.score_report import ScoreReport
from tests.report.exports.readers.refusal import demand_shown
from tests.report.exports.reports import (
    any_report,
    full,
    grader_error,
    hostile_class,
    no_notebook,
    overridden,
    owner_of,
    partial,
)

JANE = owner_of("moodle", "101", "Jane Doe", late=True)


def text_of(report: ScoreReport) -> str:
    name, content = feedback_file(report)
    assert name == "feedback.txt"
    return content.decode()


def test_it_has_scores_messages_hints_and_the_example() -> None:
    text = text_of(partial("a", JANE))
    for said in (
        "Sheet 3: Distances: 47.55 of 100 points",
        "Handed in late.",
        "Cell 3: distance is called distanz here.",
        "Right values: 17.55 of 40, partly right",
        "b = [[0.5, -1], [3, 4]]",
        "result at point 1 should be 2.82843",
        "result at point 1 is nan",
        "The sums go on as they are.",
    ):
        assert said in text


def test_an_instructors_points_are_said_to_be_that() -> None:
    text = text_of(overridden("a", JANE))
    assert "45.5 of 50 (your instructor's points; the grader gave no score. Reason: =The right idea" in text


def test_no_score_is_not_zero() -> None:
    text = text_of(grader_error("a", JANE))
    assert "There is no score: the grader itself failed." in text
    assert "0 of 100" not in text


def test_the_summary_is_short_and_says_why_there_are_no_points() -> None:
    assert "Only a PDF was handed in." in list(summary_lines(no_notebook("a", JANE)))
    assert next(summary_lines(full("a", JANE))) == "100 of 100 points"
    assert len(list(summary_lines(partial("a", JANE)))) == 4


def test_nothing_hostile_survives() -> None:
    for report in hostile_class("moodle"):
        for line in (*feedback_lines(report), *summary_lines(report)):
            demand_shown(line)
            assert "\n" not in line
            assert len(line) < 3000


@given(any_report("a", JANE))
def test_whatever_a_report_holds_it_is_shown_line_by_line(report: ScoreReport) -> None:
    for line in (*feedback_lines(report), *summary_lines(report)):
        demand_shown(line)
        assert "\n" not in line

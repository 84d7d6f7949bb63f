"""The table for people shows each submission's own numbers, and runs nothing when it is opened."""

from __future__ import annotations

import msgspec
from hypothesis import given

from grader.report.exports import Format, export
from grader.score_report import ScoreReport
from tests.report.exports.readers.grades_reader import read_grades
from tests.report.exports.reports import NOW, any_report, full, hostile_class, owner_of, varied_class


def table(reports: list[ScoreReport]) -> list[dict[str, str]]:
    exported = export(Format.CSV, reports, now=NOW)
    assert [one.submission for one in exported.left_empty] == [
        one.submission.id for one in reports if one.score is None
    ]
    return read_grades(exported.files["grades.csv"])


def test_a_line_a_submission() -> None:
    rows = table(varied_class("moodle"))
    assert [row["score"] for row in rows] == ["100", "47.55", "0", "0", "0", "", "95.5"]
    assert [row["status"] for row in rows][3:6] == ["unreadable", "no_notebook", "grader_error"]
    assert rows[1] == {
        "id": "Max Müller_102",
        "name": "Max Müller",
        "student_id": "102",
        "late": "yes",
        "status": "graded",
        "score": "47.55",
        "max_score": "100",
        "ex1": "27.55",
        "ex2": "20",
        "overridden": "",
    }
    assert rows[6]["overridden"] == "ex2: =The right idea; the slip was in the sheet."


def test_who_is_not_known_has_no_name() -> None:
    (row,) = table([full("a", None)])
    assert (row["name"], row["student_id"], row["late"]) == ("", "", "")


def test_exercises_that_not_all_reports_have_have_their_columns() -> None:
    one = full("a", None)
    other = msgspec.structs.replace(
        one, submission=msgspec.structs.replace(one.submission, id="b"), exercises=one.exercises[:1]
    )
    rows = table([other, one])
    assert [row["ex2"] for row in rows] == ["", "50"]


def test_hostile_names_are_text() -> None:
    rows = table(hostile_class("moodle"))
    assert len(rows) == len(hostile_class("moodle"))
    assert rows[0]["name"].startswith("'=HYPERLINK")


@given(any_report("a", owner_of("moodle", "1", "N")))
def test_any_report_has_its_own_numbers(report: ScoreReport) -> None:
    (row,) = table([report])
    assert row["score"] == ("" if report.score is None else f"{report.score:.2f}".rstrip("0").rstrip("."))
    for exercise in report.exercises:
        assert (float(row[exercise.id]) if row[exercise.id] else None) == exercise.score

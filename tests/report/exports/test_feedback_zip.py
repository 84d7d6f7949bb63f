"""Every student's feedback goes back into the very folder of the download, and into nobody else's."""

from __future__ import annotations

import pytest

from grader.errors import UsageError
from grader.report.exports.feedback_text import feedback_file
from grader.report.exports.feedback_zip import place_feedback, zipped
from grader.score_report import Owner, ScoreReport
from tests.report.exports.readers.zip_reader import read_zip
from tests.report.exports.reports import full, grader_error, owner_of


def path_in(owner: Owner, file: str) -> str:
    return f"{owner.folder}/{file}" if owner.folder else ""


def test_the_same_reports_give_the_same_bytes_in_any_order() -> None:
    entries = {"b/feedback.txt": b"2", "ä/feedback.txt": b"1"}
    assert zipped(entries) == zipped(dict(reversed(entries.items())))
    assert read_zip(zipped(entries)) == entries
    assert read_zip(zipped({})) == {}


def test_who_can_not_be_placed_is_said() -> None:
    nowhere = Owner("moodle", "3", "C", "")
    reports = [full("a", owner_of("moodle", "1", "A")), full("b", None), full("c", nowhere), grader_error("d", nowhere)]
    placed = place_feedback(reports, path_in, feedback_file)
    assert list(placed.entries) == ["A_1_assignsubmission_file/feedback.txt"]
    assert [one.submission for one in placed.left_out] == ["b", "c", "d"]


def test_two_in_one_folder_get_nothing() -> None:
    one, other = Owner("moodle", "1", "A", "same"), Owner("moodle", "2", "B", "same")
    placed = place_feedback([full("a", one), full("b", other)], path_in, feedback_file)
    assert placed.entries == {}
    assert [left.submission for left in placed.left_out] == ["a", "b"]


def test_two_of_one_student_get_nothing() -> None:
    one, other = Owner("moodle", "1", "A", "x"), Owner("moodle", "1", "A", "y")
    placed = place_feedback([full("a", one), full("b", other)], path_in, feedback_file)
    assert placed.entries == {}
    assert all('"a" and "b"' in left.reason for left in placed.left_out)


def test_another_kind_of_feedback_can_be_put_there() -> None:
    def page(report: ScoreReport) -> tuple[str, bytes]:
        return "feedback.html", report.submission.id.encode()

    placed = place_feedback([full("a", owner_of("moodle", "1", "A"))], path_in, page)
    assert placed.entries == {"A_1_assignsubmission_file/feedback.html": b"a"}


def test_a_feedback_files_name_leads_nowhere_else() -> None:
    with pytest.raises(UsageError, match="no name for a feedback file"):
        place_feedback([full("a", owner_of("moodle", "1", "A"))], path_in, lambda _: ("../x", b""))

"""A fault of the grader has no score, whatever number its report holds."""

from __future__ import annotations

import msgspec
import pytest

from grader.report.exports import Format, export
from grader.report.exports.exported import LeftOut, distinct, grader_fault, has_score, without_score
from grader.score_report import ReportStatus, ScoreReport
from tests.report.exports.readers.github_classroom_reader import points_told, read_result
from tests.report.exports.readers.grades_reader import read_grades
from tests.report.exports.readers.lti_reader import read_score
from tests.report.exports.readers.new_gradebook_reader import read_new_gradebook
from tests.report.exports.readers.prairielearn_reader import read_prairielearn
from tests.report.exports.reports import NOW, full, grader_error, owner_of, unreadable, zero

JANE = owner_of("canvas", "101", "Jane")
STALE = msgspec.structs.replace(full("a", JANE), status=ReportStatus.GRADER_ERROR)
"""Its number is of before something failed."""
SCORELESS = msgspec.structs.replace(full("a", JANE), score=None)


def test_only_what_was_graded_or_could_not_be_read_has_a_score() -> None:
    assert [has_score(one) for one in (full("a", None), zero("a", None), unreadable("a", None))] == [True] * 3
    assert [has_score(one) for one in (grader_error("a", None), STALE, SCORELESS)] == [False] * 3


@pytest.mark.parametrize("report", [STALE, SCORELESS])
def test_no_format_lets_it_through(report: ScoreReport) -> None:
    files = {one: dict(export(one, [report], now=NOW).files) for one in Format if one is not Format.BLACKBOARD}
    assert files[Format.GRADESCOPE] == {}
    assert "score" not in read_prairielearn(files[Format.PRAIRIELEARN]["a/results.json"])
    assert points_told(read_result(files[Format.GITHUB_CLASSROOM]["a/result.json"])) is None
    assert "scoreGiven" not in read_score(files[Format.LTI]["a/score.json"])
    assert b"<error" in files[Format.JUNIT]["junit.xml"]
    assert read_new_gradebook(files[Format.CANVAS]["gradebook.csv"])[2] == [["Jane", "101", "", "", "", ""]]
    assert read_grades(files[Format.CSV]["grades.csv"])[0]["score"] == ""


def test_it_is_listed_with_what_the_report_says() -> None:
    (left,) = without_score([full("a", None), grader_error("b", None)])
    assert left == LeftOut("b", "The grader failed (ValueError). This is no fault of the submission. Grade it again.")
    assert grader_fault(STALE) == "The grader itself failed here. This is no fault of the submission. Grade it again."


def test_the_same_reason_is_given_once() -> None:
    one, other = LeftOut("a", "x"), LeftOut("a", "y")
    assert distinct([one, other, one]) == (one, other)

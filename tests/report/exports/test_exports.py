"""What holds of every export: the same bytes each time, safe names, no zero that is nobody's, nothing mixed up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec
import pytest

from grader.errors import UsageError
from grader.report.exports import Exported, Format, export
from grader.score_report import ScoreReport
from tests.report.exports import worksheets
from tests.report.exports.reports import ASSIGNMENT, NOW, full, hostile_class, varied_class

FILLS: Mapping[Format, bytes] = {
    Format.MOODLE: worksheets.MOODLE_EN,
    Format.CANVAS: worksheets.CANVAS,
    Format.BLACKBOARD: worksheets.BLACKBOARD_XLS,
}
_PLATFORMS = {Format.CANVAS: "canvas", Format.BLACKBOARD: "blackboard"}


def exported(format_: Format, reports: list[ScoreReport]) -> Exported:
    return export(format_, reports, fill=FILLS.get(format_), fill_name="book.csv", now=NOW)


def reports_for(format_: Format) -> list[ScoreReport]:
    return varied_class(_PLATFORMS.get(format_, "moodle"))


@pytest.mark.parametrize("format_", Format)
def test_the_same_reports_give_the_same_bytes(format_: Format) -> None:
    assert exported(format_, reports_for(format_)) == exported(format_, reports_for(format_))


@pytest.mark.parametrize("format_", Format)
def test_a_fault_of_the_grader_is_always_listed(format_: Format) -> None:
    left = {one.submission: one.reason for one in exported(format_, reports_for(format_)).left_empty}
    assert "no fault of the submission" in left["Erika Mustermann_106"]


@pytest.mark.parametrize("format_", Format)
def test_names_stay_inside(format_: Format) -> None:
    platform = _PLATFORMS.get(format_, "moodle")
    for name in exported(format_, [*varied_class(platform), *hostile_class(platform)]).files:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert not {"..", "."} & set(name.split("/"))
        assert "\\" not in name


@pytest.mark.parametrize(
    "format_", [Format.ILIAS, Format.LTI, Format.PRAIRIELEARN, Format.GITHUB_CLASSROOM, Format.JUNIT, Format.CSV]
)
def test_a_file_to_fill_that_nobody_needs_is_refused(format_: Format) -> None:
    with pytest.raises(UsageError, match=r"^book\.csv: an export to .* fills no file"):
        export(format_, varied_class("moodle"), fill=b"x", fill_name="folder/book.csv", now=NOW)


@pytest.mark.parametrize("format_", Format)
def test_no_reports_or_those_of_two_assignments_or_one_twice_are_refused(format_: Format) -> None:
    one = full("a", None)
    other = msgspec.structs.replace(one, assignment=msgspec.structs.replace(ASSIGNMENT, id="other"))
    with pytest.raises(UsageError, match="no reports"):
        exported(format_, [])
    with pytest.raises(UsageError, match="several assignments: distance, other"):
        exported(format_, [one, other])
    with pytest.raises(UsageError, match='2 reports of the submission "a"'):
        exported(format_, [one, one])


def test_reports_of_two_versions_are_noted() -> None:
    one = full("a", None)
    other = msgspec.structs.replace(full("b", None), assignment=msgspec.structs.replace(ASSIGNMENT, digest="other"))
    assert "different versions" in export(Format.CSV, [one, other], now=NOW).notes[-1]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("C:\\Users\\jane\\Noten.csv", "Noten.csv"),
        ("/home/jane/Noten 3.csv", "Noten 3.csv"),
        ("", "moodle.csv"),
        ("a/..", "moodle.csv"),
        ("feedback.zip", "moodle.csv"),
    ],
)
def test_the_filled_file_has_the_name_of_the_one_given(name: str, file: str) -> None:
    result = export(Format.MOODLE, varied_class("moodle"), fill=worksheets.MOODLE_EN, fill_name=name, now=NOW)
    assert set(result.files) == {file, "feedback.zip"}

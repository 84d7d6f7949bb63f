"""ILIAS gets a feedback file in each folder of its own download."""

from __future__ import annotations

from grader.report.exports import Format, Options, export
from grader.score_report import Owner
from tests.report.exports.readers.zip_reader import read_ilias_feedback
from tests.report.exports.reports import NOW, full, grader_error, partial, zero

JANE = Owner("ilias", "12", "Jane Doe", "Doe_Jane_jdoe_12")
TEAM = Owner("ilias", "3", "Max Müller, Zoë O'Neil", "Team 3")


def test_one_file_a_folder_and_none_for_a_fault_of_the_grader() -> None:
    nowhere = Owner("ilias", "13", "Max", "..")
    reports = [partial("a", JANE), full("b", TEAM), grader_error("c", JANE), zero("d", nowhere), full("e", None)]
    exported = export(Format.ILIAS, [reports[0], reports[1], *reports[3:]], now=NOW)
    assert list(exported.files) == ["multi_feedback.zip"]
    files = read_ilias_feedback(exported.files["multi_feedback.zip"])
    assert set(files) == {"Doe_Jane_jdoe_12", "Team 3"}
    assert "47.55 of 100 points" in files["Doe_Jane_jdoe_12"].decode()
    assert [one.submission for one in exported.left_empty] == ["d", "e"]
    failed = export(Format.ILIAS, [reports[2]], now=NOW)
    assert read_ilias_feedback(failed.files["multi_feedback.zip"]) == {}
    assert "no fault of the submission" in failed.left_empty[0].reason


def test_feedback_of_another_kind_can_be_put_there() -> None:
    options = Options(feedback=lambda _: ("feedback.html", b"<p>"))
    exported = export(Format.ILIAS, [full("a", JANE)], now=NOW, options=options)
    assert read_ilias_feedback(exported.files["multi_feedback.zip"]) == {"Doe_Jane_jdoe_12": b"<p>"}

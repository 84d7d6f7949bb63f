"""Without a gradebook there is a new one that Canvas takes, and that says what it is."""

from __future__ import annotations

from grader.report.exports import Exported, Format, export
from grader.score_report import ScoreReport
from tests.report.exports.readers.new_gradebook_reader import read_new_gradebook
from tests.report.exports.reports import NOW, full, hostile_class, owner_of, partial, varied_class, zero


def made(reports: list[ScoreReport]) -> Exported:
    return export(Format.CANVAS, reports, now=NOW)


def test_a_row_a_student_and_no_score_for_a_fault_of_the_grader() -> None:
    exported = made(varied_class("canvas"))
    title, possible, rows = read_new_gradebook(exported.files["gradebook.csv"])
    assert (title, possible) == ("Sheet 3: Distances", "100")
    assert [row[-1] for row in rows] == ["100", "47.55", "0", "0", "0", "", "95.5"]
    assert rows[0][:5] == ["Jane Doe", "101", "", "", ""]
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]
    assert "Canvas makes a new assignment" in exported.notes[0]


def test_only_canvas_ids_are_ids_and_logins_are_logins() -> None:
    reports = [
        full("a", owner_of("moodle", "101", "Jane")),
        full("b", owner_of("nbgrader", "max", "Max")),
        full("c", owner_of("gradescope", "s1", "Zoë", email="zoe@uni.example")),
    ]
    _, _, rows = read_new_gradebook(made(reports).files["gradebook.csv"])
    assert [row[1:4] for row in rows] == [["", "", ""], ["", "", "max"], ["", "", "zoe@uni.example"]]


def test_who_can_not_be_told_apart_gets_nothing() -> None:
    jane, namesake = owner_of("canvas", "101", "Jane"), owner_of("moodle", "7", "Tim")
    reports = [
        full("a", jane),
        zero("b", jane),
        full("c", namesake),
        partial("d", owner_of("moodle", "8", "Tim")),
        full("e", None),
    ]
    exported = made(reports)
    _, _, rows = read_new_gradebook(exported.files["gradebook.csv"])
    assert [row[-1] for row in rows] == ["", ""]
    assert [one.submission for one in exported.left_empty] == ["a", "b", "c", "d", "e"]


def test_hostile_names_are_names() -> None:
    _, _, rows = read_new_gradebook(made(hostile_class("canvas")).files["gradebook.csv"])
    assert len(rows) == len(hostile_class("canvas"))

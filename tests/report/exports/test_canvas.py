"""Canvas's gradebook comes back with one column filled: the right students, the right points, all else to the byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.report.exports import Exported, Format, Options, export
from grader.score_report import Owner, ScoreReport, Status
from tests.report.exports import worksheets
from tests.report.exports.readers.table_reader import changes
from tests.report.exports.reports import (
    NOW,
    POINTS,
    any_report,
    criterion,
    exercise,
    full,
    owner_of,
    partial,
    report_of,
    scored,
    varied_class,
)
from tests.report.exports.tables import CELLS, FORMS, Form, written

COLUMN = "Sheet 3: Distances (4712)"


def filled(reports: list[ScoreReport], gradebook: bytes = worksheets.CANVAS, column: str = "") -> Exported:
    options = Options(column=column)
    return export(Format.CANVAS, reports, fill=gradebook, fill_name="exports/Grades.csv", now=NOW, options=options)


def changed(exported: Exported, gradebook: bytes = worksheets.CANVAS, delimiter: str = ",") -> dict[int, str]:
    """Row ─▶ new cell; nothing else may differ."""
    found = changes(gradebook, exported.files["Grades.csv"], delimiter, [COLUMN])
    return {row: text for (row, _), text in found.items()}


def refusal(reports: list[ScoreReport], gradebook: bytes, column: str = "") -> str:
    with pytest.raises(UsageError) as caught:
        filled(reports, gradebook, column)
    return str(caught.value)


def test_a_class_of_all_kinds_goes_into_its_column_and_nowhere_else() -> None:
    exported = filled(varied_class("canvas"))
    assert changed(exported) == {4: "100", 5: "47.55", 6: "0", 10: "95.5"}
    reasons = {one.submission: one.reason for one in exported.left_empty}
    assert set(reasons) == {"Ana García López_104", "Li Wei_105", "Erika Mustermann_106"}
    assert "excused (EX)" in reasons["Ana García López_104"]
    assert "N/A" in reasons["Li Wei_105"]
    assert "no fault of the submission" in reasons["Erika Mustermann_106"]
    assert exported.notes == (
        "Row 12 (Twin, Tim) stays excused (EX).",
        "What stood in the column was replaced in row 5.",
        "No submission belongs to rows 11, 12: left as they are.",
    )


def test_semicolons_a_mark_crlf_and_decimal_commas_are_kept() -> None:
    exported = filled(varied_class("canvas"), worksheets.CANVAS_SEMICOLON)
    assert changed(exported, worksheets.CANVAS_SEMICOLON, ";") == {3: "100", 4: "47,55"}


def test_filled_twice_it_is_the_same() -> None:
    reports = varied_class("canvas")
    once = filled(reports).files["Grades.csv"]
    assert filled(reports, once).files["Grades.csv"] == once


@pytest.mark.parametrize(
    ("owner", "row"),
    [
        (owner_of("canvas", "103", "whoever"), 6),
        (owner_of("gradescope", "S0105", "whoever"), None),
        (owner_of("gradescope", "s0103", "whoever"), 6),
        (owner_of("nbgrader", "zoe@uni.example", "whoever"), 6),
        (owner_of("gradescope", "", "whoever", email="ZOE@uni.example"), 6),
        (owner_of("ilias", "9", "Zoë O'Neil"), 6),
        (owner_of("folders", "doejane", "doejane"), 4),
        (owner_of("moodle", "107", "Jane Doe"), 4),
    ],
)
def test_students_are_known_by_id_sis_ids_and_name_in_this_order(owner: Owner, row: int | None) -> None:
    exported = filled([full("a", owner)])
    assert list(changed(exported)) == ([] if row is None else [row])


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        (owner_of("canvas", "999", "Jane Doe"), "no student with the ID 999"),
        (owner_of("ilias", "9", "Tim Twin"), "may be any of the rows 11, 12"),
        (owner_of("ilias", "9", "Test Student"), 'has no "Test Student"'),
        (owner_of("ilias", "103", "Nobody"), 'has no "Nobody"'),
        (owner_of("ilias", "103", ""), "no name"),
        (owner_of("canvas", "199", "Test Student"), "no student with the ID 199"),
    ],
)
def test_nobody_is_guessed(owner: Owner, reason: str) -> None:
    exported = filled([full("a", owner)])
    assert changed(exported) == {}
    assert reason in exported.left_empty[0].reason


def test_a_team_gets_its_points_together_or_not_at_all() -> None:
    team = owner_of("gradescope", "s0101, s0102", "Jane Doe, Max Müller")
    assert changed(filled([full("a", team)])) == {4: "100", 5: "100"}
    incomplete = owner_of("gradescope", "s0101, s9", "Jane Doe, Nobody Known")
    exported = filled([full("a", incomplete)])
    assert changed(exported) == {}
    assert '"Nobody Known"' in exported.left_empty[0].reason


def test_other_points_possible_are_said_and_nothing_is_scaled() -> None:
    small = report_of(
        "a", owner_of("canvas", "101", "Jane"), [exercise("ex1", [criterion("c", Status.PASSED, 50.0, 50.0)])]
    )
    exported = filled([small])
    assert changed(exported) == {4: "50"}
    assert exported.notes[0].startswith("The gradebook says 100 points, the reports 50. The scores were not scaled")


def test_the_column_is_chosen_by_title_or_number() -> None:
    reports = [full("a", owner_of("canvas", "101", "Jane Doe"))]
    for wanted in ("sheet 2", "4711"):
        exported = filled(reports, column=wanted)
        found = changes(worksheets.CANVAS, exported.files["Grades.csv"], ",", ["Sheet 2 (4711)"])
        assert found == {(4, "Sheet 2 (4711)"): "100"}


def test_an_unknown_column_lists_those_that_there_are_and_no_totals() -> None:
    said = refusal(varied_class("canvas"), worksheets.CANVAS, "Sheet 3: Distance")
    assert 'Did you mean "Sheet 3: Distances"?' in said
    assert '"Sheet 2"' in said
    assert "Current Score" not in said


def test_a_column_that_canvas_only_writes_is_refused() -> None:
    assert "read only" in refusal(varied_class("canvas"), worksheets.CANVAS, "Nickname")


@pytest.mark.parametrize(
    ("gradebook", "problem"),
    [
        (worksheets.MOODLE_EN, "first row is not that of the file"),
        (worksheets.CANVAS.replace(b",105,", b",104,"), 'rows 7 and 8 have the same ID, "104"'),
        (worksheets.CANVAS.replace(b"SIS User ID", b"ID"), 'columns 2 and 3 are both called "ID"'),
        (worksheets.CANVAS.replace(b"(late) (4713)", b"(4713)"), "2 columns are called"),
        (worksheets.CANVAS.replace(b",Tutorial B,,12.00", b",Tutorial B,12.00"), "row 7 has 12 cells, the header 13"),
    ],
)
def test_what_is_no_sound_gradebook_is_refused_by_row_and_mend(gradebook: bytes, problem: str) -> None:
    said = refusal(varied_class("canvas"), gradebook)
    assert said.startswith("Grades.csv: ")
    assert problem in said


def test_two_submissions_of_one_student_change_nothing() -> None:
    jane = owner_of("canvas", "101", "Jane Doe")
    exported = filled([full("a", jane), partial("b", jane)])
    assert changed(exported) == {}
    assert [one.submission for one in exported.left_empty] == ["a", "b"]


@st.composite
def gradebooks(draw: st.DrawFn) -> tuple[list[list[str]], Form, list[str]]:
    """Any students, sections, other grades and totals, in any order and form."""
    ids = draw(st.lists(st.integers(1, 20).map(str), unique=True, max_size=6))
    rows = [
        [
            draw(CELLS.filter(lambda name: "Points Possible" not in name)),
            id_,
            draw(CELLS),
            draw(CELLS),
            draw(_GRADES),
            draw(CELLS),
        ]
        for id_ in ids
    ]
    header = ["Student", "ID", "Section", "Sheet 2 (1)", COLUMN, "Current Score"]
    possible = ["    Points Possible", "", "", "20", "100", "(read only)"]
    return [header, possible, *rows], draw(FORMS), ids


_GRADES = st.sampled_from(["", "EX", "ex", "N/A", "12.5", "0"]) | POINTS.map(str)


@given(gradebooks(), st.data())
def test_any_gradebook_any_class(made: tuple[list[list[str]], Form, list[str]], data: st.DataObject) -> None:
    rows, form, ids = made
    chosen = data.draw(st.lists(st.sampled_from([*ids, "99"]), unique=True, min_size=1))
    reports = [data.draw(any_report(f"s{id_}", owner_of("canvas", id_, "N"))) for id_ in chosen]
    gradebook = written(rows, form)
    exported = filled(reports, gradebook)
    cells = changed(exported, gradebook, form.delimiter)
    scores = scored(reports)
    left = {one.submission for one in exported.left_empty}
    for number, row in enumerate(rows, 1):
        if number in cells:
            assert float(cells[number].replace(",", ".")) == round(scores[row[1]], 2)
            assert row[4].upper() not in {"EX", "N/A"}
    by_id = {row[1]: number for number, row in enumerate(rows, 1)}
    for report in reports:
        id_ = report.submission.id.removeprefix("s")
        before = rows[by_id[id_] - 1][4] if id_ in by_id else ""
        if report.submission.id not in left:
            assert by_id[id_] in cells or float(before) == scores[id_]
        else:
            assert id_ not in by_id or by_id[id_] not in cells
        assert report.score is not None or report.submission.id in left

"""Moodle's worksheet comes back with grades and comments, in its own form; feedback files go into their own folders."""

from __future__ import annotations

import html
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.report.exports import Exported, Format, Options, export
from grader.report.exports.moodle import comment, is_ours
from grader.score_report import Owner, ScoreReport
from tests.report.exports import worksheets
from tests.report.exports.readers.table_reader import changes, demand_no_formula
from tests.report.exports.readers.zip_reader import read_moodle_feedback, read_zip
from tests.report.exports.reports import (
    NOW,
    any_report,
    full,
    hostile_class,
    owner_of,
    partial,
    scored,
    varied_class,
    zero,
)
from tests.report.exports.tables import CELLS, FORMS, Form, written

EN = ("Grade", "Feedback comments")
DE = ("Bewertung", "Feedback als Kommentar")
ES = ("Calificación", "Comentarios de retroalimentación")


def filled(reports: list[ScoreReport], worksheet: bytes | None = worksheets.MOODLE_EN) -> Exported:
    return export(Format.MOODLE, reports, fill=worksheet, fill_name="Grades.csv", now=NOW)


def changed(
    exported: Exported, worksheet: bytes, delimiter: str, columns: tuple[str, ...]
) -> dict[int, dict[str, str]]:
    """Row ─▶ column ─▶ new cell; nothing else may differ."""
    rows: dict[int, dict[str, str]] = {}
    for (row, column), text in changes(worksheet, exported.files["Grades.csv"], delimiter, columns).items():
        rows.setdefault(row, {})[column] = text
    return rows


def refusal(reports: list[ScoreReport], worksheet: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        filled(reports, worksheet)
    assert str(caught.value).startswith("Grades.csv: ")
    return str(caught.value)


# --- grades ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worksheet", "delimiter", "columns", "sign"),
    [
        (worksheets.MOODLE_EN, ",", EN, "."),
        (worksheets.MOODLE_DE, ",", DE, ","),
        (worksheets.MOODLE_ES, ";", ES, ","),
    ],
)
def test_a_class_of_all_kinds_in_three_languages(
    worksheet: bytes, delimiter: str, columns: tuple[str, ...], sign: str
) -> None:
    exported = filled(varied_class("moodle"), worksheet)
    rows = changed(exported, worksheet, delimiter, columns)
    grades = {row: cells[columns[0]] for row, cells in rows.items()}
    assert grades == {2: "100", 3: f"47{sign}55", 4: "0", 6: "0", 8: f"95{sign}5"}
    reasons = {one.submission: one.reason for one in exported.left_empty}
    assert set(reasons) == {"Ana García López_104", "Erika Mustermann_106"}
    assert "Row 5 was left as it is" in reasons["Ana García López_104"]
    assert "no fault of the submission" in reasons["Erika Mustermann_106"]


def test_what_was_there_is_said_where_it_is_replaced() -> None:
    notes = filled(varied_class("moodle")).notes
    assert "What stood in the column was replaced in row 3." in notes
    assert "No submission belongs to row 9: left as they are." in notes
    assert "Feedback that somebody has written stays: row 4." in notes


def test_filled_twice_it_is_the_same() -> None:
    reports = varied_class("moodle")
    once = filled(reports, worksheets.MOODLE_DE).files["Grades.csv"]
    assert filled(reports, once).files["Grades.csv"] == once


def test_a_grade_that_moodle_would_drop_is_not_written() -> None:
    small = worksheets.MOODLE_EN.replace(b"100.00", b"40.00")
    exported = filled(varied_class("moodle"), small)
    rows = changed(exported, small, ",", EN)
    assert {row: cells.get("Grade") for row, cells in rows.items()} == {4: "0", 6: "0"}
    assert any("Moodle drops grades above 40" in one.reason for one in exported.left_empty)
    assert exported.notes[0].startswith("The worksheet says 40 points, the reports 100. The scores were not scaled")


def test_numbers_that_show_no_sign_get_a_point() -> None:
    whole = worksheets.MOODLE_DE.replace(b'"100,00"', b"100").replace(b'"12,50"', b"")
    rows = changed(filled(varied_class("moodle"), whole), whole, ",", DE)
    assert rows[3]["Bewertung"] == "47.55"


@pytest.mark.parametrize(
    ("worksheet", "problem"),
    [
        (worksheets.CANVAS, "switch Moodle to English"),
        (worksheets.MOODLE_EN.replace(b"Last modified (grade)", b"x"), "first row is not that"),
        (worksheets.MOODLE_SCALE, "graded on a scale"),
        (
            worksheets.MOODLE_EN.replace(b'"Participant 105"', b'"Participant 104"'),
            'rows 5 and 6 have the same Identifier, "104"',
        ),
        (worksheets.MOODLE_EN.replace(b"Status", b"Grade"), 'columns 4 and 5 are both called "Grade"'),
        (worksheets.MOODLE_EN.replace(b",-,\n", b",-\n", 1), "row 2 has 9 cells, the header 10"),
    ],
)
def test_what_is_no_sound_worksheet_is_refused_by_row_and_mend(worksheet: bytes, problem: str) -> None:
    assert problem in refusal(varied_class("moodle"), worksheet)


@pytest.mark.parametrize("platform", ["canvas", "folders", "gradescope"])
def test_numbers_of_other_platforms_are_no_participants(platform: str) -> None:
    exported = filled(varied_class(platform))
    assert exported.files["Grades.csv"] == worksheets.MOODLE_EN
    assert "only its own download tells" in exported.left_empty[0].reason


# --- teams -----------------------------------------------------------------------------------------------------------


def test_a_team_is_known_by_its_name_and_each_of_it_gets_the_grade() -> None:
    team = Owner("moodle", "103", "Team Ä 1", "Team Ä 1_103_assignsubmission_file")
    exported = filled([full("a", team)], worksheets.MOODLE_TEAMS)
    rows = changed(exported, worksheets.MOODLE_TEAMS, ",", ("Grade",))
    assert rows == {2: {"Grade": "100"}}
    assert "Row 3" in exported.left_empty[0].reason


def test_a_teams_number_that_looks_like_a_participants_is_not_taken_for_one() -> None:
    team = Owner("moodle", "103", "Team 9", "Team 9_103_assignsubmission_file")
    exported = filled([full("a", team)], worksheets.MOODLE_TEAMS)
    assert exported.files["Grades.csv"] == worksheets.MOODLE_TEAMS
    assert 'no team "Team 9"' in exported.left_empty[0].reason


def test_somebody_in_no_team_is_known_by_number_and_name() -> None:
    exported = filled([full("a", owner_of("moodle", "7", "Li Wei"))], worksheets.MOODLE_TEAMS)
    assert changed(exported, worksheets.MOODLE_TEAMS, ",", ("Grade",)) == {5: {"Grade": "100"}}


# --- comments --------------------------------------------------------------------------------------------------------


def test_comments_are_html_of_one_line_that_says_what_was_found() -> None:
    text = comment(partial("a", owner_of("moodle", "101", "Jane")))
    assert re.fullmatch(r"Automatic feedback [0-9a-f]{8}<br />[^<>\n]*(<br />[^<>\n]*)*", text)
    said = html.unescape(text)
    assert "47.55 of 100 points" in said
    assert "- 1/√d is missing. Look at <the formula>" in said


def test_an_earlier_comment_of_ours_is_replaced_and_a_changed_one_stays() -> None:
    jane = owner_of("moodle", "101", "Jane Doe")
    once = filled([zero("a", jane)]).files["Grades.csv"]
    again = filled([partial("a", jane)], once)
    assert set(changed(again, once, ",", EN)[2]) == set(EN)
    touched = once.replace(b"0 of 100 points<br />", b"0 of 100 points. Come and see me!<br />")
    exported = filled([partial("a", jane)], touched)
    assert set(changed(exported, touched, ",", EN)[2]) == {"Grade"}
    assert exported.notes[-1] == "Feedback that somebody has written stays: row 2."


def test_without_a_column_for_comments_there_are_grades_alone() -> None:
    exported = filled([full("a", owner_of("moodle", "103", "Zoë O'Neil"))], worksheets.MOODLE_TEAMS)
    assert any("switch them on" in note for note in exported.notes)


@given(any_report("a", owner_of("moodle", "1", "N")))
def test_any_comment_is_known_again_and_harmless(report: ScoreReport) -> None:
    text = comment(report)
    assert is_ours(text)
    assert not is_ours(text + "!")
    assert not set(text.replace("<br />", "")) & set('<>"\n\r\t')
    demand_no_formula(text)


# --- feedback files --------------------------------------------------------------------------------------------------


def test_without_a_worksheet_there_are_feedback_files_alone() -> None:
    exported = filled(varied_class("moodle"), None)
    assert list(exported.files) == ["feedback.zip"]
    assert set(read_moodle_feedback(exported.files["feedback.zip"])) == {"101", "102", "103", "104", "105", "107"}
    assert "No worksheet was given" in exported.notes[0]
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]


def test_feedback_of_another_kind_can_be_put_there() -> None:
    options = Options(feedback=lambda report: ("feedback.html", report.submission.id.encode()))
    exported = export(Format.MOODLE, varied_class("moodle"), now=NOW, options=options)
    assert (
        b"Jane Doe_101" in read_zip(exported.files["feedback.zip"])["Jane Doe_101_assignsubmission_file/feedback.html"]
    )


def test_folders_that_lead_out_are_refused() -> None:
    report = full("a", msgspec.structs.replace(owner_of("moodle", "101", "Jane"), folder="../../etc"))
    exported = filled([report], None)
    assert read_zip(exported.files["feedback.zip"]) == {}
    assert "no safe name" in exported.left_empty[0].reason


def test_hostile_names_stay_names() -> None:
    reports = hostile_class("moodle")
    header, *_ = worksheets.MOODLE_EN.decode().split("\n")
    rows = [
        f'"Participant {one.submission.owner.id}",x,x,x,,100.00,Yes,-,-,' for one in reports if one.submission.owner
    ]
    worksheet = "\n".join([header, *rows, ""]).encode()
    exported = filled(reports, worksheet)
    cells = changed(exported, worksheet, ",", EN)
    assert len(cells) == len(reports)
    for row in cells.values():
        demand_no_formula(row["Feedback comments"])
        assert "<script" not in row["Feedback comments"]
    read_moodle_feedback(exported.files["feedback.zip"])


# --- any worksheet, any class ----------------------------------------------------------------------------------------


@st.composite
def any_worksheet(draw: st.DrawFn) -> tuple[list[list[str]], Form]:
    ids = draw(st.lists(st.integers(1, 20), unique=True, max_size=6))
    sign = draw(st.sampled_from(",."))
    rows = [
        [
            draw(CELLS),
            f"Teilnehmer/in{id_}",
            draw(st.sampled_from(["", f"3{sign}00"])),
            f"300{sign}00",
            draw(st.sampled_from(["Ja", "Nein"])),
            draw(CELLS),
            draw(CELLS),
        ]
        for id_ in ids
    ]
    header = ["Vollständiger Name", "ID", "Bewertung", "Bestwertung", "Bewertung kann geändert werden"]
    return [[*header, "Zuletzt geändert (Bewertung)", "Feedback als Kommentar"], *rows], draw(FORMS)


@given(any_worksheet(), st.data())
def test_any_worksheet_any_class(made: tuple[list[list[str]], Form], data: st.DataObject) -> None:
    rows, form = made
    ids = [row[1].removeprefix("Teilnehmer/in") for row in rows[1:]]
    chosen = data.draw(st.lists(st.sampled_from([*ids, "99"]), unique=True, min_size=1))
    reports = [data.draw(any_report(f"s{id_}", owner_of("moodle", id_, "N"))) for id_ in chosen]
    worksheet = written(rows, form)
    exported = filled(reports, worksheet)
    scores = scored(reports)
    left = {one.submission for one in exported.left_empty}
    found = changed(exported, worksheet, form.delimiter, DE)
    for number, cells in found.items():
        id_ = rows[number - 1][1].removeprefix("Teilnehmer/in")
        assert rows[number - 1][4] == "Ja"
        assert f"s{id_}" not in left
        if "Bewertung" in cells:
            assert float(cells["Bewertung"].replace(",", ".")) == scores[id_]
        if DE[1] in cells:
            assert not rows[number - 1][6].strip()
            demand_no_formula(cells[DE[1]])
    assert all(report.score is not None or report.submission.id in left for report in reports)

"""The class in one table, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json

import msgspec
import pytest

from grader.report.scores import ScoreRow, encode_csv, encode_scores
from grader.score_report import AssignmentRef, ReportStatus


def row(name: str, score: float | None = 60.0) -> ScoreRow:
    return ScoreRow(name, f"{name}.ipynb", ReportStatus.GRADED, score, 60.0, {"ex1": 20.0, "ex2": None})


def table(*rows: ScoreRow) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(encode_csv(rows).decode(), newline="")))


def test_a_column_an_exercise_and_nothing_where_there_is_no_score() -> None:
    (line,) = table(row("a", None))
    assert line == {
        "id": "a",
        "file": "a.ipynb",
        "student": "",
        "name": "",
        "late": "",
        "status": "graded",
        "score": "",
        "max_score": "60",
        "ex1": "20",
        "ex2": "",
        "overridden": "",
    }


def test_who_it_is_and_what_is_the_instructors() -> None:
    known = msgspec.structs.replace(row("a"), student="4711", name="=Jane", late=True, overridden={"ex1": "a slip"})
    (line,) = table(known)
    assert (line["student"], line["name"], line["late"]) == ("4711", "'=Jane", "yes")
    assert line["overridden"] == "ex1: a slip"
    assert table(msgspec.structs.replace(known, late=False))[0]["late"] == "no"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_formulas_are_text(name: str) -> None:
    assert table(row(name))[0]["id"] == f"'{name}"


@pytest.mark.parametrize("name", ["\tx", "\rx", "\t=x"])
def test_tabs_and_returns_begin_no_formula(name: str) -> None:
    assert not table(row(name))[0]["id"].startswith(("\t", "\r", " ="))


def test_numbers_are_numbers_and_never_in_powers_of_ten() -> None:
    assert table(row("a", 1234567.89))[0]["score"] == "1234567.89"
    assert table(row("a", 0.01))[0]["score"] == "0.01"


def test_json_says_the_same() -> None:
    scores = json.loads(encode_scores(AssignmentRef("a", "A", "d"), [row("x"), row("y", None)]))
    assert scores["schema"] == "grader.scores/1"
    assert [one["score"] for one in scores["submissions"]] == [60, None]


def test_an_empty_class_has_a_header() -> None:
    assert encode_csv([]) == b"id,file,student,name,late,status,score,max_score,overridden\r\n"

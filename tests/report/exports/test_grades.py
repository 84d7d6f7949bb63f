"""Cells change only where their number does, and whatever is replaced, left or odd is said."""

from __future__ import annotations

import pytest

from grader.errors import UsageError
from grader.report.exports.claims import Claims
from grader.report.exports.delimited import Table, read_table
from grader.report.exports.grades import (
    Filled,
    GradeColumn,
    column_of,
    fill_grades,
    needed_column,
    other_maximum,
    rows_by,
)
from grader.report.exports.request import Worksheet
from grader.score_report import ScoreReport
from tests.report.exports.reports import full, partial


def table(*rows: str) -> Table:
    content = "\n".join(["Name;Grade;Name", *rows]).encode()
    return read_table(Worksheet(content, "sheet.csv"), lambda labels: "Grade" in labels, "Download it anew.")


def fill(rows: list[str], reports: dict[int, ScoreReport], refused: int = 0) -> Filled:
    grades = GradeColumn(table(*rows), 1, range(1, len(rows) + 1), ",")
    claims = Claims(reports, frozenset(reports), ())
    return fill_grades(grades, claims, lambda row, _: "It is locked." if row == refused else "")


def test_the_same_number_stays_as_it_is_written() -> None:
    filled = fill(["a;100,00;", "b;47.5500;"], {1: full("a", None), 2: partial("b", None)})
    assert filled.changes == {}
    assert filled.notes == ()
    assert set(filled.rows) == {1, 2}


def test_another_is_written_and_what_was_there_is_said() -> None:
    filled = fill(["a;;", "b;late;", "c;3;", "d;;"], {1: full("a", None), 2: partial("b", None)})
    assert filled.changes == {(1, 1): "100", (2, 1): "47,55"}
    assert filled.notes == (
        "What stood in the column was replaced in row 3.",
        "No submission belongs to rows 4, 5: left as they are.",
    )


def test_a_refused_row_stays_and_is_listed() -> None:
    filled = fill(["a;5;"], {1: full("a", None)}, refused=1)
    assert (filled.changes, filled.rows) == ({}, {})
    assert filled.left_empty[0].reason == "Row 2 was left as it is: It is locked."


def test_very_many_rows_are_counted() -> None:
    filled = fill([f"{place};;" for place in range(30)], {})
    assert filled.notes[0].endswith("20, 21 and 10 more: left as they are.")


def test_columns_and_rows_that_are_there_twice_are_refused() -> None:
    one = table("a;1;x", "a;2;y")
    assert column_of(one, ["grade"], "Mend it.") == 1
    assert column_of(one, ["Points"], "Mend it.") is None
    with pytest.raises(UsageError, match=r'^sheet\.csv: columns 1 and 3 are both called "Name"\. Mend it\.$'):
        column_of(one, ["Name"], "Mend it.")
    with pytest.raises(UsageError, match=r"^sheet\.csv: there is no column Points or Score\. Mend it\.$"):
        needed_column(one, ["Points", "Score"], "Mend it.")
    with pytest.raises(UsageError, match=r'^sheet\.csv: rows 2 and 3 have the same Name, "a"\. Mend it\.$'):
        rows_by(one, 0, [1, 2], str.strip, "Mend it.")
    assert rows_by(one, 1, [1, 2], str.strip, "Mend it.") == {"1": 1, "2": 2}


def test_only_another_maximum_is_said() -> None:
    assert list(other_maximum(100.0, [full("a", None)], "It")) == []
    assert list(other_maximum(None, [full("a", None)], "It")) == []
    assert len(list(other_maximum(99.5, [full("a", None)], "It"))) == 1

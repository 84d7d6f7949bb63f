"""The assignment's column is found by title or number; where it can't be told, the columns are listed."""

from __future__ import annotations

import pytest

from grader.errors import UsageError
from grader.report.exports.gradebook_columns import AssignmentColumn, choose_column

COLUMNS = [
    AssignmentColumn(4, "Sheet 2", "11"),
    AssignmentColumn(5, "Sheet 3", "12"),
    AssignmentColumn(6, "SHEET  3 ", "13"),
]


def refusal(wanted: str, columns: list[AssignmentColumn]) -> str:
    with pytest.raises(UsageError) as caught:
        choose_column("book.csv", columns, wanted)
    return str(caught.value)


def test_by_title_whatever_its_case_and_by_number() -> None:
    assert choose_column("book.csv", COLUMNS, "sheet 2").position == 4
    assert choose_column("book.csv", COLUMNS, "13").position == 6


def test_none_lists_them_and_says_which_was_meant() -> None:
    said = refusal("Sheet 22", COLUMNS[:2])
    assert 'no column of an assignment is called "Sheet 22". Did you mean "Sheet 2"?' in said
    assert '"Sheet 2", "Sheet 3"' in said
    assert "There is none at all" in refusal("Sheet 2", [])


def test_several_are_told_apart_by_their_numbers() -> None:
    assert "2 columns" in refusal("Sheet 3", COLUMNS)
    assert "12, 13" in refusal("Sheet 3", COLUMNS)


def test_very_many_are_not_all_listed() -> None:
    many = [AssignmentColumn(place, f"Quiz {place}", "") for place in range(100)]
    assert "and 70 more" in refusal("Essay", many)

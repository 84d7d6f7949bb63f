"""A platform's table comes back as it was, to the byte; what can't be read safely is refused by row and mend."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.report.exports.delimited import Table, read_table, write_table
from grader.report.exports.request import Worksheet
from tests.report.exports.readers.table_reader import changes
from tests.report.exports.readers.table_reader import read_table as read_raw
from tests.report.exports.tables import CELLS, FORMS, Form, written

HEADER = ("Identifier", "Grade", "Note, long")
MEND = "Download it anew."


def read(content: bytes) -> Table:
    return read_table(Worksheet(content, "sheet.csv"), lambda labels: "Identifier" in labels and len(labels) > 1, MEND)


def refusal(content: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        read(content)
    assert str(caught.value).startswith("sheet.csv: ")
    assert MEND in str(caught.value)
    return str(caught.value)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5), FORMS)
def test_unchanged_it_is_the_same_bytes(rows: list[tuple[str, ...]], form: Form) -> None:
    content = written([HEADER, *rows], form)
    assert write_table(read(content), {}) == content


@given(st.lists(st.tuples(CELLS, CELLS, st.just("end")), min_size=1, max_size=5), FORMS, CELLS, st.data())
def test_a_change_changes_its_cell_alone(
    rows: list[tuple[str, ...]], form: Form, text: str, data: st.DataObject
) -> None:
    content = written([HEADER, *rows], form)
    row = data.draw(st.integers(1, len(rows)))
    after = write_table(read(content), {(row, 1): text})
    found = changes(content, after, form.delimiter, ["Grade"])
    assert read_raw(after, form.delimiter).text(row, 1) == text
    assert set(found) <= {(row + 1, "Grade")}


@given(st.lists(st.tuples(CELLS, CELLS, st.just("end")), max_size=5), FORMS)
def test_cells_are_read_without_their_quotes(rows: list[tuple[str, ...]], form: Form) -> None:
    table = read(written([HEADER, *rows], form))
    assert table.header == HEADER
    assert [tuple(table.text(row, column) for column in range(3)) for row in range(1, len(rows) + 1)] == rows


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "first row"),
        (b"Name,Points\nJane,1\n", "first row"),
        (b"PK\x03\x04\x00\x00", "no text"),
        ("Identifier,Grade\n".encode("utf-16-le"), "no text"),
        (b"Identifier,Grade\nJos\xe9,1\n", "is not UTF-8 from byte 20"),
        (codecs.BOM_UTF16_LE + b"I\x00d", "is not UTF-16-LE"),
        (b"Identifier,Grade\na,1\nb\n", "row 3 has 1 cells, the header 2"),
        (b"Identifier,Grade\na,1,oops\n", "row 2 has 3 cells, the header 2"),
        (b'Identifier,Grade\na,"1\nb,2\n', "row 2: a quote is out of place, or never closed"),
        (b'Identifier,Grade\na,"1"2\n', "row 2: a quote"),
        (b"Identifier,Grade\n" + b"x" * (50 * 2**20), "larger than 50 MiB"),
    ],
)
def test_what_is_no_table_of_that_kind_is_refused(content: bytes, problem: str) -> None:
    assert problem in refusal(content)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.report.exports.delimited._MOST_CELLS", 100)
    assert "row 51: there are too many cells" in refusal(b"Identifier,Grade\n" + b"a,1\n" * 50)


def test_the_first_row_is_shown_without_what_it_could_do_to_a_terminal() -> None:
    assert "\x1b" not in refusal(b"\x1b]0;title\x07Name,Points\n")


def test_empty_rows_and_empty_cells_behind_the_last_are_what_spreadsheets_leave() -> None:
    content = b"Identifier,Grade\na,1,,\n\n,,\nb,2\n"
    table = read(content)
    assert [table.text(row, 0) for row in table.filled_rows()] == ["a", "b"]
    assert write_table(table, {}) == content


def test_quotes_as_php_writes_them_are_understood() -> None:
    """`\\"` within quotes ends no cell: Moodle's online texts hold such, and RFC 4180 would cut them in pieces."""
    content = b'Identifier,Text,Grade\na,"\\"x\\", y",1\nb,"plain",2\n'
    table = read(content)
    assert table.text(1, 1) == '\\"x\\", y'
    assert write_table(table, {(2, 2): "9"}) == content.replace(b",2\n", b",9\n")


def test_a_changed_cell_keeps_its_quotes() -> None:
    table = read(b'Identifier,Grade\n"a",""\nb,\n')
    assert write_table(table, {(1, 1): "5", (2, 1): "6"}) == b'Identifier,Grade\n"a","5"\nb,6\n'

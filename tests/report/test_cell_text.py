"""Text of ours is no formula in any spreadsheet, however it cuts the file; numbers stay numbers."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.cell_text import decimal_sign, inert, inert_html, number, read_number
from tests.report.exports.readers.table_reader import demand_no_formula
from tests.report.exports.reports import HOSTILE_NAMES, TEXTS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("  =1", "  '=1"),
        ('"=1', "\"'=1"),
        ("＠x", "'＠x"),  # noqa: RUF001 - the full-width sign is meant
        ("a\n=1", "a\n'=1"),
        ("a;=1", "a;'=1"),
        ("a, -inf", "a, '-inf"),
        ("a, -0.5, b", "a, -0.5, b"),
        ("x = 1 - 2", "x = 1 - 2"),
        ("O'Neil-Smith", "O'Neil-Smith"),
    ],
)
def test_a_sign_at_which_a_cell_could_begin_is_set_apart(text: str, shown: str) -> None:
    assert inert(text) == shown


@given(TEXTS | st.text('=+-@＝ \t\r\n";,|a1', max_size=12))  # noqa: RUF001 - as above
def test_no_text_begins_a_formula(text: str) -> None:
    demand_no_formula(inert(text))


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_names(name: str) -> None:
    demand_no_formula(inert(name))


@given(st.lists(TEXTS | st.text("=+-@＝ \n;,|a1<&", max_size=12), max_size=4))  # noqa: RUF001 - as above
def test_html_says_the_same_and_holds_no_markup_but_line_breaks(texts: list[str]) -> None:
    shown = inert_html(texts)
    assert [html.unescape(line).split() for line in shown.split("<br />")] == [
        html.unescape(html.escape(text)).split() for text in texts or [""]
    ]
    plain = shown.replace("<br />", "")
    assert not set('<>"') & set(plain)
    demand_no_formula(shown)


def test_numbers_have_the_sign_of_the_file() -> None:
    assert number(87.5, ",") == "87,5"
    assert number(100.0) == "100"
    assert decimal_sign(["100,00", "", "x"]) == ","
    assert decimal_sign(["100.00", "-"]) == "."
    assert decimal_sign(["100", ""]) == ""
    assert decimal_sign(["1,5", "1.5"]) == ""


@pytest.mark.parametrize(
    ("cell", "value"), [("12,5", 12.5), (" 12.50 ", 12.5), ("", None), ("EX", None), ("1e9", None)]
)
def test_only_plain_numbers_are_read_as_such(cell: str, value: float | None) -> None:
    assert read_number(cell) == value

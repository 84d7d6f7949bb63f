"""Untrusted text is shown without doing anything."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.plaintext import decodable, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07rest", "0;titlerest"),
        ("<function f at 0x7f3a12345678>", "<function f at 0x…>"),
        ("\u202egnirts\u202c", "gnirts"),
        ("null\x00byte", "nullbyte"),
        ("Übung 👩‍👩‍👧", "Übung 👩‍👩‍👧"),
        ("\ud800", ""),
    ],
)
def test_known_tricks(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text(max_size=500), st.integers(5, 50))
def test_it_is_short_printable_and_stays_so(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    assert one_line(shown, limit) == shown
    shown.encode()


def test_a_long_text_is_cut_visibly() -> None:
    assert one_line("x" * 10**6, 10) == "x" * 9 + "…"


def test_undecodable_file_names_become_text() -> None:
    assert decodable(b"caf\xe9.ipynb".decode("utf-8", "surrogateescape")) == "caf\ufffd.ipynb"

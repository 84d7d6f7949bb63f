"""Tables with any cells, written in any of the ways that platforms and spreadsheets write them."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@dataclass(frozen=True, slots=True)
class Form:
    mark: bytes
    encoding: str
    delimiter: str
    end: str
    last_end: bool
    all_quoted: bool


FORMS = st.builds(
    Form,
    st.just(b""),
    st.just("utf-8"),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
) | st.builds(
    Form,
    st.sampled_from([codecs.BOM_UTF8, codecs.BOM_UTF16_LE]),
    st.just(""),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)


def written(rows: Sequence[Sequence[str]], form: Form) -> bytes:
    encoding = form.encoding or {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}[form.mark]
    lines = [form.delimiter.join(_cell(cell, form) for cell in row) for row in rows]
    text = form.end.join(lines) + (form.end if form.last_end else "")
    return form.mark + text.encode(encoding)


def _cell(cell: str, form: Form) -> str:
    needs = any(sign in cell for sign in (form.delimiter, '"', "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if needs or form.all_quoted else cell

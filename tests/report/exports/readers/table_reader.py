"""A delimited table held against the one that it was made of: all cells but those of some columns must be the same.

Written anew from RFC 4180, as a machine of states: it shares nothing with what it checks.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection
from dataclasses import dataclass

from tests.report.exports.readers.refusal import RefusedError, demand

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le"}
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width signs


@dataclass(frozen=True, slots=True)
class RawTable:
    mark: bytes
    encoding: str
    cells: list[list[str]]
    """As they stand, with their quotes."""
    ends: list[str]

    def text(self, row: int, column: int) -> str:
        return plain(self.cells[row][column])

    def column(self, label: str) -> int:
        labels = [plain(cell) for cell in self.cells[0]]
        demand(labels.count(label) == 1, f"{labels.count(label)} columns are called {label}")
        return labels.index(label)


def plain(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def read_table(content: bytes, delimiter: str) -> RawTable:
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    encoding = _MARKS.get(mark, "utf-8")
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise RefusedError(str(error)) from error
    cells, ends = _split(text, delimiter)
    demand(len({len(row) for row in cells}) == 1, "rows of several lengths")
    return RawTable(mark, encoding, cells, ends)


def _split(text: str, delimiter: str) -> tuple[list[list[str]], list[str]]:
    rows: list[list[str]] = [[]]
    ends: list[str] = []
    place = 0
    while place < len(text):
        cell, place = _cell(text, place, delimiter)
        rows[-1].append(cell)
        if place == len(text):
            ends.append("")
        elif text[place] == delimiter:
            place += 1
            if place == len(text):
                rows[-1].append("")
                ends.append("")
        else:
            end = "\r\n" if text.startswith("\r\n", place) else text[place]
            ends.append(end)
            place += len(end)
            rows.append([])
    return [row for row in rows if row], ends


def _cell(text: str, place: int, delimiter: str) -> tuple[str, int]:
    start = place
    if place < len(text) and text[place] == '"':
        place += 1
        while True:
            demand(place < len(text), "a quote is never closed")
            if text[place] != '"':
                place += 1
            elif text.startswith('""', place):
                place += 2
            else:
                place += 1
                break
        demand(place == len(text) or text[place] in f"{delimiter}\r\n", "something stands behind a closing quote")
        return text[start:place], place
    while place < len(text) and text[place] not in f"{delimiter}\r\n":
        demand(text[place] != '"', "a quote in a cell without quotes")
        place += 1
    return text[start:place], place


def changes(before: bytes, after: bytes, delimiter: str, columns: Collection[str]) -> dict[tuple[int, str], str]:
    """(row from 1, column) ─▶ new text. Refuses any other difference, to the byte."""
    old, new = read_table(before, delimiter), read_table(after, delimiter)
    demand((old.mark, old.ends) == (new.mark, new.ends), "another mark or other line ends")
    demand(len(old.cells) == len(new.cells), "another number of rows")
    allowed = {old.column(label): label for label in columns}
    found: dict[tuple[int, str], str] = {}
    for row, (old_cells, new_cells) in enumerate(zip(old.cells, new.cells, strict=True), 1):
        demand(len(old_cells) == len(new_cells), f"row {row} has another number of cells")
        for column, (one, other) in enumerate(zip(old_cells, new_cells, strict=True)):
            if one != other:
                demand(column in allowed and row > 1, f"row {row}, column {column + 1} was changed")
                found[row, allowed[column]] = plain(other)
    return found


def demand_no_formula(text: str) -> None:
    """At the beginning of the text, of its lines, and of what other delimiters would make cells of."""
    for part in text.replace("\r", "\n").split("\n"):
        begins = part.lstrip(' "\u00a0\u3000')
        demand(not begins.startswith(FORMULA_SIGNS), f"a formula: {text!r}")
    demand(not text.startswith(FORMULA_SIGNS), f"a formula: {text!r}")
    for sign in ";,\t|":
        for part in text.split(sign)[1:]:
            demand(not part.lstrip(' "').startswith(("=", "@", "＝", "＠")), f"a formula behind {sign!r}: {text!r}")  # noqa: RUF001

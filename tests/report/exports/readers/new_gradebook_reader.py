"""A gradebook that Canvas has not seen yet, as its importer takes it (lib/gradebook_importer.rb)."""

from __future__ import annotations

import csv
import io
import re

from tests.report.exports.readers.refusal import RefusedError, demand
from tests.report.exports.readers.table_reader import demand_no_formula

_FIRST = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_NUMBER = re.compile(r"\d+(\.\d{1,2})?")


def read_new_gradebook(content: bytes) -> tuple[str, str, list[list[str]]]:
    """The column's title, the points possible, and the students' rows."""
    text = content.decode()
    demand(text.endswith("\r\n"), "no last line end")
    try:
        header, possible, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise RefusedError(str(error)) from error
    demand(header[:-1] == _FIRST and header[-1], f"columns {header}")
    demand(possible[:-1] == ["    Points Possible", "", "", "", ""], f"the row of points: {possible}")
    demand(_NUMBER.fullmatch(possible[-1]), f"points possible: {possible[-1]}")
    for row in rows:
        demand(len(row) == len(header), "a row of another length")
        demand(not row[-1] or _NUMBER.fullmatch(row[-1]), f"a score: {row[-1]}")
        for cell in row[:-1]:
            demand_no_formula(cell)
    demand(len({tuple(row[:-1]) for row in rows}) == len(rows), "two rows of one student")
    return header[-1], possible[-1], rows

"""The table for people: UTF-8 with a byte-order mark, CRLF, fixed columns, numbers as numbers, no formulas."""

from __future__ import annotations

import codecs
import csv
import io
import re

from tests.report.exports.readers.refusal import RefusedError, demand
from tests.report.exports.readers.table_reader import demand_no_formula

_FIRST = ["id", "name", "student_id", "late", "status", "score", "max_score"]
_STATUSES = {"graded", "unreadable", "no_notebook", "grader_error"}
_NUMBER = re.compile(r"\d+(\.\d{1,2})?")


def read_grades(content: bytes) -> list[dict[str, str]]:
    demand(content.startswith(codecs.BOM_UTF8), "no byte-order mark")
    text = content[3:].decode()
    demand(text.endswith("\r\n") and "\n" not in text.replace("\r\n", ""), "other line ends")
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error as error:
        raise RefusedError(str(error)) from error
    demand(header[:7] == _FIRST and header[-1] == "overridden", f"columns {header}")
    demand(len(set(header)) == len(header), "two columns of the same name")
    return [_row(header, row) for row in rows]


def _row(header: list[str], row: list[str]) -> dict[str, str]:
    demand(len(row) == len(header), "a row of another length")
    cells = dict(zip(header, row, strict=True))
    demand(cells["late"] in {"", "yes", "no"}, f"late: {cells['late']}")
    demand(cells["status"] in _STATUSES, f"status: {cells['status']}")
    for label in header[5:-1]:
        demand(not cells[label] or _NUMBER.fullmatch(cells[label]), f"{label}: {cells[label]}")
    demand(cells["max_score"], "no maximum")
    demand(cells["status"] != "grader_error" or not cells["score"], "a score of what has failed")
    for label in ("id", "name", "student_id", "overridden"):
        demand_no_formula(cells[label])
    return cells

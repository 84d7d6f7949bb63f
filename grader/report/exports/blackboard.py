"""Blackboard: the gradebook download (Work Offline > Download), with the assignment's column filled.

It comes as tab-delimited UTF-16 with a byte-order mark, named .xls, or as comma-delimited UTF-8. Students are known by
their username, columns by the number behind the bar: "Sheet 3 [Total Pts: 100 Score] |12345". Without its number a
column would be made anew, as text worth nothing; so a file is filled, and never made up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.plaintext import one_line
from grader.report.cell_text import decimal_sign
from grader.report.exports.claims import Rows, claim_rows, known_ids
from grader.report.exports.delimited import Table, read_table, write_table
from grader.report.exports.exported import Exported
from grader.report.exports.gradebook_columns import AssignmentColumn, choose_column
from grader.report.exports.grades import GradeColumn, fill_grades, needed_column, other_maximum, rows_by
from grader.report.exports.request import Request, Worksheet
from grader.score_report import Owner

_MEND = "Download it anew from Blackboard (Grade Center > Work Offline > Download: full Grade Center, tab-delimited)."
# English, German, Spanish, French.
_USERNAMES = ("Username", "Benutzername", "Nombre de usuario", "Nom d'utilisateur")
# The pattern tries many ways on a long text without a bracket at its end.
_LONGEST_HEADER = 500
_HEADER = re.compile(r"(?P<title>.+?)\s*\[(?P<about>[^\[\]]*\d[^\[\]]*)\]\s*(?:\|\s*(?P<id>\d+))?")
_ABOUT = re.compile(r"[^:]*:\s*(?P<calculated>up to )?(?P<points>\d[\d,.]*)\s*(?P<display>.*)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def export_blackboard(request: Request) -> Exported:
    """Raises UsageError where there is no file, where it is none of Blackboard's, or has no column for the scores."""
    if request.worksheet is None:
        message = f"Blackboard has no other way in than its own gradebook file: give one. {_MEND}"
        raise UsageError(message)
    return _filled(request, request.worksheet)


def _filled(request: Request, worksheet: Worksheet) -> Exported:
    table = read_table(worksheet, _is_header, _MEND)
    wanted = request.options.column or request.reports[0].assignment.title
    columns = {one.column: one for one in _columns(table)}
    column = columns[choose_column(table.name, [*columns], wanted)]
    _refuse_other_displays(table, column)
    students = [*table.filled_rows()]
    decimal = decimal_sign(table.text(row, one.position) for row in students for one in columns) or "."
    grades = GradeColumn(table, column.column.position, students, decimal)
    filled = fill_grades(grades, claim_rows(request.reports, _Users(table, students).rows_of), lambda *_: "")
    notes = (*other_maximum(column.points, request.reports, "The gradebook"), *filled.notes)
    return Exported({worksheet.name: write_table(table, filled.changes)}, filled.left_empty, notes)


def _is_header(labels: Sequence[str]) -> bool:
    return any(one in labels for one in _USERNAMES) and any(_HEADER.fullmatch(one[:_LONGEST_HEADER]) for one in labels)


# --- columns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Column:
    column: AssignmentColumn
    points: float | None
    display: str
    """"Score", "Percentage", "Letter", "Text", "Complete/Incomplete"; empty in old versions."""


def _columns(table: Table) -> list[_Column]:
    """Those that hold grades of one item. A calculated total ("up to 30") is Blackboard's own."""
    columns = []
    for position, label in enumerate(table.header):
        found = _HEADER.fullmatch(label[:_LONGEST_HEADER])
        about = _ABOUT.fullmatch(found["about"]) if found else None
        if found is None or (about is not None and about["calculated"]):
            continue
        column = AssignmentColumn(position, found["title"], found["id"] or "")
        points, display = (_points(about["points"]), about["display"].strip()) if about else (None, "")
        columns.append(_Column(column, points, display))
    return columns


def _points(text: str) -> float | None:
    """ "100", "100.00000", "1,500" and "12,5"."""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _refuse_other_displays(table: Table, column: _Column) -> None:
    """A number in a column of percentages or letters is read as such. Displays in other languages are let through."""
    if column.display.casefold() in {"percentage", "letter", "text", "complete/incomplete"}:
        message = (
            f'{table.name}: the column "{one_line(column.column.title)}" shows {column.display}, and would take points '
            "for that. Set its primary display to Score in Blackboard, then download the gradebook anew."
        )
        raise UsageError(message)


# --- students --------------------------------------------------------------------------------------------------------


class _Users:
    def __init__(self, table: Table, students: Sequence[int]) -> None:
        column = needed_column(table, _USERNAMES, _MEND)
        self.rows = rows_by(table, column, students, _username, _MEND)

    def rows_of(self, owner: Owner) -> Rows | str:
        """All of a team, or none."""
        names = known_ids(owner)
        rows = [self.rows[_username(name)] for name in names if _username(name) in self.rows]
        if rows and len(rows) == len(names):
            return tuple(dict.fromkeys(rows))
        return f'The gradebook has no user "{one_line(owner.id or owner.name)}".'


def _username(text: str) -> str:
    """Blackboard knows no difference between "jdoe" and "JDoe"."""
    return text.strip().casefold()

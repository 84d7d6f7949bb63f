"""Canvas: the gradebook that it exported, with the assignment's column filled.

How Canvas reads it back stands in its lib/gradebook_importer.rb. Students are known by ID, SIS User ID, SIS Login ID,
name, in this order; `EX` is an excused student, `N/A` one to whom the assignment isn't given.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from grader.errors import UsageError
from grader.plaintext import one_line
from grader.report.cell_text import decimal_sign, read_number
from grader.report.exports.canvas_new import new_gradebook
from grader.report.exports.claims import Claims, Rows, claim_rows, known_ids, members, name_keys
from grader.report.exports.delimited import Table, read_table, write_table
from grader.report.exports.exported import Exported
from grader.report.exports.gradebook_columns import AssignmentColumn, choose_column
from grader.report.exports.grades import GradeColumn, column_of, fill_grades, other_maximum, rows_by
from grader.report.exports.request import Request, Worksheet
from grader.score_report import Owner

_PLATFORM = "canvas"
_MEND = "Export the gradebook from Canvas anew (Grades > Export > Export Entire Gradebook)."
_POINTS_POSSIBLE = "Points Possible"
_READ_ONLY = re.compile(r"read\s+only")
_NO_STUDENT = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_TEST_STUDENT = "studenttest"
_TITLE_AND_ID = re.compile(r"(?P<title>.+) \((?P<id>\d+)\)")
# Canvas skips every column whose header has one of these in it, an assignment's too.
_TOTALS = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_EXCUSED, _NOT_GIVEN = "EX", "N/A"


def export_canvas(request: Request) -> Exported:
    """Raises UsageError where the file is no gradebook, or which column to fill can't be told."""
    if request.worksheet is None:
        return new_gradebook(request.reports)
    return _filled(request, request.worksheet)


def _filled(request: Request, worksheet: Worksheet) -> Exported:
    table, reports = read_table(worksheet, _is_header, _MEND), request.reports
    columns = [*_assignment_columns(table)]
    column = choose_column(table.name, columns, request.options.column or reports[0].assignment.title).position
    most = _points_possible(table, column)
    students = [*_student_rows(table)]
    numbered = [one.position for one in columns if one.id]
    decimal = decimal_sign(table.text(row, one) for row in table.filled_rows() for one in numbered) or "."
    grades = GradeColumn(table, column, students, decimal)
    claims = claim_rows(reports, _Students(table, students).rows_of)
    filled = fill_grades(grades, claims, lambda row, _: _refusal(table.text(row, column)))
    notes = (*other_maximum(most, reports, "The gradebook"), *_excused(grades, claims), *filled.notes)
    return Exported({worksheet.name: write_table(table, filled.changes)}, filled.left_empty, notes)


# --- columns ---------------------------------------------------------------------------------------------------------


def _is_header(labels: Sequence[str]) -> bool:
    return {"Student", "ID", "Section"} <= set(labels) or {"LastName", "FirstName", "ID", "Section"} <= set(labels)


def _assignment_columns(table: Table) -> Iterator[AssignmentColumn]:
    start = table.header.index("Section") + 1
    for position, label in enumerate(table.header[start:], start):
        found = _TITLE_AND_ID.fullmatch(label)
        if label and not _TOTALS.search(label):
            yield AssignmentColumn(position, found["title"] if found else label, found["id"] if found else "")


def _points_possible(table: Table, column: int) -> float | None:
    for row in table.filled_rows():
        if _POINTS_POSSIBLE not in table.text(row, 0):
            continue
        if _READ_ONLY.search(table.text(row, column)):
            label = one_line(table.header[column])
            message = f'{table.name}: "{label}" is read only: Canvas would skip it. Say which column it is.'
            raise UsageError(message)
        return read_number(table.text(row, column))
    return None


# --- students --------------------------------------------------------------------------------------------------------


def _student_rows(table: Table) -> Iterator[int]:
    """All but the row of points, the row that says which grades are hidden, and the test student's."""
    for row in table.filled_rows():
        cells = (table.text(row, column) for column in range(len(table.header)))
        if _POINTS_POSSIBLE in table.text(row, 0) or all(map(_NO_STUDENT.fullmatch, cells)):
            continue
        if _TEST_STUDENT not in name_keys(_name(table, row)):
            yield row


def _name(table: Table, row: int) -> str:
    """ "Doe, Jane"."""
    columns = ("LastName", "FirstName") if "LastName" in table.header else ("Student",)
    return ", ".join(table.text(row, table.header.index(one)) for one in columns)


def _refusal(cell: str) -> str:
    if cell.strip().upper() == _EXCUSED:
        return "the student is excused (EX)."
    return "Canvas says that the assignment isn't given to this student (N/A)." if cell.strip() == _NOT_GIVEN else ""


def _excused(grades: GradeColumn, claims: Claims) -> Iterator[str]:
    """Excused students of whom there is no submission: worth knowing, and nothing was to be written."""
    for row in grades.students:
        cell = grades.table.text(row, grades.column)
        if row not in claims.claimed and cell.strip().upper() == _EXCUSED:
            yield f"Row {row + 1} ({one_line(_name(grades.table, row))}) stays excused (EX)."


class _Students:
    """Whom the gradebook has, by all that they can be known by."""

    def __init__(self, table: Table, students: Sequence[int]) -> None:
        self.ids, self.sis_users, self.logins = (
            _by_label(table, students, label) for label in ("ID", "SIS User ID", "SIS Login ID")
        )
        self.names: defaultdict[str, list[int]] = defaultdict(list)
        for row in students:
            for key in name_keys(_name(table, row)):
                self.names[key].append(row)

    def rows_of(self, owner: Owner) -> Rows | str:
        """Of a team all, or none."""
        # Canvas's own number is certain. Where it isn't there, the student has left: a namesake must not get the grade.
        if owner.platform == _PLATFORM and owner.id:
            row = self.ids.get(_folded(owner.id))
            return (row,) if row is not None else f"The gradebook has no student with the ID {one_line(owner.id)}."
        ids, addresses = known_ids(owner), members(owner, owner.email)
        for known, keys in ((self.sis_users, ids), (self.logins, ids), (self.logins, addresses)):
            rows = [known[_folded(key)] for key in keys if _folded(key) in known]
            if rows and len(rows) == len(keys):
                return tuple(dict.fromkeys(rows))
        return self._by_names(members(owner, owner.name))

    def _by_names(self, names: Sequence[str]) -> Rows | str:
        found: list[int] = []
        for name in names:
            rows = sorted({row for key in name_keys(name) for row in self.names.get(key, ())})
            if not rows:
                return f'The gradebook has no "{one_line(name)}".'
            if len(rows) > 1:
                return f'"{one_line(name)}" may be any of the rows {", ".join(str(row + 1) for row in rows)}.'
            found += rows
        return tuple(dict.fromkeys(found)) or "The download has no name for this student."


def _by_label(table: Table, students: Sequence[int], label: str) -> dict[str, int]:
    column = column_of(table, [label], _MEND)
    return {} if column is None else rows_by(table, column, students, _folded, _MEND)


def _folded(text: str) -> str:
    return text.strip().casefold()

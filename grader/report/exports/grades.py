"""One column of a platform's table, filled with scores; everything else in the table stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.plaintext import one_line
from grader.report.cell_text import number, read_number
from grader.report.exports.claims import Claims
from grader.report.exports.delimited import Table
from grader.report.exports.exported import LeftOut
from grader.score_report import ScoreReport

_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class GradeColumn:
    table: Table
    column: int
    students: Sequence[int]
    """The rows that are a student's."""
    decimal: str
    """The decimal sign of the file's numbers."""


@dataclass(frozen=True, slots=True)
class Filled:
    changes: Mapping[tuple[int, int], str]
    rows: Mapping[int, ScoreReport]
    """Whose cell holds the report's score now."""
    left_empty: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def fill_grades(grades: GradeColumn, claims: Claims, refusal: Callable[[int, ScoreReport], str]) -> Filled:
    """`refusal` says why a row can't have a report's score, or nothing."""
    changes: dict[tuple[int, int], str] = {}
    rows: dict[int, ScoreReport] = {}
    left_empty = list(claims.left_out)
    replaced: list[int] = []
    for row, report in claims.rows.items():
        if why := refusal(row, report):
            left_empty.append(LeftOut(report.submission.id, f"Row {row + 1} was left as it is: {why}"))
            continue
        rows[row] = report
        before = grades.table.text(row, grades.column)
        score = _cell(report, grades.decimal)
        if read_number(before) != read_number(score):
            changes[row, grades.column] = score
            replaced += [row] if before.strip() else []
    notes = (*_replaced(replaced), *_nobodys(grades.students, claims))
    return Filled(changes, rows, tuple(left_empty), notes)


def _cell(report: ScoreReport, decimal: str) -> str:
    return "" if report.score is None else number(report.score, decimal)


def _replaced(rows: Sequence[int]) -> Iterable[str]:
    if rows:
        yield f"What stood in the column was replaced in {_rows(rows)}."


def _nobodys(students: Sequence[int], claims: Claims) -> Iterable[str]:
    left = [row for row in students if row not in claims.claimed]
    if left:
        yield f"No submission belongs to {_rows(left)}: left as they are."


def _rows(rows: Sequence[int]) -> str:
    named = ", ".join(str(row + 1) for row in rows[:_MOST_NAMED])
    more = len(rows) - _MOST_NAMED
    return f"row{'s' * (len(rows) > 1)} {named}{f' and {more} more' if more > 0 else ''}"


# --- finding columns and rows ----------------------------------------------------------------------------------------


def column_of(table: Table, labels: Iterable[str], mend: str) -> int | None:
    """The column that is called by one of `labels`. Raises UsageError where several are."""
    wanted = {label.casefold() for label in labels}
    found = [position for position, label in enumerate(table.header) if label.casefold() in wanted]
    if len(found) > 1:
        label = one_line(table.header[found[0]])
        message = f'{table.name}: columns {found[0] + 1} and {found[1] + 1} are both called "{label}". {mend}'
        raise UsageError(message)
    return found[0] if found else None


def needed_column(table: Table, labels: Sequence[str], mend: str) -> int:
    """The same; raises UsageError where there is none, too."""
    found = column_of(table, labels, mend)
    if found is None:
        message = f"{table.name}: there is no column {' or '.join(labels)}. {mend}"
        raise UsageError(message)
    return found


def rows_by(table: Table, column: int, students: Sequence[int], key: Callable[[str], str], mend: str) -> dict[str, int]:
    """Row by identifier. Raises UsageError where two rows have the same."""
    keys = [(key(table.text(row, column)), row) for row in students]
    for value, times in Counter(value for value, _ in keys if value).items():
        if times > 1:
            one, other, *_ = (row + 1 for same, row in keys if same == value)
            label = one_line(table.header[column])
            message = f'{table.name}: rows {one} and {other} have the same {label}, "{one_line(value)}". {mend}'
            raise UsageError(message)
    return {value: row for value, row in keys if value}


def other_maximum(most: float | None, reports: Iterable[ScoreReport], where: str) -> Iterable[str]:
    """A note, where the platform counts to another number of points than the reports."""
    of = sorted({report.max_score for report in reports})
    if most is not None and any(round(one - most, 2) for one in of):
        yield (
            f"{where} says {number(most)} points, the reports {' and '.join(map(number, of))}. The scores were not "
            "scaled: change the platform's number, or the assignment's."
        )

"""The class as a table for people: a line a submission, with names, lateness and the instructor's own points.

Unlike `scores.csv` of a results folder, which programs read, it begins with a byte-order mark: Excel takes the names
of a CSV without one for Windows-1252.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence

from grader.plaintext import one_line
from grader.report.cell_text import inert, number
from grader.report.exports.exported import Exported, has_score, without_score
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.scores import lateness, overridden, score_row
from grader.score_report import ScoreReport

FILE = "grades.csv"
_LONGEST = 1000
_COLUMNS = ("id", "name", "student_id", "late", "status", "score", "max_score")


def export_csv(request: Request) -> Exported:
    refuse_worksheet(request, "CSV")
    exercises = list(dict.fromkeys(one.id for report in request.reports for one in report.exercises))
    text = io.StringIO()
    writer = csv.writer(text)  # RFC 4180: lines end with CRLF
    writer.writerow([*_COLUMNS, *map(_text, exercises), "overridden"])
    writer.writerows(_row(report, exercises) for report in request.reports)
    return Exported({FILE: codecs.BOM_UTF8 + text.getvalue().encode()}, without_score(request.reports))


def _row(report: ScoreReport, exercises: Sequence[str]) -> list[str]:
    row = score_row(report)
    numbers = [_number(row.score if has_score(report) else None), _number(row.max_score)]
    each = [_number(row.exercises.get(one)) for one in exercises]
    who = [*map(_text, (row.id, row.name, row.student)), lateness(row), row.status.value]
    return [*who, *numbers, *each, _text(overridden(row))]


def _text(text: str) -> str:
    return inert(one_line(text, _LONGEST))


def _number(value: float | None) -> str:
    return "" if value is None else number(value)

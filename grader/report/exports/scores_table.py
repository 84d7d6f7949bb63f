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
from grader.score_report import ScoreReport

FILE = "grades.csv"
_LONGEST = 1000
_LATE = {None: "", True: "yes", False: "no"}
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
    owner = report.submission.owner
    name, student, late = ("", "", None) if owner is None else (owner.name, owner.id, owner.late)
    scores = {one.id: one.score for one in report.exercises}
    numbers = [_number(report.score if has_score(report) else None), _number(report.max_score)]
    each = [_number(scores.get(one)) for one in exercises]
    who = [*map(_text, (report.submission.id, name, student)), _LATE[late], report.status.value]
    return [*who, *numbers, *each, _overridden(report)]


def _overridden(report: ScoreReport) -> str:
    said = [f"{one.id}: {one.override.reason}" for one in report.exercises if one.override is not None]
    return _text("; ".join(said))


def _text(text: str) -> str:
    return inert(one_line(text, _LONGEST))


def _number(value: float | None) -> str:
    return "" if value is None else number(value)

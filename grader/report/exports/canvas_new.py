"""Canvas: a gradebook of our own, where none that it exported is given. It makes a new assignment of the column."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

from grader.plaintext import one_line
from grader.report.cell_text import inert, number
from grader.report.exports.claims import NOBODY, handed_in_twice
from grader.report.exports.exported import Exported, LeftOut, grader_fault, has_score
from grader.report.exports.grades import other_maximum
from grader.score_report import Owner, ScoreReport

FILE = "gradebook.csv"
_ABOUT = (
    "No gradebook was given, so this is a new one: Canvas makes a new assignment of its column. To fill one that is "
    "there already, export the gradebook from Canvas and give it."
)
_NAMESAKES = "Several students of this name can't be told apart."
# Of the others the ids are their own, and no login.
_IDS_ARE_LOGINS = frozenset({"blackboard", "nbgrader", "folders"})


def new_gradebook(reports: Sequence[ScoreReport]) -> Exported:
    """A row a student; those without a score have an empty cell."""
    reasons = _reasons(reports)
    first = reports[0]
    text = io.StringIO()
    writer = csv.writer(text)  # RFC 4180: lines end with CRLF
    writer.writerow(
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", inert(one_line(first.assignment.title))]
    )
    writer.writerow(["    Points Possible", "", "", "", "", number(first.max_score)])
    writer.writerows([*who, score] for who, score in _scores(reports, reasons).items())
    left_empty = tuple(LeftOut(id_, why) for id_, why in reasons.items() if why)
    notes = (_ABOUT, *other_maximum(first.max_score, reports, "The new gradebook"))
    return Exported({FILE: text.getvalue().encode()}, left_empty, notes)


def _reasons(reports: Sequence[ScoreReport]) -> dict[str, str]:
    """By submission: why its cell is empty, or nothing."""
    twice = handed_in_twice(reports)
    owners = [report.submission.owner for report in reports]
    times = Counter(_identity(owner) for owner in owners if owner is not None)
    return {report.submission.id: _reason(report, twice, times) for report in reports}


def _reason(report: ScoreReport, twice: Mapping[str, str], times: Mapping[tuple[str, ...], int]) -> str:
    owner = report.submission.owner
    if not has_score(report):
        return grader_fault(report)
    if owner is None:
        return NOBODY
    return twice.get(report.submission.id) or (_NAMESAKES if times[_identity(owner)] > 1 else "")


def _scores(reports: Sequence[ScoreReport], reasons: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    cells: dict[tuple[str, ...], str] = {}
    for report in reports:
        owner, score = report.submission.owner, report.score
        if owner is not None:
            cells[_identity(owner)] = "" if score is None or reasons[report.submission.id] else number(score)
    return cells


def _identity(owner: Owner) -> tuple[str, ...]:
    """Student, ID, SIS User ID, SIS Login ID, Section. An identifier of another platform is no identifier of Canvas."""
    id_ = owner.id if owner.platform == "canvas" else ""
    login = owner.email or (owner.id if owner.platform in _IDS_ARE_LOGINS else "")
    return tuple(inert(one_line(text)) for text in (owner.name, id_, "", login, ""))

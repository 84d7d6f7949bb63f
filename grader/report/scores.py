"""The class in one file: `scores.json` for programs, `scores.csv` for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from grader.report.cell_text import inert, points
from grader.score_report import AssignmentRef, DiagnosisStatus, ReportStatus, ScoreReport


class ScoreRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One submission. A score is null where none was given: a fault of the grader."""

    id: str
    file: str
    status: ReportStatus
    score: float | None
    max_score: float
    exercises: dict[str, float | None]
    misconceptions: dict[str, list[str]] = {}
    """By exercise, where any were named."""
    unknown: list[str] = []
    """The exercises in which something is wrong that nobody could name."""
    problem: str = ""
    """Why there is no report.json, if there is none."""
    student: str = ""
    """What the platform knows the student by, where its download says it."""
    name: str = ""
    late: bool | None = None
    overridden: dict[str, str] = {}
    """By exercise: why the points are the instructor's."""


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    schema: Literal["grader.scores/1"] = "grader.scores/1"
    assignment: AssignmentRef
    submissions: list[ScoreRow]


_WHO = ("id", "file", "student", "name", "late")


def score_row(report: ScoreReport) -> ScoreRow:
    exercises = {exercise.id: exercise.score for exercise in report.exercises}
    ref = report.submission
    named = {one.id: [found.id for found in one.misconceptions] for one in report.exercises if one.misconceptions}
    unknown = [one.id for one in report.exercises if one.diagnosis is DiagnosisStatus.UNKNOWN]
    owner = ref.owner
    return ScoreRow(
        id=ref.id,
        file=ref.file,
        status=report.status,
        score=report.score,
        max_score=report.max_score,
        exercises=exercises,
        misconceptions=named,
        unknown=unknown,
        student="" if owner is None else owner.id,
        name="" if owner is None else owner.name,
        late=None if owner is None else owner.late,
        overridden={one.id: one.override.reason for one in report.exercises if one.override is not None},
    )


def how_often(rows: Sequence[ScoreRow]) -> Counter[str]:
    """Each misconception, and how many submissions have it somewhere."""
    return Counter(id_ for row in rows for id_ in {one for found in row.misconceptions.values() for one in found})


def encode_scores(assignment: AssignmentRef, rows: Sequence[ScoreRow]) -> bytes:
    scores = Scores(assignment=assignment, submissions=list(rows))
    return msgspec.json.format(msgspec.json.encode(scores), indent=2) + b"\n"


def decode_scores(content: bytes) -> Scores:
    """Raises msgspec.ValidationError where `content` is no scores.json of this version."""
    return msgspec.json.decode(content, type=Scores)


def encode_csv(rows: Sequence[ScoreRow]) -> bytes:
    """One line a submission; an empty field where there is no score."""
    text = io.StringIO()
    writer = csv.writer(text)  # RFC 4180: lines end with CRLF, and a lone CR or LF in a name is quoted
    exercises = list(rows[0].exercises) if rows else []
    writer.writerow([*_WHO, "status", "score", "max_score", *exercises, "overridden"])
    for row in rows:
        who = [*map(inert, (row.id, row.file, row.student, row.name)), lateness(row), row.status.value]
        numbers = map(_number, (row.score, row.max_score, *row.exercises.values()))
        writer.writerow([*who, *numbers, inert(overridden(row))])
    return text.getvalue().encode()


def lateness(row: ScoreRow) -> str:
    """Empty where nobody knows."""
    return {None: "", True: "yes", False: "no"}[row.late]


def overridden(row: ScoreRow) -> str:
    """Each exercise with an instructor's points, and why."""
    return "; ".join(f"{exercise}: {reason}" for exercise, reason in row.overridden.items())


def _number(value: float | None) -> str:
    return "" if value is None else points(value)

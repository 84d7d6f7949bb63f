"""The instructor's hand: `overrides.toml` in a results folder puts points in place of the grader's, with a reason.

A report says both: what stands in place, and what the grader gave. So overrides can be changed or taken back without
grading anything again.

    [[overrides]]
    submission = "Jane Doe_123456"
    exercise = "ex3"
    points = 18
    reason = "The right idea; the slip was in the sheet."
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from grader.errors import AssignmentError, OverridesError
from grader.naming import did_you_mean
from grader.score_report import ExerciseScore, Override, ReportStatus, ScoreReport, Status
from grader.tables import Table, Text, read_table

FILE = "overrides.toml"
_DECIMALS = 2


class OverrideEntry(Table, frozen=True):
    submission: Text
    exercise: Text
    points: Annotated[float, msgspec.Meta(ge=0)]
    reason: Text


class _File(Table, frozen=True):
    overrides: tuple[OverrideEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Overrides:
    path: Path
    entries: tuple[OverrideEntry, ...] = ()

    def unused(self, submissions: AbstractSet[str]) -> list[str]:
        """A line for each submission that an entry names and that isn't there."""
        known = set(map(_normal, submissions))
        missing = sorted({entry.submission for entry in self.entries if _normal(entry.submission) not in known})
        return [
            f'{self.path}: there is no submission "{name}", so nothing is changed.{did_you_mean(name, submissions)}'
            for name in missing
        ]


def load_overrides(results: Path, exercises: Sequence[tuple[str, float]]) -> Overrides:
    """Those of a results folder, none where it has no such file.

    `exercises` are the assignment's: (id, most points). Raises OverridesError, naming the entry and the mend.
    """
    path = results / FILE
    if not os.path.lexists(path):  # a link that leads nowhere is a mistake, and no file less
        return Overrides(path)
    try:
        entries = read_table(path, _File).overrides
    except AssignmentError as error:
        raise OverridesError(str(error)) from error
    problems = [*_faults(entries, dict(exercises)), *_repeated(entries)]
    if problems:
        raise OverridesError("\n".join(f"{path}: {problem}" for problem in problems))
    return Overrides(path, entries)


def _faults(entries: Sequence[OverrideEntry], exercises: dict[str, float]) -> Iterator[str]:
    for number, entry in enumerate(entries):
        most = exercises.get(entry.exercise)
        if most is None:
            known = did_you_mean(entry.exercise, exercises)
            yield f'overrides[{number}].exercise: there is no exercise "{entry.exercise}".{known}'
        elif entry.points > most:
            yield f"overrides[{number}].points: {entry.exercise} has {most} points at most, not {entry.points}."


def _repeated(entries: Sequence[OverrideEntry]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries):
        place = (_normal(entry.submission), entry.exercise)
        if place in seen:
            yield f'overrides[{number}]: {entry.exercise} of "{entry.submission}" is there twice. Keep one.'
        seen.add(place)


def _normal(name: str) -> str:
    """An editor may write the same letters otherwise than a file system does."""
    return unicodedata.normalize("NFC", name)


def with_overrides(report: ScoreReport, overrides: Overrides) -> ScoreReport:
    """The report with these overrides and no others, whichever it had before."""
    name = _normal(report.submission.id)
    mine = {entry.exercise: entry for entry in overrides.entries if _normal(entry.submission) == name}
    exercises = [_overridden(_as_graded(exercise), mine.get(exercise.id)) for exercise in report.exercises]
    return report if exercises == report.exercises else _summed(report, exercises)


def without_overrides(report: ScoreReport) -> ScoreReport:
    """The report as the grader made it."""
    return with_overrides(report, Overrides(Path()))


def _as_graded(exercise: ExerciseScore) -> ExerciseScore:
    given = exercise.override
    if given is None:
        return exercise
    return msgspec.structs.replace(exercise, score=given.graded_score, status=given.graded_status, override=None)


def _overridden(exercise: ExerciseScore, entry: OverrideEntry | None) -> ExerciseScore:
    if entry is None:
        return exercise
    points = abs(round(entry.points, _DECIMALS))  # never -0.0
    status = Status.PASSED if points == exercise.max_score else Status.FAILED if points == 0 else Status.PARTIAL
    override = Override(points, entry.reason, exercise.score, exercise.status)
    return msgspec.structs.replace(exercise, score=points, status=status, override=override)


def _summed(report: ScoreReport, exercises: list[ExerciseScore]) -> ScoreReport:
    """A file that couldn't be read stays one; a fault of the grader is gone once every exercise it hit has points."""
    status = report.status
    if status in {ReportStatus.GRADED, ReportStatus.GRADER_ERROR}:
        failed = any(exercise.status is Status.GRADER_ERROR for exercise in exercises)
        status = ReportStatus.GRADER_ERROR if failed else ReportStatus.GRADED
    scores = [exercise.score for exercise in exercises if exercise.score is not None]
    score = None if status is ReportStatus.GRADER_ERROR else round(sum(scores), _DECIMALS)
    return msgspec.structs.replace(report, status=status, score=score, exercises=exercises)

"""A report as the list of tests that platforms show: one a criterion, whose points sum up to the report's score.

Where an instructor's points stand in place of the grader's, the exercise is a single line: its criteria no longer sum
up to what counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.report.exports.feedback_text import (
    criterion_details,
    criterion_line,
    hint_lines,
    override_line,
    title,
)
from grader.score_report import CriterionScore, ExerciseScore, Override, ReportStatus, ScoreReport, Status


@dataclass(frozen=True, slots=True)
class ResultLine:
    number: str
    """"1.2": the second criterion of the first exercise."""
    name: str
    exercise: str
    status: Status
    score: float | None
    """None where nothing was judged: no points are lost by that, and none are earned."""
    max_score: float
    message: str
    details: str
    """Hints, and an example to follow by hand."""

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.message, self.details) if part)


def result_lines(report: ScoreReport) -> Iterator[ResultLine]:
    for position, exercise in enumerate(report.exercises, 1):
        if exercise.override is not None:
            yield _overridden(position, exercise, exercise.override)
            continue
        for place, criterion in enumerate(exercise.criteria, 1):
            yield _criterion(f"{position}.{place}", exercise, criterion)


def is_passed(one: ResultLine, report: ScoreReport) -> bool:
    """For platforms that know right and wrong alone. What is worth nothing and didn't run is not wrong."""
    costs_nothing = one.status is Status.NOT_RUN and one.max_score == 0 and report.status is ReportStatus.GRADED
    return one.status is Status.PASSED or costs_nothing


def _criterion(number: str, exercise: ExerciseScore, criterion: CriterionScore) -> ResultLine:
    wrong = criterion.status in {Status.PARTIAL, Status.FAILED}
    details = [*hint_lines(exercise.misconceptions)] if wrong else []
    message, *example = [*criterion_details(criterion)] or [""]
    return ResultLine(
        number=number,
        name=f"{_exercise_name(exercise)}: {title(criterion.title)}",
        exercise=exercise.id,
        status=criterion.status,
        score=criterion.score,
        max_score=criterion.max_score,
        message=message,
        details="\n".join([*details, *example]),
    )


def _overridden(position: int, exercise: ExerciseScore, override: Override) -> ResultLine:
    return ResultLine(
        number=str(position),
        name=f"{_exercise_name(exercise)}: points by your instructor",
        exercise=exercise.id,
        status=exercise.status,
        score=exercise.score,
        max_score=exercise.max_score,
        message=f"These are {override_line(override)}",
        details="\n".join(_as_graded(exercise.criteria)),
    )


def _as_graded(criteria: Sequence[CriterionScore]) -> Iterator[str]:
    if criteria:
        yield "What the grader found:"
    for criterion in criteria:
        yield criterion_line(criterion)
        yield from (f"  {one}" for one in criterion_details(criterion))


def _exercise_name(exercise: ExerciseScore) -> str:
    return f"{title(exercise.id)} {title(exercise.title)}"

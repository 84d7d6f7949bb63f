"""A report in plain words, for places that show text alone. Nothing in it is markup, an escape or a second line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from grader.plaintext import one_line
from grader.report.cell_text import points
from grader.score_report import (
    CriterionScore,
    Example,
    ExerciseScore,
    Misconception,
    Override,
    Remark,
    ReportStatus,
    ScoreReport,
    Status,
)

FeedbackFile: TypeAlias = Callable[[ScoreReport], tuple[str, bytes]]
"""A report ─▶ (file name, content)."""

_LONGEST = 2000
_LONGEST_TITLE = 200
_LONGEST_NUMBERS = 2000
_WORDS = {
    Status.PASSED: "right",
    Status.PARTIAL: "partly right",
    Status.FAILED: "not right",
    Status.NOT_RUN: "not run",
    Status.GRADER_ERROR: "not graded",
}


def feedback_file(report: ScoreReport) -> tuple[str, bytes]:
    return "feedback.txt", ("\n".join(feedback_lines(report)) + "\n").encode()


def line(text: str, limit: int = _LONGEST) -> str:
    return one_line(text, limit)


def title(text: str) -> str:
    return one_line(text, _LONGEST_TITLE)


# --- short: a comment in a gradebook ---------------------------------------------------------------------------------


def summary_lines(report: ScoreReport) -> Iterator[str]:
    """The score, each exercise's, the mistakes that were named and their hints."""
    yield score_line(report)
    if report.status is not ReportStatus.GRADED:
        yield from map(remark_line, report.remarks)
    for exercise in report.exercises:
        yield exercise_line(exercise)
        yield from (f"- {one}" for one in hint_lines(exercise.misconceptions))


def score_line(report: ScoreReport) -> str:
    if report.score is None or report.status is ReportStatus.GRADER_ERROR:
        return "There is no score: the grader itself failed. This is no fault of your submission."
    return f"{points(report.score)} of {points(report.max_score)} points"


def exercise_line(exercise: ExerciseScore) -> str:
    given = "no score" if exercise.score is None else points(exercise.score)
    said = f"{title(exercise.id)} {title(exercise.title)}: {given} of {points(exercise.max_score)}"
    return said if exercise.override is None else f"{said} ({override_line(exercise.override)})"


def override_line(override: Override) -> str:
    graded = "no score" if override.graded_score is None else points(override.graded_score)
    return f"your instructor's points; the grader gave {graded}. Reason: {line(override.reason)}"


def hint_lines(misconceptions: Sequence[Misconception]) -> Iterator[str]:
    for one in misconceptions:
        yield f"{title(one.title)}. {line(one.hint)}".strip()


def remark_line(remark: Remark) -> str:
    return line(remark.message) if remark.cell is None else f"Cell {remark.cell}: {line(remark.message)}"


# --- long: a file of its own -----------------------------------------------------------------------------------------


def feedback_lines(report: ScoreReport) -> Iterator[str]:
    """All that the report says."""
    yield f"{title(report.assignment.title)}: {score_line(report)}"
    if report.submission.owner is not None and report.submission.owner.late:
        yield "Handed in late."
    if report.remarks:
        yield ""
        yield from map(remark_line, report.remarks)
    for exercise in report.exercises:
        yield ""
        yield from _exercise_lines(exercise)


def _exercise_lines(exercise: ExerciseScore) -> Iterator[str]:
    yield exercise_line(exercise)
    for criterion in exercise.criteria:
        yield f"  {criterion_line(criterion)}"
        yield from (f"      {one}" for one in criterion_details(criterion))
    for one in exercise.misconceptions:
        yield f"  {title(one.title)}"
        yield from (f"      {line(said)}" for said in (one.explanation, one.hint) if said)


def criterion_line(criterion: CriterionScore) -> str:
    given = "no score" if criterion.score is None else points(criterion.score)
    return f"{title(criterion.title)}: {given} of {points(criterion.max_score)}, {_WORDS[criterion.status]}"


def criterion_details(criterion: CriterionScore) -> Iterator[str]:
    if criterion.message:
        yield line(criterion.message)
    if criterion.example is not None:
        yield from example_lines(criterion.example)


def example_lines(example: Example) -> Iterator[str]:
    """A case to follow by hand: its inputs, what was expected there, and what came."""
    yield f"For example, {line(example.call)}:"
    for name, value in example.inputs.items():
        yield f"  {title(name)} = {_numbers(value)}"
    place = f" at {line(example.where)}" if example.where else ""
    if example.expected is not None:
        yield f"  {title(example.output)}{place} should be {_numbers(example.expected)}"
    if example.got is not None:
        yield f"  {title(example.output)}{place} is {_numbers(example.got)}"
    if example.rule:
        yield f"  {line(example.rule)}"


def _numbers(value: Any) -> str:
    return line(_plain(value), _LONGEST_NUMBERS)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)

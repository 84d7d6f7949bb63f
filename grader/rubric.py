"""Check results ─▶ points. What was not judged, through no fault of the student's, has the score null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.answer_key import AnswerKey
from grader.assignment import Criterion, Exercise
from grader.model import CheckResult, Diagnosis
from grader.score_report import (
    AssignmentRef,
    CriterionScore,
    DiagnosisStatus,
    ExerciseScore,
    Misconception,
    Remark,
    ReportStatus,
    ScoreReport,
    Status,
    SubmissionRef,
)

_DECIMALS = 2


def score_exercise(
    exercise: Exercise,
    results: Mapping[str, CheckResult],
    status_of_diagnosis: DiagnosisStatus = DiagnosisStatus.NONE,
    misconceptions: Sequence[Misconception] = (),
) -> ExerciseScore:
    """Points per criterion, rounded to cents, and their sum. One criterion that the grader failed at makes it null."""
    criteria = [_score_criterion(criterion, results[criterion.id]) for criterion in exercise.criteria]
    status = _status_of(criteria)
    scores = [one.score for one in criteria if one.score is not None]
    has_score = bool(scores) and status is not Status.GRADER_ERROR
    return ExerciseScore(
        id=exercise.id,
        title=exercise.title,
        status=status,
        score=round(sum(scores), _DECIMALS) if has_score else None,
        max_score=_plain(sum(criterion.max_score for criterion in criteria)),
        criteria=criteria,
        diagnosis=status_of_diagnosis,
        misconceptions=list(misconceptions),
    )


def described(key: AnswerKey, diagnosis: Diagnosis) -> list[Misconception]:
    """The diagnosis's misconceptions as a report has them."""
    entries = [key.atlas.misconceptions[id_] for id_ in diagnosis.misconceptions]
    return [Misconception(one.id, one.title, one.explanation, one.hint, one.cost) for one in entries]


def _score_criterion(criterion: Criterion, result: CheckResult) -> CriterionScore:
    status = result.status or _status_from(result.fraction)
    most = _plain(criterion.points)
    return CriterionScore(
        id=criterion.id,
        title=criterion.title,
        status=status,
        score=None if result.fraction is None else _part(most, result.fraction),
        max_score=most,
        message=result.message,
        example=result.example,
    )


def _part(most: float, fraction: float) -> float:
    """`fraction` of `most`. Rounding never makes a whole of a part."""
    score = _plain(most * fraction)
    return score if fraction == 1 or score < most else max(0.0, _plain(most - 10**-_DECIMALS))


def _status_from(fraction: float | None) -> Status:
    if fraction is None:
        return Status.NOT_RUN
    if fraction == 1:
        return Status.PASSED
    return Status.FAILED if fraction == 0 else Status.PARTIAL


def _status_of(criteria: Sequence[CriterionScore]) -> Status:
    statuses = {criterion.status for criterion in criteria}
    if Status.GRADER_ERROR in statuses:
        return Status.GRADER_ERROR
    judged = {criterion.status for criterion in criteria if criterion.score is not None} or statuses
    return judged.pop() if len(judged) == 1 else Status.PARTIAL


def _plain(points: float) -> float:
    return round(float(points), _DECIMALS)


# --- the whole report ------------------------------------------------------------------------------------------------


def score_report(
    key: AnswerKey, submission: SubmissionRef, exercises: Sequence[ExerciseScore], remarks: Sequence[Remark]
) -> ScoreReport:
    """The report of a submission that was read and run."""
    failed = any(exercise.status is Status.GRADER_ERROR for exercise in exercises)
    status = ReportStatus.GRADER_ERROR if failed else ReportStatus.GRADED
    return _report(key, submission, status, exercises, remarks)


def unreadable_report(
    key: AnswerKey, submission: SubmissionRef, remarks: Sequence[Remark], *, absent: bool = False
) -> ScoreReport:
    """The report of a file that is no notebook, or of a student who has handed in none: 0 points, and the reason."""
    said = "There is no notebook." if absent else "The notebook could not be read."
    status = ReportStatus.NO_NOTEBOOK if absent else ReportStatus.UNREADABLE
    nothing = CheckResult(0.0, said, status=Status.NOT_RUN)
    return _report(key, submission, status, _all_the_same(key, nothing), remarks)


def grader_error_report(key: AnswerKey, submission: SubmissionRef, remark: Remark) -> ScoreReport:
    """The report of a submission at which the grader failed: no score at all."""
    failed = CheckResult(
        None, "The grader failed here. This is no fault of the submission.", status=Status.GRADER_ERROR
    )
    return _report(key, submission, ReportStatus.GRADER_ERROR, _all_the_same(key, failed), [remark])


def _all_the_same(key: AnswerKey, result: CheckResult) -> list[ExerciseScore]:
    return [
        score_exercise(exercise, {one.id: result for one in exercise.criteria}) for exercise in key.assignment.exercises
    ]


def _report(
    key: AnswerKey,
    submission: SubmissionRef,
    status: ReportStatus,
    exercises: Sequence[ExerciseScore],
    remarks: Sequence[Remark],
) -> ScoreReport:
    scores = [exercise.score for exercise in exercises if exercise.score is not None]
    return ScoreReport(
        assignment=AssignmentRef(key.assignment.id, key.assignment.title, key.digest),
        submission=submission,
        status=status,
        score=None if status is ReportStatus.GRADER_ERROR else round(sum(scores), _DECIMALS),
        max_score=points_given(key),
        exercises=list(exercises),
        remarks=list(remarks),
    )


def points_given(key: AnswerKey) -> float:
    """The most that a submission can get: the points of all criteria."""
    return _plain(sum(most for _, most in exercise_points(key)))


def exercise_points(key: AnswerKey) -> list[tuple[str, float]]:
    """(exercise, the most that it gives)."""
    return [
        (exercise.id, _plain(sum(_plain(criterion.points) for criterion in exercise.criteria)))
        for exercise in key.assignment.exercises
    ]

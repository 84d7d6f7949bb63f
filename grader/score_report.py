"""One submission's report, as `report.json` holds it: what every format that leaves the house is made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec


class Status(StrEnum):
    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    NOT_RUN = "not_run"
    GRADER_ERROR = "grader_error"


class DiagnosisStatus(StrEnum):
    NONE = "none"
    """There is nothing to explain: all is right, or nothing came."""
    NAMED = "named"
    UNKNOWN = "unknown"
    """What came is wrong, and nothing known explains all of it."""


class ReportStatus(StrEnum):
    GRADED = "graded"
    UNREADABLE = "unreadable"
    NO_NOTEBOOK = "no_notebook"
    """Something or nothing was handed in, but no notebook."""
    GRADER_ERROR = "grader_error"


_Score = Annotated[float, msgspec.Meta(ge=0)]


class _Reported(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Remark(_Reported, frozen=True):
    """Something worth knowing that costs nothing by itself. `cell` counts the notebook's cells from 1."""

    id: str
    message: str
    cell: int | None = None


class Example(_Reported, frozen=True):
    """A public case in which it goes wrong. `expected` and `got` are numbers or nested lists, None where nothing came.

    Numbers that are not finite stand as strings ("nan", "inf"), since JSON has none.
    """

    call: str
    inputs: dict[str, Any]
    output: str
    where: str
    expected: Any
    got: Any
    rule: str
    """The rule that is broken there, if it is a rule that was checked: "attention of query 1 must sum to 1, …"."""


class Misconception(_Reported, frozen=True):
    """What was done otherwise. `cost` is the share of the points for values that it takes, where it explains them."""

    id: str
    title: str
    explanation: str
    hint: str
    cost: float


class CriterionScore(_Reported, frozen=True):
    """`score` is null where no mark was given: a fault of the grader."""

    id: str
    title: str
    status: Status
    score: _Score | None
    max_score: _Score
    message: str
    example: Example | None


class Override(_Reported, frozen=True):
    """An instructor's points in place of the grader's. What the grader gave stands in `graded_*`."""

    points: _Score
    reason: str
    graded_score: _Score | None
    graded_status: Status


class ExerciseScore(_Reported, frozen=True):
    id: str
    title: str
    status: Status
    score: _Score | None
    max_score: _Score
    criteria: list[CriterionScore]
    diagnosis: DiagnosisStatus
    misconceptions: list[Misconception]
    override: Override | None = None
    """If there is one, `score` and `status` are the instructor's."""


class AssignmentRef(_Reported, frozen=True):
    id: str
    title: str
    digest: str


class Owner(_Reported, frozen=True):
    """Who handed it in, as the platform's download says."""

    platform: str
    """"moodle", "canvas", "blackboard", "ilias", "gradescope", "nbgrader", or "folders"."""
    id: str
    """What the platform knows the student or team by; empty where its download doesn't say."""
    name: str
    folder: str
    """The student's folder in the download: feedback goes back under the same name. Empty where there was none."""
    late: bool | None = None
    """None: the download doesn't say."""
    email: str = ""


class SubmissionRef(_Reported, frozen=True):
    """`sha256` is null where the file was not read: too large, a link, no permission."""

    id: str
    file: str
    sha256: str | None
    owner: Owner | None = None


class ScoreReport(_Reported, kw_only=True, frozen=True):
    """One submission's report. The same submission, assignment and grader give the same bytes."""

    schema: Literal["grader.report/1"] = "grader.report/1"
    assignment: AssignmentRef
    submission: SubmissionRef
    status: ReportStatus
    score: _Score | None
    max_score: _Score
    exercises: list[ExerciseScore]
    remarks: list[Remark]

"""What an export gives back: files, whom it left out and why, and what else the instructor should know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.plaintext import one_line
from grader.score_report import ReportStatus, ScoreReport

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A submission of which the platform learns no score, and why."""

    submission: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exported:
    files: Mapping[str, bytes]
    """By relative path, always with `/`."""
    left_empty: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    """What was done otherwise than one might expect, and what else the platform needs."""


def has_score(report: ScoreReport) -> bool:
    """Whether there is a mark to export. Where the grader failed there is none, and none may be made up."""
    return report.status is not ReportStatus.GRADER_ERROR and report.score is not None


def without_score(reports: Iterable[ScoreReport]) -> tuple[LeftOut, ...]:
    """Those at which the grader failed."""
    return tuple(LeftOut(one.submission.id, grader_fault(one)) for one in reports if not has_score(one))


def grader_fault(report: ScoreReport) -> str:
    """Why there is no score: in the report's own words, if it has any."""
    known = (one_line(remark.message, _LONGEST_REASON) for remark in report.remarks if remark.id == "grader_error")
    said = next(known, "") or "The grader itself failed here. This is no fault of the submission."
    return f"{said} Grade it again."


def distinct(left_out: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(dict.fromkeys(left_out))

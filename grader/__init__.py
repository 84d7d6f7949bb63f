"""Grades the notebooks of the course Neural Computation: student code computes, the grader judges.

Names are loaded when they are used: kernels import `grader.kernel_side`, and must not pay for the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grader.version import __version__

if TYPE_CHECKING:
    from grader.api import grade, grade_all
    from grader.errors import AuthorError, GradingError, InternalError, SubmissionError, UsageError
    from grader.score_report import (
        CriterionScore,
        Example,
        ExerciseScore,
        Misconception,
        Override,
        Owner,
        Remark,
        ReportStatus,
        ScoreReport,
        Status,
    )

__all__ = [
    "AuthorError",
    "CriterionScore",
    "Example",
    "ExerciseScore",
    "GradingError",
    "InternalError",
    "Misconception",
    "Override",
    "Owner",
    "Remark",
    "ReportStatus",
    "ScoreReport",
    "Status",
    "SubmissionError",
    "UsageError",
    "__version__",
    "grade",
    "grade_all",
]

_HOMES = {
    "grader.api": ("grade", "grade_all"),
    "grader.errors": ("AuthorError", "GradingError", "InternalError", "SubmissionError", "UsageError"),
    "grader.score_report": (
        "CriterionScore",
        "Example",
        "ExerciseScore",
        "Misconception",
        "Override",
        "Owner",
        "Remark",
        "ReportStatus",
        "ScoreReport",
        "Status",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module 'grader' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME_OF[name]), name)

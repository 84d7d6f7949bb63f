"""Grades the notebooks of the course Neural Computation: student code computes, the grader judges.

Names are loaded when they are used: kernels import `grader.kernel_side`, and must not pay for the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from grader.version import __version__

if TYPE_CHECKING:
    from grader.answer_key import AnswerKey, load_answer_key
    from grader.assignment import Assignment, load_assignment
    from grader.batch import grade_batch
    from grader.course import find_course
    from grader.discovery import find_submissions
    from grader.errors import AuthorError, GradingError, InternalError, SubmissionError, UsageError
    from grader.key_check import check_key
    from grader.pipeline import grade
    from grader.runner import KernelRunner, Runner
    from grader.score_report import ScoreReport

__all__ = [
    "AnswerKey",
    "Assignment",
    "AuthorError",
    "GradingError",
    "InternalError",
    "KernelRunner",
    "Runner",
    "ScoreReport",
    "SubmissionError",
    "UsageError",
    "__version__",
    "check_key",
    "find_course",
    "find_submissions",
    "grade",
    "grade_batch",
    "load_answer_key",
    "load_assignment",
]

_HOMES = {
    "grader.answer_key": ("AnswerKey", "load_answer_key"),
    "grader.assignment": ("Assignment", "load_assignment"),
    "grader.batch": ("grade_batch",),
    "grader.course": ("find_course",),
    "grader.discovery": ("find_submissions",),
    "grader.errors": ("AuthorError", "GradingError", "InternalError", "SubmissionError", "UsageError"),
    "grader.key_check": ("check_key",),
    "grader.model": ("ScoreReport",),
    "grader.pipeline": ("grade",),
    "grader.runner": ("KernelRunner", "Runner"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        message = f"module 'grader' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME_OF[name]), name)

"""Every exception of this package. Whose fault it is decides the class, and the class decides what happens.

GradingError
├── SubmissionError       the student's: the report says so, and the class goes on
│   └── UnreadableSubmission
├── AuthorError           the course author's: nothing can be graded before it is mended
│   ├── AssignmentError       in assignments/<id>/
│   └── AnswerKeyError       in reference/<id>.py
├── UsageError            the caller's: a path, an option, a folder that is not a course
│   ├── OverridesError        in overrides.toml
│   └── SandboxUnavailable    this machine can't seal student code as was asked
├── GradingStopped        somebody's wish: no result at all
└── InternalError         the grader's own: never a student's zero
    ├── KernelUnavailable     no kernel could be started
    └── WireError             the kernel answered with bytes that are no answer
"""

from __future__ import annotations


class GradingError(Exception):
    """The root: whatever this package raises on purpose."""


class SubmissionError(GradingError):
    """The student's file is at fault."""


class UnreadableSubmission(SubmissionError):  # noqa: N818 - a state of the file, reported by this name
    """The file can't be read as a notebook.

    `reason` is a stable word for machines (it becomes the id of a remark), `message` is for the student.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class AuthorError(GradingError):
    """The course folder is at fault; the message names the file, the place and the mend."""


class AssignmentError(AuthorError):
    """`assignments/<id>/` is missing, malformed or contradicts itself."""


class AnswerKeyError(AuthorError):
    """`reference/<id>.py` can't be loaded, or doesn't provide what the assignment asks of it."""


class UsageError(GradingError):
    """The caller asked for something that can't be done; the command line ends with exit code 2."""


class OverridesError(UsageError):
    """`overrides.toml` of a results folder is malformed or asks for what can't be."""


class SandboxUnavailable(UsageError):  # noqa: N818 - a state of the machine
    """Student code can't be sealed on this machine as was asked; the message says what is missing."""


class GradingStopped(GradingError):  # noqa: N818 - an event
    """Grading was stopped (Ctrl-C) before this submission was done. Nothing may be written of it."""


class InternalError(GradingError):
    """The grader's own fault: an exercise's score becomes null, never 0."""


class KernelUnavailable(InternalError):  # noqa: N818 - a state of the machine
    """A kernel could not be started, before any student code ran."""


class WireError(InternalError):
    """A reply of the kernel isn't of the agreed form.

    The sender runs student code, so the runner turns this into an observation; it never ends a batch.
    """

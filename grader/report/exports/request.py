"""What is asked of an export: the reports, and the platform's own file that is to be filled, if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.errors import UsageError
from grader.report.exports.feedback_text import FeedbackFile, feedback_file
from grader.score_report import ScoreReport


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A gradebook or worksheet as the platform exported it, or as somebody has saved it since: it is not trusted."""

    content: bytes
    name: str
    """As messages call it."""


@dataclass(frozen=True, slots=True)
class Options:
    column: str = ""
    """The title or the number of the assignment's column in a gradebook, where it isn't the assignment's own title."""
    feedback: FeedbackFile = feedback_file
    """Makes the one file of feedback that each student gets back."""


DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Request:
    reports: Sequence[ScoreReport]
    """At least one; all of one assignment."""
    worksheet: Worksheet | None
    now: datetime
    options: Options = DEFAULTS


def refuse_worksheet(request: Request, platform: str) -> None:
    """Raises UsageError where there is a file to fill that this platform has no use for."""
    if request.worksheet is not None:
        message = f"{request.worksheet.name}: an export to {platform} fills no file. Leave it out."
        raise UsageError(message)

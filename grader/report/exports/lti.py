"""LTI 1.3: scores as Assignment and Grade Services 2.0 take them, one file a submission, and an index for the sender.

https://www.imsglobal.org/spec/lti-ags/v2p0/#score-publish-service
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from grader.errors import UsageError
from grader.report.exports.claims import handed_in_twice
from grader.report.exports.exported import Exported, LeftOut, distinct, grader_fault, has_score, without_score
from grader.report.exports.feedback_text import line, summary_lines
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.safe_names import safe_path
from grader.score_report import ScoreReport

INDEX = "index.json"
MEDIA_TYPE = "application/vnd.ims.lis.v1.score+json"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
_USER_IDS = (
    "userId is what the download knows a student by (else the submission's id). Where the platform's LTI knows them by "
    "another, the sender has to replace it."
)
_NOTES = (
    _USER_IDS,
    "A score file without scoreGiven takes back a score that the platform may have: send it only if that is wanted.",
)


class _Score(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    user_id: str
    timestamp: str
    activity_progress: str
    grading_progress: str
    comment: str
    score_given: float | None = None
    score_maximum: float | None = None


class _Entry(msgspec.Struct, frozen=True):
    submission: str
    user_id: str
    file: str


class _Index(msgspec.Struct, frozen=True):
    media_type: str
    scope: str
    method: str
    path: str
    scores: list[_Entry]


def export_lti(request: Request) -> Exported:
    """Raises UsageError where `now` has no zone: platforms order scores by it."""
    refuse_worksheet(request, "LTI")
    if request.now.tzinfo is None:
        message = "LTI: the time of grading needs a zone."
        raise UsageError(message)
    twice = handed_in_twice(request.reports)
    sent = [one for one in request.reports if one.submission.id not in twice and one.max_score > 0]
    files = {_file(one): _json(_score(one, request.now)) for one in sent}
    entries = [_Entry(one.submission.id, _user(one), _file(one)) for one in sent]
    index = _Index(MEDIA_TYPE, SCOPE, "POST", "{lineitem}/scores", entries)
    nothing = [LeftOut(one.submission.id, _NO_POINTS) for one in request.reports if one.max_score == 0]
    left = [*without_score(request.reports), *(LeftOut(id_, why) for id_, why in twice.items()), *nothing]
    return Exported({INDEX: _json(index), **files}, distinct(left), _NOTES)


_NO_POINTS = "The assignment is worth no points, and LTI wants a scoreMaximum above 0."


def _score(report: ScoreReport, now: datetime) -> _Score:
    graded = has_score(report)
    return _Score(
        user_id=_user(report),
        timestamp=now.isoformat(timespec="milliseconds"),
        activity_progress="Completed",
        grading_progress="FullyGraded" if graded else "Failed",
        comment="\n".join(summary_lines(report)) if graded else grader_fault(report),
        score_given=report.score if graded else None,
        score_maximum=report.max_score if graded else None,
    )


def _user(report: ScoreReport) -> str:
    owner = report.submission.owner
    return line(owner.id) if owner is not None and owner.id else line(report.submission.id)


def _file(report: ScoreReport) -> str:
    return f"{safe_path(report.submission.id)}/score.json"


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"

"""ILIAS: feedback files for all at once (Submissions and Grades > Multi Feedback), by the download's folders."""

from __future__ import annotations

from grader.report.exports.exported import Exported
from grader.report.exports.feedback_zip import place_feedback, zipped
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.safe_names import is_safe_folder
from grader.score_report import Owner

FILE = "multi_feedback.zip"
_ROOT = "multi_feedback"
_MARKS = "ILIAS takes marks from no file: they stand in the feedback."


def export_ilias(request: Request) -> Exported:
    refuse_worksheet(request, "ILIAS")
    placed = place_feedback(request.reports, _path_in, request.options.feedback)
    return Exported({FILE: zipped(placed.entries)}, placed.left_out, (_MARKS,))


def _path_in(owner: Owner, file: str) -> str:
    return f"{_ROOT}/{owner.folder}/{file}" if is_safe_folder(owner.folder) else ""

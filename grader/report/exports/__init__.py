"""From reports to what platforms read: gradebooks filled, feedback files, results of an autograder, scores to be sent.

Everything here is made of `ScoreReport` alone, and the same reports give the same bytes. A fault of the grader is never
exported as a zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from grader.errors import UsageError
from grader.plaintext import one_line
from grader.report.exports.blackboard import export_blackboard
from grader.report.exports.canvas import export_canvas
from grader.report.exports.exported import Exported, LeftOut
from grader.report.exports.github_classroom import (
    export_github_classroom,
    github_classroom_result,
    github_classroom_variable,
)
from grader.report.exports.gradescope import export_gradescope, gradescope_results
from grader.report.exports.ilias import export_ilias
from grader.report.exports.junit import export_junit
from grader.report.exports.lti import export_lti
from grader.report.exports.moodle import FEEDBACK, export_moodle
from grader.report.exports.prairielearn import export_prairielearn, prairielearn_results
from grader.report.exports.request import DEFAULTS, Options, Request, Worksheet
from grader.report.exports.scores_table import export_csv
from grader.report.safe_names import is_safe_folder
from grader.score_report import ScoreReport

__all__ = [
    "DEFAULTS",
    "Exported",
    "Format",
    "LeftOut",
    "Options",
    "export",
    "github_classroom_result",
    "github_classroom_variable",
    "gradescope_results",
    "prairielearn_results",
]


class Format(StrEnum):
    GRADESCOPE = "gradescope"
    CANVAS = "canvas"
    MOODLE = "moodle"
    BLACKBOARD = "blackboard"
    ILIAS = "ilias"
    LTI = "lti"
    PRAIRIELEARN = "prairielearn"
    GITHUB_CLASSROOM = "github-classroom"
    JUNIT = "junit"
    CSV = "csv"


_EXPORTS: Mapping[Format, Callable[[Request], Exported]] = {
    Format.GRADESCOPE: export_gradescope,
    Format.CANVAS: export_canvas,
    Format.MOODLE: export_moodle,
    Format.BLACKBOARD: export_blackboard,
    Format.ILIAS: export_ilias,
    Format.LTI: export_lti,
    Format.PRAIRIELEARN: export_prairielearn,
    Format.GITHUB_CLASSROOM: export_github_classroom,
    Format.JUNIT: export_junit,
    Format.CSV: export_csv,
}


def export(
    format_: Format,
    reports: Sequence[ScoreReport],
    *,
    fill: bytes | None = None,
    fill_name: str = "",
    now: datetime,
    options: Options = DEFAULTS,
) -> Exported:
    """`fill` is the gradebook or worksheet that the platform exported, and `fill_name` its file's name.

    The filled file goes by the same name. `now` has a zone; only LTI's scores tell it. Raises UsageError.
    """
    _refuse(reports)
    worksheet = None if fill is None else Worksheet(fill, _file_name(fill_name, format_))
    exported = _EXPORTS[format_](Request(reports, worksheet, now, options))
    notes = (*exported.notes, *_of_several_versions(reports))
    return Exported(exported.files, exported.left_empty, notes)


def _refuse(reports: Sequence[ScoreReport]) -> None:
    if not reports:
        message = "There are no reports to export."
        raise UsageError(message)
    assignments = sorted({report.assignment.id for report in reports})
    if len(assignments) > 1:
        message = f"The reports are of several assignments: {', '.join(assignments)}. Export each alone."
        raise UsageError(message)
    for id_, times in Counter(report.submission.id for report in reports).items():
        if times > 1:
            message = f'There are {times} reports of the submission "{one_line(id_)}". Export one of them.'
            raise UsageError(message)


def _of_several_versions(reports: Sequence[ScoreReport]) -> tuple[str, ...]:
    if len({report.assignment.digest for report in reports}) == 1:
        return ()
    return (
        "The reports were made with different versions of the assignment. Grade all of them again to compare them.",
    )


def _file_name(name: str, format_: Format) -> str:
    """The last part of a path, if it can be the filled file's name beside the others."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last if is_safe_folder(last) and last != FEEDBACK else f"{format_.value}.csv"

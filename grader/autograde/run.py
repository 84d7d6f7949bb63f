"""The whole way on a platform: find, grade, and write what it reads; nothing where the grader fails."""

from __future__ import annotations

import time

import msgspec

from grader.autograde.class_run import autograde_class
from grader.autograde.gradescope_metadata import read_owner
from grader.autograde.grading import Say, graded_report, open_key, sealed_runner
from grader.autograde.one_submission import find_one
from grader.autograde.platforms import Places, Platform, Terms
from grader.plaintext import one_line
from grader.report.cell_text import points
from grader.report.exports.gradescope import gradescope_results
from grader.report.exports.prairielearn import prairielearn_results
from grader.report.files import write_atomically
from grader.score_report import ScoreReport


def autograde(platform: Platform, places: Places, terms: Terms, say: Say) -> None:
    """Grade the one submission at `places`, and write its results.json; on GitHub, a class.

    Raises GradingError or OSError where there are no results, and then there is no results.json, an old one neither.
    """
    if platform is Platform.GITHUB_CLASSROOM:
        autograde_class(places, terms, say)
        return
    started, results = time.monotonic(), places.results / "results.json"
    results.unlink(missing_ok=True)
    key = open_key(places.course, terms, say)
    owner = None if places.metadata is None else read_owner(places.metadata)
    id_ = owner.id if owner is not None and owner.id else "submission"
    file = find_one(places.submission, key.assignment, id_, owner)
    with sealed_runner(places, say) as runner:
        report = graded_report(file, key, runner)
    say(outcome_line(report))
    write_atomically(results, _encoded(platform, report, time.monotonic() - started))


def outcome_line(report: ScoreReport) -> str:
    """What was graded, and what came of it."""
    score = "-" if report.score is None else points(report.score)
    said = (
        f"{one_line(report.submission.file)}: {report.status.replace('_', ' ')}, {score} of {points(report.max_score)}"
    )
    return "; ".join([said, *(one_line(remark.message) for remark in report.remarks if report.score == 0)])


def _encoded(platform: Platform, report: ScoreReport, seconds: float) -> bytes:
    if platform is Platform.GRADESCOPE:
        return gradescope_results(report, execution_time=round(seconds, 3))
    return prairielearn_results(report)


def leave_no_zero(platform: Platform, places: Places) -> bool:
    """After a failure: what keeps the platform from making a 0 of it. Returns whether that takes a good exit code.

    Without a results.json Gradescope says that the autograder failed. PrairieLearn reads results of programs alone that
    ended well, and older servers give 0 points for all others.
    """
    if platform is Platform.PRAIRIELEARN:
        write_atomically(places.results / "results.json", msgspec.json.encode(_Ungradable()))
        return True
    return False


_OUR_FAULT = "The grader itself failed. This is no fault of yours, and costs no attempt. Please tell your instructor."


class _Ungradable(msgspec.Struct, frozen=True):
    gradable: bool = False
    message: str = _OUR_FAULT
    format_errors: tuple[str, ...] = (_OUR_FAULT,)
    """What PrairieLearn shows where something can't be graded."""

"""A folder of students' repositories ─▶ a results folder, and beside it what GitHub is told of each.

It is a results folder as of `grader grade`, so that all other commands can go on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.answer_key import AnswerKey
from grader.autograde.grading import Say, open_key, sealed_runner
from grader.autograde.one_submission import find_one
from grader.autograde.platforms import Places, Terms
from grader.batch import grade_batch
from grader.errors import InternalError, UsageError
from grader.model import SubmissionFile
from grader.plaintext import one_line
from grader.report.cell_text import points
from grader.report.exports.feedback_text import feedback_lines, score_line
from grader.report.exports.github_classroom import github_classroom_result
from grader.report.files import report_folder, write_atomically
from grader.report.json_report import decode_report
from grader.report.scores import ScoreRow
from grader.score_report import Owner, ReportStatus, ScoreReport
from grader.workers import Threads
from grader.workforce import available_cores

TOLD = "github-classroom"
"""In the results folder: of each repository what its students are told, and what Classroom's reporter reads."""

# GitHub takes 65536 characters a comment.
_MOST_CHARACTERS = 60_000


def autograde_class(places: Places, terms: Terms, say: Say) -> None:
    """Grade each folder of `places.submission`.

    Raises InternalError where the grader failed at some, when all others are done; other GradingErrors before.
    """
    key = open_key(places.course, terms, say)
    files = list(_submissions(places.submission, key))
    with sealed_runner(places, say) as runner:
        rows = grade_batch(files, key, Threads(key, runner, available_cores()), places.results)
    for row in rows:
        say(f"{one_line(row.id)}: {_outcome(row)}")
        if row.status is not ReportStatus.GRADER_ERROR:
            _write_told(places.results, row.id)
    write_atomically(places.results / "summary.md", "".join(_summary(rows)).encode())
    failed = [row.id for row in rows if row.status is ReportStatus.GRADER_ERROR]
    if failed:
        message = f"The grader failed at {', '.join(failed)}: see run.json beside each report. These have no score."
        raise InternalError(message)


def _submissions(folder: Path, key: AnswerKey) -> Iterator[SubmissionFile]:
    repositories = sorted(path for path in folder.glob("*") if path.is_dir() and not path.is_symlink())
    if not repositories:
        message = f"{folder}: there is no repository here. Each needs a folder of its own."
        raise UsageError(message)
    for path in repositories:
        name = path.name
        yield find_one(path, key.assignment, name, Owner(platform="folders", id=name, name=name, folder=name))


def _write_told(results: Path, id_: str) -> None:
    report = decode_report((report_folder(results, id_) / "report.json").read_bytes())
    write_atomically(results / TOLD / f"{id_}.json", github_classroom_result(report))
    write_atomically(results / TOLD / f"{id_}.md", feedback_comment(report).encode())


def feedback_comment(report: ScoreReport) -> str:
    """Markdown: the score, and all else as code, where nothing is markup and nobody is mentioned."""
    text = "".join(f"    {line}".rstrip() + "\n" for line in feedback_lines(report))
    more = "\nThere is more than fits here: ask your instructor.\n" if len(text) > _MOST_CHARACTERS else ""
    return f"{score_line(report)}\n\n{text[:_MOST_CHARACTERS].rstrip()}\n{more}"


def _summary(rows: Sequence[ScoreRow]) -> Iterator[str]:
    yield "| repository | result |\n| --- | --- |\n"
    for row in rows:
        yield f"| {one_line(row.id).replace('|', '/')} | {_outcome(row)} |\n"


def _outcome(row: ScoreRow) -> str:
    score = "no score" if row.score is None else points(row.score)
    status = "" if row.status is ReportStatus.GRADED else f" ({row.status.replace('_', ' ')})"
    return f"{score} of {points(row.max_score)}{status}"

"""A class as it was graded: the reports of a results folder, with the overrides of today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.overrides import Overrides, load_overrides, with_overrides
from grader.report.files import report_folder
from grader.report.json_report import encode_report
from grader.report.scores import Scores, decode_scores, score_row
from grader.results import SCORES, entries, is_unfinished, locked, write_results, write_scores, written_report
from grader.score_report import ScoreReport


@dataclass(frozen=True, slots=True)
class GradedClass:
    reports: tuple[ScoreReport, ...]
    """In the order of scores.json."""
    notes: tuple[str, ...]
    """What whoever asked should know: submissions without a report, overrides without a submission."""


def read_class(results: Path) -> GradedClass:
    """The class of a results folder. Where overrides.toml has changed, the reports and scores there follow it.

    A report that somebody else has changed is left out, and said. Raises UsageError where the folder holds no finished
    batch, or another command writes there; OverridesError.
    """
    if not (results / SCORES).exists() and not is_unfinished(results):
        message = f"{results}: holds no scores. Name a folder that `grader grade` has finished."
        raise UsageError(message)
    with locked(results):
        return _read(results)


def _read(results: Path) -> GradedClass:
    if is_unfinished(results):
        message = f"{results}: the last batch here was ended before it was done. Give its command again, then this one."
        raise UsageError(message)
    scores, known = _scores(results), entries(results)
    written = {row.id: written_report(results, known[row.id]) for row in scores.submissions if row.id in known}
    on_disk = {id_: report for id_, report in written.items() if report is not None}
    if scores.submissions and not on_disk:
        message = f"{results}: none of its reports can be read as it was written. Run `grader grade` again."
        raise UsageError(message)
    exercises = {one.id: one.max_score for report in on_disk.values() for one in report.exercises}
    overrides = load_overrides(results, list(exercises.items()))
    reports = {id_: with_overrides(report, overrides) for id_, report in on_disk.items()}
    changed = [report for id_, report in reports.items() if report != on_disk[id_]]
    if changed:
        _write(results, scores, changed, reports)
    return GradedClass(tuple(reports.values()), tuple(_notes(scores, reports, overrides)))


def _scores(results: Path) -> Scores:
    path = results / SCORES
    try:
        return decode_scores(path.read_bytes())
    except OSError as error:
        message = f"{path}: can't be read: {error.strerror}. Name a folder that `grader grade` has finished."
        raise UsageError(message) from error
    except msgspec.MsgspecError as error:
        message = f"{path}: is not of this grader's making: {error}. Run `grader grade` again."
        raise UsageError(message) from error


def _write(results: Path, scores: Scores, changed: Sequence[ScoreReport], reports: dict[str, ScoreReport]) -> None:
    rows = [score_row(reports[row.id]) if row.id in reports else row for row in scores.submissions]
    for report in changed:
        write_results(report_folder(results, report.submission.id), "report.json", encode_report(report))
    write_scores(results, scores.assignment, rows)


def _notes(scores: Scores, reports: dict[str, ScoreReport], overrides: Overrides) -> Iterator[str]:
    for row in scores.submissions:
        if row.id not in reports:
            yield f"{row.id}: has no report as it was written, so nothing is exported. Run `grader grade` again."
    yield from overrides.unused({row.id for row in scores.submissions})

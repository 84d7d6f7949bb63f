"""A class as it was graded: the reports of a results folder, with the overrides of today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.overrides import Overrides, load_overrides, with_overrides
from grader.report.files import report_folder
from grader.report.json_report import decode_report, encode_report
from grader.report.scores import ScoreRow, Scores, decode_scores, encode_csv, encode_scores, score_row
from grader.results import locked, write_results
from grader.score_report import ScoreReport

SCORES = "scores.json"


@dataclass(frozen=True, slots=True)
class GradedClass:
    reports: tuple[ScoreReport, ...]
    """In the order of scores.json."""
    notes: tuple[str, ...]
    """What whoever asked should know: submissions without a report, overrides without a submission."""


def read_class(results: Path) -> GradedClass:
    """The class of a results folder. Where overrides.toml has changed, the reports and scores there follow it.

    Raises UsageError where the folder holds no finished batch, OverridesError.
    """
    scores = _scores(results)
    on_disk = {row.id: report for row in scores.submissions if (report := _report(results, row)) is not None}
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


def _report(results: Path, row: ScoreRow) -> ScoreReport | None:
    try:
        return decode_report((report_folder(results, row.id) / "report.json").read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _write(results: Path, scores: Scores, changed: Sequence[ScoreReport], reports: dict[str, ScoreReport]) -> None:
    rows = [score_row(reports[row.id]) if row.id in reports else row for row in scores.submissions]
    with locked(results):
        for report in changed:
            folder = report_folder(results, report.submission.id)
            write_results(folder, "report.json", encode_report(report))
        write_results(results, SCORES, encode_scores(scores.assignment, rows))
        write_results(results, "scores.csv", encode_csv(rows))


def _notes(scores: Scores, reports: dict[str, ScoreReport], overrides: Overrides) -> Iterator[str]:
    for row in scores.submissions:
        if row.id not in reports:
            yield f"{row.id}: has no report that can be read, so nothing is exported. Run `grader grade` again."
    yield from overrides.unused({row.id for row in scores.submissions})

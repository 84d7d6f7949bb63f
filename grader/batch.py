"""Many submissions: each ends with a report on disk, whatever happens to the others, and however often it is begun.

The same command given again goes on where the last one was ended: finished reports are kept, and nothing is graded
twice.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from grader.answer_key import AnswerKey
from grader.errors import InternalError, UnreadableSubmission
from grader.journal import JournalEntry
from grader.made_with import grader_digest
from grader.model import SubmissionFile
from grader.overrides import Overrides, load_overrides
from grader.report.files import report_folder
from grader.report.scores import ScoreRow, score_row
from grader.results import Results, open_results, write_results, write_scores
from grader.rubric import exercise_points
from grader.score_report import AssignmentRef, ReportStatus
from grader.submission import read_bytes
from grader.workers import Outcome, Workers


class Listener(Protocol):
    """Is told how the batch goes on, in the caller's thread."""

    def begin(self, finished: Sequence[ScoreRow], to_do: int, notes: Sequence[str]) -> None:
        """So many were finished by an earlier batch, so many are to be graded, and this should be known."""

    def done(self, row: ScoreRow) -> None:
        """In the order in which submissions end."""


class _Nobody:
    def begin(self, finished: Sequence[ScoreRow], to_do: int, notes: Sequence[str]) -> None:
        pass

    def done(self, row: ScoreRow) -> None:
        pass


@dataclass(frozen=True, slots=True)
class BatchOptions:
    regrade: bool = False
    """Grade what is finished, too."""
    made_with: str = ""
    """Which grader the workers are, where it isn't this process's."""
    keep_notebooks: bool = False
    """Whether outcomes come with the notebook as it was run."""
    intake: bytes | None = None
    """intake.json: what was taken for whose, and what was left out."""


_DEFAULTS = BatchOptions()
_MOST_NAMED = 5


def grade_batch(
    files: Sequence[SubmissionFile],
    key: AnswerKey,
    workers: Workers,
    folder: Path,
    listener: Listener | None = None,
    options: BatchOptions = _DEFAULTS,
) -> list[ScoreRow]:
    """Grade `files`; write a report each, and at the end scores.json and scores.csv. The rows are in their order.

    Raises UsageError where the results folder can't be written, now or at the end, is another batch's, or holds
    overrides that can't be; a report that can't be written is a row with the status `grader_error`.
    """
    told: Listener = listener or _Nobody()
    overrides = load_overrides(folder, exercise_points(key))
    made_with = f"{key.digest} {options.made_with or grader_digest()}"
    with open_results(folder, made_with, overrides, anew=options.regrade) as results:
        known = results.journal.known
        rows = dict(_finished(files, key, results, known, keep_notebooks=options.keep_notebooks))
        to_do = [file for file in files if file.id not in rows]
        if options.intake is not None:
            write_results(folder, "intake.json", options.intake)
        told.begin(list(rows.values()), len(to_do), list(_notes(files, known, overrides)))
        with closing(workers.grade(to_do)) as outcomes:
            for outcome in outcomes:
                rows[outcome.file.id] = _keep(outcome, results)
                told.done(rows[outcome.file.id])
        ordered = [rows[file.id] for file in files]
        assignment = AssignmentRef(key.assignment.id, key.assignment.title, key.digest)
        write_scores(folder, assignment, ordered)
        results.finish()
    return ordered


def _notes(files: Sequence[SubmissionFile], known: Mapping[str, JournalEntry], overrides: Overrides) -> Iterator[str]:
    ids = {file.id for file in files}
    others = sorted(known.keys() - ids)
    if others:
        shown = ", ".join(others[:_MOST_NAMED]) + (", …" if len(others) > _MOST_NAMED else "")
        yield f"{len(others)} that were graded into this folder before are not among these, nor in its scores: {shown}."
    yield from overrides.unused(ids)
    yield from _doubles(files)


def _doubles(files: Sequence[SubmissionFile]) -> Iterator[str]:
    """Whoever's work was named twice, as with an older and a newer download."""
    by_owner = defaultdict[tuple[str, str], list[str]](list)
    for file in files:
        if file.owner is not None and file.owner.id:
            by_owner[file.owner.platform, file.owner.id].append(file.id)
    for (platform, _), ids in by_owner.items():
        if len(ids) > 1:
            yield f"To {platform} these are of one student, and none of them can be exported: {', '.join(ids)}."


def _finished(
    files: Sequence[SubmissionFile],
    key: AnswerKey,
    results: Results,
    known: Mapping[str, JournalEntry],
    *,
    keep_notebooks: bool,
) -> Iterator[tuple[str, ScoreRow]]:
    for file in files:
        if file.id not in known:
            continue
        report = results.finished(file, _sha256(file, key.assignment.limits.notebook_bytes), known[file.id])
        if report is None:
            continue
        lacks_notebook = report.status is ReportStatus.GRADED and not results.has_notebook(file)
        if not (keep_notebooks and lacks_notebook):
            yield file.id, score_row(report)


def _sha256(file: SubmissionFile, limit: int) -> str | None:
    """None where there is nothing to be read, as in the report."""
    try:
        return hashlib.sha256(read_bytes(file, limit)).hexdigest()
    except (UnreadableSubmission, InternalError):
        return None


def _keep(outcome: Outcome, results: Results) -> ScoreRow:
    try:
        return score_row(results.keep(outcome))
    except (OSError, ValueError) as error:
        # A full disk, a path too long, a name that this file system can't hold: ours, and the class goes on.
        with suppress(OSError, ValueError):
            (report_folder(results.folder, outcome.file.id) / "report.json").unlink()
        row = score_row(outcome.report)
        unwritten: dict[str, float | None] = dict.fromkeys(row.exercises)
        return msgspec.structs.replace(
            row,
            status=ReportStatus.GRADER_ERROR,
            score=None,
            exercises=unwritten,
            misconceptions={},
            unknown=[],
            overridden={},
            problem=str(error),
        )

"""Many submissions, several at once: each ends with a report on disk, whatever happens to the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from grader.answer_key import AnswerKey
from grader.errors import UsageError
from grader.model import SubmissionFile
from grader.pipeline import grade
from grader.report.files import report_folder, write_atomically
from grader.report.json_report import encode_report
from grader.report.run_record import encode_record, run_record
from grader.report.scores import ScoreRow, encode_csv, encode_scores, score_row
from grader.runner.protocol import Runner
from grader.score_report import AssignmentRef, ReportStatus


def grade_batch(
    files: Sequence[SubmissionFile],
    key: AnswerKey,
    runner: Runner,
    results: Path,
    *,
    jobs: int,
    on_done: Callable[[ScoreRow], None] = lambda _: None,
) -> list[ScoreRow]:
    """Grade `files`, `jobs` at a time; write a report each, and at the end scores.json and scores.csv.

    `on_done` is called in the caller's thread, in the order in which submissions end. The rows returned are in the
    order of `files`. Raises UsageError where the results folder can't be written, now or at the end; a report that
    can't be written is a row with the status `grader_error`.
    """
    _write(results, {".writable": b""})
    (results / ".writable").unlink()
    rows: dict[str, ScoreRow] = {}
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="grading") as pool:
        waiting = [pool.submit(_grade_one, file, key, runner, results) for file in files]
        try:
            for done in as_completed(waiting):
                row = done.result()
                rows[row.id] = row
                on_done(row)
        except BaseException:
            _stop(waiting, runner)
            raise
    ordered = [rows[file.id] for file in files]
    assignment = AssignmentRef(key.assignment.id, key.assignment.title, key.digest)
    _write(results, {"scores.json": encode_scores(assignment, ordered), "scores.csv": encode_csv(ordered)})
    return ordered


def _grade_one(file: SubmissionFile, key: AnswerKey, runner: Runner, results: Path) -> ScoreRow:
    started, clock = datetime.now(UTC).isoformat(timespec="milliseconds"), time.monotonic()
    graded = grade(file, key, runner)
    record = run_record(started, time.monotonic() - clock, graded.execution, graded.tracebacks)
    row = score_row(graded.report)
    try:
        folder = report_folder(results, file.id)
        write_atomically(folder / "run.json", encode_record(record))
        if graded.executed is not None:
            write_atomically(folder / "executed.ipynb", graded.executed)
        write_atomically(folder / "report.json", encode_report(graded.report))
    except (OSError, ValueError) as error:
        # A full disk, a path too long, a name that this file system can't hold: ours, and the class goes on. What an
        # earlier batch wrote there is not this one's report.
        with suppress(OSError, ValueError):
            (report_folder(results, file.id) / "report.json").unlink()
        unwritten = dict.fromkeys(row.exercises)
        return ScoreRow(row.id, row.file, ReportStatus.GRADER_ERROR, None, row.max_score, unwritten, problem=str(error))
    return row


def _write(results: Path, contents: Mapping[str, bytes]) -> None:
    try:
        for name, content in contents.items():
            write_atomically(results / name, content)
    except OSError as error:
        message = f"{results}: can't be written: {error.strerror}. Make room, or name another folder with -o."
        raise UsageError(message) from error


def _stop(waiting: Sequence[Future[ScoreRow]], runner: Runner) -> None:
    for future in waiting:
        future.cancel()
    runner.stop()

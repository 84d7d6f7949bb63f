"""The results folder: who may write it, which reports in it are finished, and how one gets there whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock
import msgspec

from grader.errors import UsageError
from grader.journal import Journal, JournalEntry, fingerprint, open_journal, read_journal, report_digest
from grader.model import SubmissionFile
from grader.overrides import Overrides, with_overrides, without_overrides
from grader.report.files import HALF_WRITTEN, report_folder, write_atomically
from grader.report.json_report import decode_report, encode_report
from grader.report.run_record import encode_record
from grader.score_report import ReportStatus, ScoreReport
from grader.workers import Outcome

_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Results:
    """An open results folder, which no other batch can write meanwhile."""

    folder: Path
    made_with: str
    """Stands for the assignment and the grader: reports of others are not taken for finished."""
    overrides: Overrides
    journal: Journal

    def finished(self, file: SubmissionFile, sha256: str | None, entry: JournalEntry | None) -> ScoreReport | None:
        """The report that `entry` speaks of, if it is this submission's, and is there as it was written.

        It has the overrides of today. A fault of the grader is never taken for finished: it may be gone by now.
        """
        if entry is None or entry.fingerprint != fingerprint(file, sha256, self.made_with):
            return None
        path = report_folder(self.folder, file.id) / "report.json"
        try:
            content = path.read_bytes()
            graded = without_overrides(decode_report(content))
        except (OSError, ValueError, msgspec.MsgspecError):
            return None
        if report_digest(encode_report(graded)) != entry.report or graded.status is ReportStatus.GRADER_ERROR:
            return None
        report = with_overrides(graded, self.overrides)
        if content != encode_report(report):
            write_atomically(path, encode_report(report))
        return report

    def keep(self, outcome: Outcome) -> ScoreReport:
        """Write the report, and what belongs to it; then only its line in the journal. Raises OSError or ValueError.

        What an earlier batch has written there goes first: beside a report that can't be written it would be taken for
        this one's.
        """
        file, graded = outcome.file, outcome.report
        folder = report_folder(self.folder, file.id)
        for name in ("report.json", "executed.ipynb"):
            with suppress(FileNotFoundError, NotADirectoryError):
                (folder / name).unlink()
        write_atomically(folder / "run.json", encode_record(outcome.record))
        if outcome.executed is not None:
            write_atomically(folder / "executed.ipynb", outcome.executed)
        report = with_overrides(graded, self.overrides)
        write_atomically(folder / "report.json", encode_report(report))
        made_of = fingerprint(file, graded.submission.sha256, self.made_with)
        self.journal.add(JournalEntry(file.id, made_of, report_digest(encode_report(graded))))
        return report

    def has_notebook(self, file: SubmissionFile) -> bool:
        """Whether the notebook as it was run was kept."""
        return (report_folder(self.folder, file.id) / "executed.ipynb").exists()


@contextmanager
def open_results(folder: Path, made_with: str, overrides: Overrides) -> Iterator[Results]:
    """Lock the folder, remove what a killed batch left half written, and open its journal.

    Raises UsageError where another batch writes there, or nobody can.
    """
    with locked(folder):
        with _writable(folder):
            for left in folder.rglob(HALF_WRITTEN):
                left.unlink()
            journal = open_journal(folder)
        try:
            yield Results(folder, made_with, overrides, journal)
        finally:
            journal.close()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else writes in the folder meanwhile; it is made if need be. Raises UsageError."""
    lock = filelock.FileLock(folder / _LOCK, timeout=0)
    try:
        with _writable(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
    except filelock.Timeout as error:
        message = f"{folder}: another batch is writing its results here. Wait for its end, or name another folder."
        raise UsageError(message) from error
    except NotImplementedError as error:
        message = f"{folder}: files can't be locked here, so two batches could mix. Name another folder with -o."
        raise UsageError(message) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except filelock.Timeout:
        raise  # an OSError too, but no matter of room
    except OSError as error:
        message = f"{folder}: can't be written: {error.strerror}. Make room, or name another folder with -o."
        raise UsageError(message) from error


def write_results(folder: Path, name: str, content: bytes) -> None:
    """One file of the whole class. Raises UsageError where there is no room for it."""
    with _writable(folder):
        write_atomically(folder / name, content)


def entries(folder: Path) -> dict[str, JournalEntry]:
    """What the journal says is finished. Raises UsageError where it can't be read."""
    with _writable(folder):
        return read_journal(folder)

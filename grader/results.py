"""The results folder: who may write it, which reports in it are finished, and how one gets there whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC
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
from grader.report.scores import ScoreRow, encode_csv, encode_scores
from grader.score_report import AssignmentRef, ReportStatus, ScoreReport
from grader.workers import Outcome

_LOCK = ".lock"
UNFINISHED = ".unfinished"
SCORES = "scores.json"
# The names of what the last export wrote.
_EXPORTED = ".exported"


@dataclass(frozen=True, slots=True)
class Results:
    """An open results folder, which no other batch can write meanwhile."""

    folder: Path
    made_with: str
    """Stands for the assignment and the grader: reports of others are not taken for finished."""
    overrides: Overrides
    journal: Journal

    def finished(self, file: SubmissionFile, sha256: str | None, entry: JournalEntry) -> ScoreReport | None:
        """The report that `entry` speaks of, if it is this submission's, and is there as it was written.

        It has the overrides of today. A fault of the grader is never taken for finished: it may be gone by now.
        """
        if entry.fingerprint != fingerprint(file, sha256, self.made_with):
            return None
        written = written_report(self.folder, entry)
        if written is None or without_overrides(written).status is ReportStatus.GRADER_ERROR:
            return None
        named = msgspec.structs.replace(written.submission, file=file.file)
        report = with_overrides(msgspec.structs.replace(written, submission=named), self.overrides)
        if report != written:
            write_atomically(report_folder(self.folder, file.id) / "report.json", encode_report(report))
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
        self.journal.add(JournalEntry(file.id, made_of, report_digest(graded)))
        return report

    def finish(self) -> None:
        """All is written. Raises UsageError."""
        with _writable(self.folder):
            (self.folder / UNFINISHED).unlink(missing_ok=True)

    def has_notebook(self, file: SubmissionFile) -> bool:
        """Whether the notebook as it was run was kept."""
        return (report_folder(self.folder, file.id) / "executed.ipynb").exists()


def written_report(folder: Path, entry: JournalEntry) -> ScoreReport | None:
    """The report of a submission, if it is there as it was written: whole, and changed by nobody."""
    try:
        report = decode_report((report_folder(folder, entry.id) / "report.json").read_bytes())
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return report if report_digest(report) == entry.report else None


@contextmanager
def open_results(folder: Path, made_with: str, overrides: Overrides, *, anew: bool = False) -> Iterator[Results]:
    """Lock the folder, remove what a killed batch left half written, and open its journal; `anew`: an empty one.

    From then on until `finish` the folder says that it is unfinished. Raises UsageError where another batch writes
    there, or nobody can.
    """
    with locked(folder):
        with _writable(folder):
            for left in (*folder.glob(HALF_WRITTEN), *(folder / "reports").rglob(HALF_WRITTEN)):
                with suppress(OSError):
                    left.unlink()
            write_atomically(folder / UNFINISHED, b"")
            journal = open_journal(folder, anew=anew)
        try:
            yield Results(folder, made_with, overrides, journal)
        finally:
            journal.close()


def is_unfinished(folder: Path) -> bool:
    """Whether the last batch there was ended before it had written its scores, or still runs."""
    return (folder / UNFINISHED).exists()


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
        message = f"{folder}: can't be written: {error.strerror}. {_mend(error)} with -o."
        raise UsageError(message) from error


def _mend(error: OSError) -> str:
    return "Make room, or name another folder" if error.errno in {ENOSPC, EDQUOT} else "Name another folder"


def write_results(folder: Path, name: str, content: bytes) -> None:
    """One file of the whole class. Raises UsageError where there is no room for it."""
    with _writable(folder):
        write_atomically(folder / name, content)


def write_scores(folder: Path, assignment: AssignmentRef, rows: Sequence[ScoreRow]) -> None:
    """The class in one file, for programs and for spreadsheets. Raises UsageError."""
    write_results(folder, SCORES, encode_scores(assignment, rows))
    write_results(folder, "scores.csv", encode_csv(rows))


def entries(folder: Path) -> dict[str, JournalEntry]:
    """What the journal says is finished. Raises UsageError where it can't be read."""
    with _writable(folder):
        return read_journal(folder)


def write_exported(folder: Path, files: Mapping[str, bytes]) -> None:
    """These files, and none of an earlier export: else somebody would upload what is no longer so.

    Raises UsageError.
    """
    with _writable(folder):
        listed = folder / _EXPORTED
        earlier = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
        write_atomically(listed, _lines({*earlier, *files}))
        for path in {folder / name for name in earlier} - {folder / name for name in files}:
            if ".." not in path.parts and path.is_relative_to(folder):
                with suppress(OSError):
                    path.unlink()
        for name, content in sorted(files.items()):
            write_atomically(folder / name, content)
        write_atomically(listed, _lines(files))


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in sorted(names)).encode()

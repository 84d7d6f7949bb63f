"""`journal.jsonl` in a results folder: which reports are finished, and what each was made of.

A line is added when a report lies on the disk, whole. So whatever a killed batch leaves behind, a report counts as
finished only if its line says that it was made of just this submission, assignment and grader, and its bytes are those
that were written then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from grader.model import SubmissionFile
from grader.overrides import without_overrides
from grader.report.files import write_atomically
from grader.report.json_report import encode_report
from grader.score_report import ScoreReport

FILE = "journal.jsonl"


class JournalEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    fingerprint: str
    """See `fingerprint`."""
    report: str
    """See `report_digest`."""


def fingerprint(file: SubmissionFile, sha256: str | None, made_with: str) -> str:
    """One word for all that a report is made of.

    `sha256` is the notebook's; `made_with` stands for the assignment and the grader. Not how the file is called where
    it is shown: the same notebook in a renamed folder need not be graded again.
    """
    parts = (file.id, file.refusal, file.absence, file.owner, file.remarks, sha256, made_with)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def report_digest(report: ScoreReport) -> str:
    """SHA-256 of the report as the grader made it: before any override, whatever its file is called by now."""
    ref = msgspec.structs.replace(report.submission, file="")
    made = msgspec.structs.replace(without_overrides(report), submission=ref)
    return hashlib.sha256(encode_report(made)).hexdigest()


@dataclass(slots=True)
class Journal:
    """Open for adding lines; to be closed in the end."""

    stream: IO[bytes]
    known: Mapping[str, JournalEntry]
    """What it said when it was opened."""

    def add(self, entry: JournalEntry) -> None:
        """Raises OSError. What was written of the line then is passed over when it is read."""
        self.stream.write(msgspec.json.encode(entry) + b"\n")
        self.stream.flush()
        os.fsync(self.stream.fileno())

    def close(self) -> None:
        self.stream.close()


def read_journal(results: Path) -> dict[str, JournalEntry]:
    """The last line of each submission. A line that a kill cut off is as none."""
    path = results / FILE
    return {entry.id: entry for entry in _entries(path.read_bytes())} if path.exists() else {}


def open_journal(results: Path, *, anew: bool = False) -> Journal:
    """Ready for new lines, on a line of their own; `anew`: nothing counts as finished. Raises OSError."""
    known = {} if anew else read_journal(results)
    # Written anew, since a cut line would swallow the next one.
    write_atomically(results / FILE, b"".join(msgspec.json.encode(entry) + b"\n" for entry in known.values()))
    return Journal((results / FILE).open("ab", buffering=0), known)


def _entries(content: bytes) -> Iterator[JournalEntry]:
    for line in content.splitlines():
        try:
            yield msgspec.json.decode(line, type=JournalEntry)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue

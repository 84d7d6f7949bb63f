"""The first bytes of a file of a download, wherever it lies."""

from __future__ import annotations

from grader.errors import InternalError, UnreadableSubmission
from grader.intake.archive import read_archived
from grader.intake.handed_in import Entry


def glance(entry: Entry, limit: int) -> bytes:
    """At most `limit` bytes; nothing where the file is refused or can't be read: grading it will say why."""
    if entry.refusal is not None or entry.is_folder:
        return b""
    try:
        if entry.name_in_archive is not None:
            return read_archived(entry.source, entry.name_in_archive, limit)[:limit]
        with entry.source.open("rb") as stream:
            return stream.read(limit)
    except (OSError, UnreadableSubmission, InternalError):
        return b""

"""Paths as the caller named them ─▶ what lies there: a notebook, a folder of them, or an archive."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from grader.errors import UsageError
from grader.intake.archive import list_archive
from grader.intake.file_kinds import is_archive, is_junk, is_notebook, is_zip
from grader.intake.folder import list_folder
from grader.intake.handed_in import Entry, Skipped
from grader.plaintext import decodable


class Kind(Enum):
    FILE = auto()
    FOLDER = auto()
    ARCHIVE = auto()


@dataclass(frozen=True, slots=True)
class Named:
    """A path that the caller named, opened. Entries' paths begin in `root`."""

    name: str
    """As it was named."""
    path: Path
    """Absolute; links are kept, since a link that is named is meant."""
    kind: Kind
    entries: tuple[Entry, ...]

    @property
    def root(self) -> Path:
        """The folder that holds everything; of an archive, the one that it would be unpacked to."""
        if self.kind is Kind.ARCHIVE:
            return self.path.with_suffix("")
        return self.path if self.kind is Kind.FOLDER else self.path.parent


def open_named(paths: Sequence[Path]) -> tuple[list[Named], list[Skipped]]:
    """What was named, each thing once, and archives that can't be read.

    Raises UsageError where a path doesn't exist, a folder can't be read, or no archive can and nothing else was named.
    """
    for path in paths:
        if not os.path.lexists(path):
            message = f"{decodable(str(path))}: there is no such file or folder."
            raise UsageError(message)
    opened: dict[Path, Named] = {}
    refused: list[Skipped] = []
    for path in paths:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links and change names
        one = _open(decodable(str(path)), absolute)
        if isinstance(one, Skipped):
            refused.append(one)
        else:
            opened.setdefault(absolute, one)
    if refused and not opened:
        raise UsageError("\n".join(one.reason for one in refused))
    return list(_once(list(opened.values()))), refused


def _open(name: str, path: Path) -> Named | Skipped:
    """What lies there, or why it is no archive that can be read."""
    if path.is_dir():
        return Named(name, path, Kind.FOLDER, tuple(list_folder(path)))
    if is_zip(path.name):
        try:
            return Named(name, path, Kind.ARCHIVE, list_archive(path))
        except UsageError as error:
            return Skipped(name, str(error))
    if is_archive(path.name):
        return Skipped(name, f"{name}: of archives, ZIP alone is opened. Unpack it and name the folder.")
    # Named by the caller, so a link is meant, and so is another suffix.
    refusal = None if path.is_file() else "It is not a regular file."
    return Named(name, path, Kind.FILE, (Entry(decodable(path.name), path, refusal=refusal),))


def _once(opened: Sequence[Named]) -> Iterator[Named]:
    """Without what lies in a folder that was named, too: notebooks and folders there, archives in the folder."""
    listed = {
        entry.source
        for one in opened
        if one.kind is Kind.FOLDER
        for entry in one.entries
        if entry.is_folder or (is_notebook(entry.path) and entry.refusal is None)
        if not any(map(is_junk, entry.path.split("/")))
    }
    kept = [one for one in opened if one.kind is Kind.ARCHIVE or one.path not in listed]
    apart = {one.path for one in kept}
    for one in kept:
        within = one.entries
        if one.kind is Kind.FOLDER:
            within = tuple(entry for entry in within if entry.source not in apart)
        yield replace(one, entries=within)

"""What lies in a download, and who handed in what: the values that travel through the intake, each frozen.

paths ─▶ Entry ─▶ Node ─▶ HandedIn ─▶ SubmissionFile
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from grader.assignment import Assignment
from grader.model import SubmissionFile
from grader.score_report import Owner


class Layout(StrEnum):
    """How a download is laid out: which of its names are students."""

    AUTO = "auto"
    """Whatever its names say; where they say nothing for certain, `PLAIN`."""
    PLAIN = "plain"
    """Every notebook is a submission."""
    FOLDERS = "folders"
    """Every top-level folder is a student."""
    MOODLE = "moodle"
    CANVAS = "canvas"
    BLACKBOARD = "blackboard"
    ILIAS = "ilias"
    GRADESCOPE = "gradescope"
    NBGRADER = "nbgrader"


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was left out or refused, and why. `file` is the path as it is shown to people."""

    file: str
    reason: str
    is_usual: bool = field(default=False, compare=False)
    """Any class has such: what lies beside a notebook. Nobody needs to look at it."""


@dataclass(frozen=True, slots=True)
class Intake:
    """All that was found: `submissions` sorted by id, `skipped` by file."""

    submissions: tuple[SubmissionFile, ...]
    skipped: tuple[Skipped, ...]
    layouts: Mapping[str, str]
    """Each path as it was named ─▶ the layout that was recognised."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of a download, on disk or in an archive."""

    path: str
    """From what was named on, with `/`, fit to be shown."""
    source: Path
    """The file itself, or the archive that holds it."""
    name_in_archive: str | None = None
    is_folder: bool = False
    refusal: str | None = None
    """Why it must not be opened."""


@dataclass(frozen=True, slots=True)
class Node:
    """A name in a download, with all that lies below it, sorted by name."""

    name: str
    path: str
    source: Path
    """On disk: the file or folder itself, or the archive that holds it."""
    entry: Entry | None = None
    """The file; None: a folder."""
    children: tuple[Node, ...] = ()

    @property
    def is_folder(self) -> bool:
        return self.entry is None

    def files(self, above: str = "") -> Iterator[tuple[str, Entry]]:
        """Each file below, and its path from here; of a file, itself."""
        if self.entry is not None:
            yield above + self.name, self.entry
        for child in self.children:
            yield from child.files(above) if child.entry is not None else child.files(f"{above}{child.name}/")


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file that a student handed in. `name` is the student's own: without what the platform wrote before it."""

    name: str
    entry: Entry
    attempt: str = ""
    """When it was handed in, where a platform keeps several attempts: a later one sorts behind."""
    sequence: int = 0
    """The larger, the later, of files of one attempt."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What one student or team handed in: several notebooks, something else, or nothing at all."""

    id: str
    owner: Owner
    node: Node
    """The folder or file in the download."""
    nothing: str
    """What is said where there is no file."""
    files: tuple[HandedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Arranged:
    """A download by its students. `strays` are files that have not the layout's form."""

    handed_in: tuple[HandedIn, ...]
    strays: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()


Glance: TypeAlias = Callable[[Entry, int], bytes]
"""(a file, a limit) ─▶ its first bytes; none where it can't be read."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a layout may ask besides the names."""

    glance: Glance
    assignment: Assignment | None

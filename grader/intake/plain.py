"""Files of no platform ─▶ submissions: every notebook is one, and its path is its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from grader.intake.file_kinds import is_archive, is_junk, is_notebook, stem_of
from grader.intake.handed_in import Entry, Skipped
from grader.intake.named_paths import Kind, Named
from grader.intake.submissions import may_be_notebook
from grader.intake.unique_ids import Candidate
from grader.model import SubmissionFile
from grader.plaintext import decodable

_NOT_OPENED = "Archives in a folder are not opened. If it is a class's download, name it itself."


def plain_submissions(named: Named, prefix: str, place: str) -> Iterator[Candidate]:
    """A submission for each notebook that was named, or lies in what was named.

    A notebook alone in its folder goes by the folder, others by their path without its suffix.
    """
    found = list(_notebooks(named))
    beside = Counter(_folder(entry.path) for entry in found)
    for entry in found:
        alone = beside[_folder(entry.path)] == 1 and named.kind is not Kind.FILE
        submission = SubmissionFile(
            id="",
            path=entry.source,
            file=prefix + entry.path,
            refusal=entry.refusal,
            entry=entry.name_in_archive,
        )
        yield Candidate(submission, tuple(_ids(entry, named, alone=alone)), f"{place}/{entry.path}")


def _ids(entry: Entry, named: Named, *, alone: bool) -> Iterator[str]:
    """The path below what was named; and, where others are called so, with the name of what was named before it."""
    own = _folder(entry.path) if alone and _folder(entry.path) else _stem(entry.path)
    above = decodable(named.root.name)
    yield own
    if alone and not _folder(entry.path):
        yield above
    yield f"{above}/{own}"


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    stem = stem_of(path) if is_notebook(path) else path
    return stem if stem and not stem.endswith("/") else f"{stem}unnamed"


def plain_skipped(named: Named, prefix: str) -> Iterator[Skipped]:
    """Archives within, and what an archive holds that must not be opened."""
    for entry in _listed(named) if named.kind is not Kind.FILE else ():
        shown = prefix + entry.path
        if entry.refusal is not None and entry.name_in_archive is not None and not may_be_notebook(entry):
            yield Skipped(shown, entry.refusal)
        elif is_archive(entry.path) and not entry.is_folder:
            yield Skipped(shown, entry.refusal or _NOT_OPENED)


def prefix_of(named: Named, base: Path) -> str:
    """What stands before the paths of its entries, where several things were named: its name.

    Not where it lies: students need not know how the instructor's folders are called.
    """
    if named.root == base or not named.root.is_relative_to(base):
        return ""
    return decodable((named.path if named.kind is Kind.ARCHIVE else named.root).name) + "/"


def _notebooks(named: Named) -> Iterator[Entry]:
    for entry in _listed(named):
        if named.kind is Kind.FILE or (not entry.is_folder and may_be_notebook(entry)) or _is_linked_folder(entry):
            yield entry


def _listed(named: Named) -> Iterator[Entry]:
    for entry in named.entries:
        if named.kind is Kind.FILE or not any(map(is_junk, entry.path.split("/"))):
            yield entry


def _is_linked_folder(entry: Entry) -> bool:
    """Somebody's work may lie behind it."""
    return entry.refusal is not None and entry.name_in_archive is None and entry.source.is_dir()

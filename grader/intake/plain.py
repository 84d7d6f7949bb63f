"""Files of no platform ─▶ submissions: every notebook is one, and its path is its id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.intake.file_kinds import is_archive, is_junk, is_notebook, stem_of
from grader.intake.handed_in import Entry, Skipped
from grader.intake.named_paths import Kind, Named
from grader.intake.submissions import may_be_notebook
from grader.model import SubmissionFile
from grader.plaintext import decodable

_NOT_OPENED = "Archives in a folder are not opened. If it is a class's download, name it itself."


def plain_submissions(named: Sequence[Named], base: Path) -> Iterator[SubmissionFile]:
    """A submission for each notebook below `base`, the closest folder that holds all that was named.

    An id is the path without its suffix, so two files of one name in different folders never meet. Where all files
    have one name, it tells nothing, and the folder is the id.
    """
    found = [(_path(entry, one, base), entry, one) for one in named for entry in _notebooks(one)]
    alike = len(found) > 1 and len({path.rpartition("/")[2] for path, _, _ in found}) == 1
    by_folder = alike and all("/" in path for path, _, _ in found)
    for path, entry, one in sorted(found, key=lambda item: item[0].split("/")):
        stem = path.rpartition("/")[0] if by_folder else stem_of(path) if is_notebook(path) else path
        yield SubmissionFile(
            id=stem if stem and not stem.endswith("/") else f"{stem}unnamed",
            path=entry.source,
            file=prefix_of(one, base) + entry.path,
            refusal=entry.refusal,
            entry=entry.name_in_archive,
        )


def plain_skipped(named: Named, base: Path) -> Iterator[Skipped]:
    """Archives within, and what an archive holds that must not be opened."""
    for entry in _listed(named) if named.kind is not Kind.FILE else ():
        shown = prefix_of(named, base) + entry.path
        if entry.refusal is not None and entry.name_in_archive is not None and not may_be_notebook(entry):
            yield Skipped(shown, entry.refusal)
        elif is_archive(entry.path) and not entry.is_folder:
            yield Skipped(shown, entry.refusal or _NOT_OPENED)


def prefix_of(named: Named, base: Path) -> str:
    """What stands before the paths of its entries, where several things were named: where in `base` it lies."""
    if named.root == base or not named.root.is_relative_to(base):
        return ""
    shown = named.path if named.kind is Kind.ARCHIVE else named.root
    return decodable(shown.relative_to(base).as_posix()) + "/"


def _path(entry: Entry, named: Named, base: Path) -> str:
    """As if archives were unpacked: the same ids either way."""
    if named.root == base:
        return entry.path
    return f"{decodable(named.root.relative_to(base).as_posix())}/{entry.path}"


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

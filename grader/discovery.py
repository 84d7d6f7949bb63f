"""Paths as the caller named them ─▶ the submissions there, each under an id of its own."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.model import SubmissionFile
from grader.plaintext import decodable

_SUFFIX = ".ipynb"
# Jupyter's autosaves, and what macOS puts into zips: copies, never what was handed in.
_SKIPPED_FOLDERS = frozenset({".ipynb_checkpoints", "__MACOSX"})


def find_submissions(paths: Sequence[Path]) -> tuple[SubmissionFile, ...]:
    """All notebooks among `paths` (files as they are, folders recursively), in a fixed order.

    An id is the path without its suffix, relative to the closest folder that holds everything; so two files of one
    name in different folders never meet. Where all files have one name, it tells nothing, and the folder is the id.
    Raises UsageError where a path doesn't exist or nothing is found.
    """
    for path in paths:
        if not os.path.lexists(path):
            message = f"{decodable(str(path))}: there is no such file or folder."
            raise UsageError(message)
    found = dict(_notebooks_among(paths))
    if not found:
        named = ", ".join(decodable(str(path)) for path in paths)
        message = f"{named}: no notebook ({_SUFFIX}) here. Name a notebook, or a folder that holds some."
        raise UsageError(message)
    base = Path(os.path.commonpath([_folder_of(path) for path in paths]))
    return tuple(_with_ids(found, base))


def _folder_of(path: Path) -> str:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links and change names
    return str(absolute if absolute.is_dir() else absolute.parent)


def _notebooks_among(paths: Iterable[Path]) -> Iterator[tuple[Path, str | None]]:
    for path in paths:
        absolute = Path(os.path.abspath(path))  # noqa: PTH100 - as above
        if absolute.is_dir():
            yield from _notebooks_below(absolute)
        else:
            # Named by the caller, so a link is meant, and so is another suffix.
            yield absolute, None if absolute.is_file() else "It is not a regular file."


def _notebooks_below(folder: Path) -> Iterator[tuple[Path, str | None]]:
    for here, folders, files in os.walk(folder, followlinks=False, onerror=_refuse):
        for name in files + folders:
            path = Path(here, name)
            if path.is_symlink() and (path.is_dir() or _is_notebook(name)):
                # It could lead to another student's work, or out of the folder altogether.
                yield path, "It is a link, and links in a folder of submissions are not followed."
            elif name in files and _is_notebook(name):
                yield path, None if stat.S_ISREG(path.lstat().st_mode) else "It is not a regular file."
        folders[:] = [name for name in folders if name not in _SKIPPED_FOLDERS and not Path(here, name).is_symlink()]


def _refuse(error: OSError) -> None:
    """Whoever's work lies there would be lost without a word."""
    message = f"{decodable(str(error.filename))}: can't be read: {error.strerror}."
    raise UsageError(message) from error


def _is_notebook(name: str) -> bool:
    # macOS writes "._name" beside each file of a zip: metadata, not the file.
    return name.lower().endswith(_SUFFIX) and not name.startswith("._")


def _with_ids(found: Mapping[Path, str | None], base: Path) -> Iterator[SubmissionFile]:
    taken: set[str] = set()
    by_folder = (
        len(found) > 1 and len({path.name for path in found}) == 1 and base not in {path.parent for path in found}
    )
    for path, refusal in sorted(found.items()):
        file = decodable(path.relative_to(base).as_posix())
        if by_folder:
            stem = decodable(path.relative_to(base).parent.as_posix())
        else:
            stem = file[: -len(_SUFFIX)] if _is_notebook(path.name) else file
        stem = stem if not stem.endswith("/") and stem else f"{stem}unnamed"
        number, unique = 1, stem
        # Two names that a case-insensitive or normalising file system takes for one must not share a folder.
        while _folded(unique) in taken:
            number += 1
            unique = f"{stem}~{number}"
        taken.add(_folded(unique))
        yield SubmissionFile(id=unique, path=path, file=file, refusal=refusal)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()

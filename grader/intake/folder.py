"""A folder on disk ─▶ its entries. Links are listed and never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError
from grader.intake.file_kinds import RESULTS_FILES, RESULTS_FOLDERS, RESULTS_MARKS, is_junk_folder
from grader.intake.handed_in import Entry
from grader.plaintext import decodable

# It could lead to another student's work, or out of the folder altogether.
_LINK = "It is a link, and links are not followed."
_NO_FILE = "It is not a regular file."


def list_folder(folder: Path) -> Iterator[Entry]:
    """Everything below `folder`, in no order. Raises UsageError where a part of it can't be read."""
    for here, folders, files in os.walk(folder, followlinks=False, onerror=_refuse):
        # A batch's own results are nobody's work, where they lie among it, or in the very folder that was named.
        folders[:] = [name for name in folders if not _is_results(Path(here, name))]
        if Path(here) == folder and _is_results(folder):
            folders[:] = [name for name in folders if name not in RESULTS_FOLDERS]
            files = [name for name in files if name not in RESULTS_FILES]  # noqa: PLW2901 - as folders, in place
        for name in (*folders, *files):
            yield _entry(Path(here, name), folder)
        folders[:] = [name for name in folders if not is_junk_folder(name) and not Path(here, name).is_symlink()]


def _is_results(folder: Path) -> bool:
    return all((folder / name).is_file() for name in RESULTS_MARKS) and not folder.is_symlink()


def _entry(path: Path, folder: Path) -> Entry:
    shown = decodable(path.relative_to(folder).as_posix())
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return Entry(shown, path, refusal=_LINK)
    if stat.S_ISDIR(mode):
        return Entry(shown, path, is_folder=True)
    return Entry(shown, path, refusal=None if stat.S_ISREG(mode) else _NO_FILE)


def _refuse(error: OSError) -> None:
    """Whoever's work lies there would be lost without a word."""
    message = f"{decodable(str(error.filename))}: can't be read: {error.strerror}."
    raise UsageError(message) from error

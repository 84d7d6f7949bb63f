"""Removing a folder that student code has filled, whatever is in it."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Remove `folder` with all that is in it. Raises nothing: what can't be removed stays.

    shutil.rmtree recurses, and gives up where folders are nested by the thousand, or have no permissions. What it
    leaves is moved up, level by level, so that no path is ever longer than two names.
    """
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    number = 0
    while folder.exists():
        before = number
        for entry in _entries(folder):
            if not entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    Path(entry.path).unlink()
                continue
            with suppress(OSError):
                Path(entry.path).chmod(0o700)
            for inner in _entries(Path(entry.path)):
                number += 1
                with suppress(OSError):
                    Path(inner.path).rename(folder / f".moved-{number}")
            with suppress(OSError):
                Path(entry.path).rmdir()
                number += 1
        with suppress(OSError):
            folder.rmdir()
        if number == before:
            return


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []

"""Removing a folder that student code has filled, whatever is in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path


def remove_folder(folder: Path) -> None:
    """Remove `folder` with all that is in it. Raises nothing: what can't be removed stays.

    shutil.rmtree recurses, and gives up where folders are nested by the thousand, or have no permissions. What it
    leaves is moved up, level by level, so that no path is ever longer than two names.
    """
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    done = 0
    while folder.exists():
        before = done
        for entry in _entries(folder):
            done += _remove_or_empty(entry, folder, done)
        with suppress(OSError):
            folder.rmdir()
        if done == before:
            return


def _remove_or_empty(entry: os.DirEntry[str], folder: Path, done: int) -> int:
    """Remove the entry, or move what is in it up into `folder`; how many steps worked."""
    path = Path(entry.path)
    if not entry.is_dir(follow_symlinks=False):
        return _works(path.unlink)
    _works(partial(path.chmod, 0o700))
    steps = 0
    for inner in _entries(path):
        if inner.is_dir(follow_symlinks=False):
            # A folder that moves elsewhere has its own entry `..` changed: that takes the right to write to it.
            _works(partial(Path(inner.path).chmod, 0o700))
        target = folder / f".moved-{done + steps}-{inner.inode()}"
        steps += _works(partial(Path(inner.path).rename, target))
    return steps + _works(path.rmdir)


def _works(step: Callable[[], object]) -> bool:
    try:
        step()
    except OSError:
        return False
    return True


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []

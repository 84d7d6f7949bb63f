"""Folders as they should be: what differs, and how to put it right."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class State:
    """All of a file that an attack could change."""

    mode: int
    owner: int
    modified: int
    content: bytes
    attributes: tuple[str, ...]


class Watched:
    """These folders, as they were when they were first looked at."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._before = dict(self._look())

    def changes(self) -> frozenset[str]:
        """The paths of all that is new, gone, or different."""
        now = dict(self._look())
        return frozenset(str(path) for path in {*now, *self._before} if now.get(path) != self._before.get(path))

    def restore(self) -> None:
        """As before again: an unsealed kernel does what it likes, and the next attempt needs the world whole."""
        for text in sorted(self.changes(), reverse=True):
            _remove(Path(text))
        for path, state in self._before.items():
            if not path.exists():
                _make(path, state)
        # Folders last, since what is made in them changes their time.
        for path, state in sorted(self._before.items(), reverse=True):
            os.utime(path, ns=(state.modified, state.modified))

    def _look(self) -> Iterator[tuple[Path, State]]:
        for folder in self._folders:
            for path in (folder, *sorted(folder.rglob("*"))):
                yield path, _state(path)


def _state(path: Path) -> State:
    status = path.lstat()
    content = b""
    if stat.S_ISLNK(status.st_mode):
        content = os.fsencode(path.readlink())
    elif stat.S_ISREG(status.st_mode):
        with suppress(OSError):
            content = path.read_bytes()
    attributes: tuple[str, ...] = ()
    with suppress(OSError):
        attributes = tuple(os.listxattr(path, follow_symlinks=False))
    modified = 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns
    return State(status.st_mode, status.st_uid, modified, content, attributes)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _make(path: Path, state: State) -> None:
    if stat.S_ISDIR(state.mode):
        path.mkdir(parents=True)
    else:
        path.write_bytes(state.content)
    path.chmod(stat.S_IMODE(state.mode))

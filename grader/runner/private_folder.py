"""Folders for kernels, that vanish with the grader: if not when it ends, then when the next one starts.

Whoever makes such a folder holds a lock in it. A grader that is killed can remove nothing, but lets go of its locks; so
a folder whose lock can be had is nobody's any more.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import filelock

from grader.kernel_side.remove_folder import remove_folder

_PREFIX = "grader-"
_OWNER = ".owner"


@dataclass(frozen=True, slots=True)
class PrivateFolder:
    path: Path
    _owner: filelock.BaseFileLock

    def remove(self) -> None:
        """Raises nothing."""
        remove_folder(self.path)
        self._owner.release()


def make_private_folder(place: str | None = None) -> PrivateFolder:
    """A new folder for temporary files, in `place` or where such folders go. Its owner alone can list it.

    Kernels may run as other users, and have to pass through to folders of their own, whose names they are told.
    """
    path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    # Locked before it has the name by which others look for it.
    lock = filelock.FileLock(path / f"{_OWNER}.new", mode=0o600)
    lock.acquire()
    (path / f"{_OWNER}.new").rename(path / _OWNER)
    path.chmod(0o711)
    return PrivateFolder(path, lock)


def remove_abandoned(place: str | None = None) -> None:
    """Remove those that killed graders of this user have left. Raises nothing."""
    for path in Path(place or tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError, filelock.Timeout):
            # Another user's, or a link to anywhere, is none of ours.
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or not (path / _OWNER).exists():
                continue
            with filelock.FileLock(path / _OWNER, timeout=0, mode=0o600):
                remove_folder(path)

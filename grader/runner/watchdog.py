"""Looks after what no layer of the seal bounds: disk, files, threads and memory of a kernel without namespaces."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

_SECONDS_BETWEEN = 0.1
_MOST_FILES = 10_000
_MOST_THREADS = 160
_BLOCK = 512  # stat(2)
_ENDLESS = 2**62
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Excess(StrEnum):
    """What there was too much of."""

    MEMORY = "memory"
    DISK = "disk"
    THREADS = "threads"


@dataclass(frozen=True, slots=True)
class Watch:
    process: int
    scratch: Path
    memory_bytes: int
    disk_bytes: int

    def look(self) -> Excess | None:
        """What is above its bound now, if anything is."""
        folder = Path(f"/proc/{self.process}")
        try:
            resident = int((folder / "statm").read_text(encoding="ascii").split()[1]) * _PAGE
            threads = len(list((folder / "task").iterdir()))
        except (OSError, ValueError, IndexError):
            return None  # it has ended
        if resident > self.memory_bytes:
            return Excess.MEMORY
        if threads > _MOST_THREADS:
            return Excess.THREADS
        return Excess.DISK if self._disk_is_full() else None

    def _disk_is_full(self) -> bool:
        used = files = 0
        for size in chain(_sizes(self.scratch), _sizes_of_deleted(self.process)):
            used, files = used + size, files + 1
            if used > self.disk_bytes or files > _MOST_FILES:
                return True
        return False


def _sizes(folder: Path) -> Iterator[int]:
    """Bytes on the disk of all that lies below, not following links.

    A folder that can't be looked into (no permission to read, a path too long) was made so in order not to be seen.
    """
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    yield entry.stat(follow_symlinks=False).st_blocks * _BLOCK
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                yield _ENDLESS


def _sizes_of_deleted(process: int) -> Iterator[int]:
    """Files that were deleted while open still take their room."""
    with suppress(OSError), os.scandir(f"/proc/{process}/fd") as descriptors:
        for descriptor in descriptors:
            with suppress(OSError):
                state = descriptor.stat()
                if stat.S_ISREG(state.st_mode) and state.st_nlink == 0:
                    yield state.st_blocks * _BLOCK


async def until_excess(watch: Watch) -> Excess:
    """Return when there is too much of something."""
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN)
        if (excess := watch.look()) is not None:
            return excess

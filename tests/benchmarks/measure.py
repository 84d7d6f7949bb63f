"""What a process and all below it cost, read from Linux's /proc. Imports nothing of the grader's."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS_UNTIL_ENDED = 20


def below(process: int) -> Iterator[int]:
    """All processes below this one, zombies too, and those in namespaces of their own."""
    children: list[int] = []
    with suppress(OSError):
        for task in (_PROC / str(process) / "task").iterdir():
            children += map(int, (task / "children").read_text(encoding="ascii").split())
    for child in children:
        yield child
        yield from below(child)


def cpu_seconds() -> float:
    """User and system time of this process and of all below it, whether they run still or have been waited for.

    Of children that have ended there is a precise number. What lives on (a zygote, and in it the kernels that it has
    waited for) is told in ticks of 10 ms: nothing is lost between one reading and the next, only told later.
    """
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own + sum(map(_ticks, below(os.getpid()))) / _TICKS


def _ticks(process: int) -> int:
    with suppress(OSError):
        # After the name in brackets, which may hold anything; utime, stime, cutime, cstime.
        fields = (_PROC / str(process) / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return sum(map(int, fields[11:15]))
    return 0


def wait_for_end_of_others(staying: Collection[int]) -> None:
    """Until only `staying` is left below this process: what has ended and was waited for is in its parent's numbers."""
    until = time.monotonic() + _SECONDS_UNTIL_ENDED
    while left := set(below(os.getpid())) - set(staying):
        if time.monotonic() > until:
            message = f"processes {sorted(left)} are still there {_SECONDS_UNTIL_ENDED} s after their submission"
            raise TimeoutError(message)
        time.sleep(0.002)


def proportional_bytes(process: int) -> int:
    """Memory of this process and all below it; what several share counts once (PSS)."""
    return sum(_field(one, "smaps_rollup", "Pss:") for one in (process, *below(process)))


def resident_bytes() -> int:
    """Of this process alone."""
    return _field(os.getpid(), "status", "VmRSS:")


def open_descriptors() -> int:
    # The folder itself is open while it is listed.
    return len(list(Path("/proc/self/fd").iterdir())) - 1


def _field(process: int, file: str, name: str) -> int:
    # A process that ends between being listed and read has no memory any more.
    with suppress(OSError):
        for line in (_PROC / str(process) / file).read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0

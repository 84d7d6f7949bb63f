"""What the control groups of Linux leave this process: memory and a share of the processors; cgroups(7)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

# Version 1 says "no limit" with the largest multiple of a page.
_UNLIMITED = 2**60


@dataclass(frozen=True, slots=True)
class Container:
    """None: no limit is seen."""

    memory_bytes: int | None = None
    cores: float | None = None


def read_container(groups: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")) -> Container:
    """The tightest of the limits that hold for this process; none where there are no control groups."""
    memory, cores = list(_memory_limits(groups, mounted)), list(_shares(groups, mounted))
    return Container(min(memory, default=None), min(cores, default=None))


def _memory_limits(groups: Path, mounted: Path) -> Iterator[int]:
    for folder in _folders(groups, mounted, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            (limit,) = _numbers(folder / name, 1)
            if limit is not None and limit < _UNLIMITED:
                yield limit


def _shares(groups: Path, mounted: Path) -> Iterator[float]:
    for folder in _folders(groups, mounted, "cpu"):
        quota, period = _numbers(folder / "cpu.max", 2)
        if quota is None:
            (quota,), (period,) = _numbers(folder / "cpu.cfs_quota_us", 1), _numbers(folder / "cpu.cfs_period_us", 1)
        if quota is not None and period is not None and quota > 0 and period > 0:
            yield quota / period


def _folders(groups: Path, mounted: Path, controller: str) -> Iterator[Path]:
    """The process's group and all above it, for both versions.

    In a container the group may be named as the host sees it, while the container sees its own group as the outermost:
    then the inner folders aren't there, and the outermost is the one.
    """
    with suppress(OSError, ValueError):
        for line in groups.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and controller not in controllers.split(","):
                continue
            tops = [mounted / controller] if controllers else [mounted, mounted / "unified"]
            inner = Path(path.lstrip("/"))
            yield from (top / part for top in tops for part in (inner, *inner.parents))


def _numbers(file: Path, count: int) -> list[int | None]:
    """The first `count` words of the file as numbers; None for "max", and for all where there is no such file."""
    try:
        words = file.read_text(encoding="ascii").split()[:count]
    except (OSError, ValueError):
        words = []
    return [int(word) if word.lstrip("-").isdecimal() else None for word in (*words, *[""] * (count - len(words)))]

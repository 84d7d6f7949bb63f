"""An assignment's limits, made to fit the container that the platform gives."""

from __future__ import annotations

import msgspec

from grader.assignment import Limits
from grader.autograde.container import Container
from grader.errors import UsageError

MEBI = 2**20

# Measured with a sample that is full: the grader's own process peaks at 86 MiB, what kernels are forked from at 100,
# the pages of a kernel's own at 75. Scratch may be in memory (64 MiB by default), and libraries want some of the cache.
OWN_MEMORY = 320 * MEBI
LEAST_MEMORY = 128 * MEBI
"""With less even honest notebooks end in a MemoryError, and the student would be blamed."""

# Start, end and what the limits don't count took 4 s under half a processor of 2023, with the disk's cache cold 10.
OWN_SECONDS = 60.0
LEAST_SECONDS = 30.0
_RUNS = 2
"""A submission whose mistakes aren't explained is run a second time, to see whether it uses its own variables."""


def fitted_limits(limits: Limits, container: Container, *, timeout_seconds: float, slowness: float) -> Limits:
    """Longer where the processor is shared, so that right work isn't too slow here alone; but never so long that the
    platform would end the container first, and with so much memory that the grader itself has room.

    Raises UsageError where the container is too small to be fair.
    """
    slow = max(1.0, slowness, 1 / container.cores if container.cores else 1.0)
    most = (timeout_seconds - OWN_SECONDS) / _RUNS
    if most < LEAST_SECONDS:
        needed = OWN_SECONDS + _RUNS * LEAST_SECONDS
        message = f"{timeout_seconds:.0f} s are too short to grade a notebook in. Let the platform wait {needed:.0f} s."
        raise UsageError(message)
    return msgspec.structs.replace(
        limits,
        cell_seconds=min(limits.cell_seconds * slow, most),
        call_seconds=min(limits.call_seconds * slow, most),
        submission_seconds=min(limits.submission_seconds * slow, most),
        memory_bytes=_memory(limits, container),
    )


def _memory(limits: Limits, container: Container) -> int:
    if container.memory_bytes is None:
        return limits.memory_bytes
    left = container.memory_bytes - OWN_MEMORY
    if left < min(LEAST_MEMORY, limits.memory_bytes):
        has, needed = container.memory_bytes // MEBI, (OWN_MEMORY + LEAST_MEMORY) // MEBI
        message = f"This container has {has} MiB of memory, and grading needs {needed}. Choose a larger one."
        raise UsageError(message)
    return min(limits.memory_bytes, left)

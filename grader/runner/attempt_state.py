"""What the tries at one notebook share: the time there is, and what is left out because it killed the kernel."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from grader.assignment import Limits
from grader.model import CellStatus, Silence
from grader.runner.kernel import KernelLost

_SHARE_OF_CALLS = 0.25
_MOST_SLOW_CELLS = 2


@dataclass(frozen=True, slots=True)
class Budget:
    """What time there is. `ends` is on the monotonic clock."""

    limits: Limits
    ends: float

    @classmethod
    def from_now(cls, limits: Limits) -> Budget:
        return cls(limits, time.monotonic() + limits.submission_seconds)

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    def for_cell(self, slow: int) -> float:
        """How long the next cell may take, where so many already took too long.

        A share is kept for the calls: else a few endless cells would cost what stands above them too.
        """
        most = self.limits.cell_seconds if slow < _MOST_SLOW_CELLS else self.limits.cell_seconds / 3
        return min(most, self.left - _SHARE_OF_CALLS * self.limits.submission_seconds)


@dataclass(slots=True)
class Skips:
    """What killed the kernel in an earlier try, and is left out in the next one."""

    cells: dict[int, CellStatus] = field(default_factory=dict)
    calls: dict[str, Silence] = field(default_factory=dict)

    def add(self, culprit: Culprit) -> bool:
        """Leave the culprit out from now on; False where nobody can be named."""
        if culprit.cell is not None:
            self.cells[culprit.cell] = CellStatus.TIMED_OUT if culprit.timed_out else CellStatus.KILLED_KERNEL
        if culprit.call is not None:
            self.calls[culprit.call] = Silence.TIMED_OUT if culprit.timed_out else Silence.KILLED_KERNEL
        return culprit.cell is not None or culprit.call is not None


class Culprit(Exception):  # noqa: N818 - an event
    """The kernel was lost, at this cell or call."""

    def __init__(self, lost: KernelLost, *, cell: int | None = None, call: str | None = None) -> None:
        super().__init__(str(lost))
        self.timed_out, self.cell, self.call = lost.timed_out, cell, call


def as_lost(error: KernelLost | TimeoutError) -> KernelLost:
    return error if isinstance(error, KernelLost) else KernelLost(timed_out=True)

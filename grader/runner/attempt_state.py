"""What the tries at one notebook share: the time there is, and what is left out because it killed the kernel."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from grader.assignment import Limits
from grader.model import CellStatus, Silence
from grader.runner.losses import KernelLost, Loss

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
    careful: bool = False
    """Ask after each cell whether the kernel still answers: it did not in the end, and nobody knows since when."""
    one_by_one: bool = False
    """Some call killed the kernel before others were heard of: now each is to be answered before the next is made."""

    def add(self, culprit: Culprit) -> bool:
        """Leave the culprit out from now on, or look for it; False where nobody can be named."""
        if culprit.in_place_of is not None:
            self.cells.pop(culprit.in_place_of, None)
        if culprit.cell is not None:
            self.cells[culprit.cell] = _OF_CELLS[culprit.loss]
        if culprit.call is not None:
            timed_out = culprit.loss is Loss.TIMED_OUT
            self.calls[culprit.call] = Silence.TIMED_OUT if timed_out else Silence.KILLED_KERNEL
        if culprit.cell is not None or culprit.call is not None:
            return True
        if culprit.one_of_several:
            looked, self.one_by_one = self.one_by_one, True
        else:
            looked, self.careful = self.careful, True
        return not looked


class Culprit(Exception):  # noqa: N818 - an event
    """The kernel was lost, at this cell or call, or at one of several calls.

    `in_place_of` is the cell that was blamed for it before.
    """

    def __init__(
        self,
        lost: KernelLost,
        *,
        cell: int | None = None,
        call: str | None = None,
        one_of_several: bool = False,
        in_place_of: int | None = None,
    ) -> None:
        super().__init__(str(lost))
        self.in_place_of = in_place_of
        self.loss, self.cell, self.call = lost.loss, cell, call
        self.one_of_several = one_of_several
        self.innocent = lost.by_grader


_OF_CELLS = {
    Loss.DIED: CellStatus.KILLED_KERNEL,
    Loss.TIMED_OUT: CellStatus.TIMED_OUT,
    Loss.OUT_OF_MEMORY: CellStatus.OUT_OF_MEMORY,
    Loss.FLOODED_OUTPUT: CellStatus.FLOODED_OUTPUT,
    Loss.FILLED_DISK: CellStatus.FILLED_DISK,
}


def as_lost(error: KernelLost | TimeoutError) -> KernelLost:
    return error if isinstance(error, KernelLost) else KernelLost(Loss.TIMED_OUT)

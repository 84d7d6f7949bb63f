"""The ways in which a kernel is lost, and noticing each as soon as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from grader.runner.relay import Allowance
from grader.runner.watchdog import Excess, Watch, until_excess


class Loss(StrEnum):
    DIED = "died"
    ZYGOTE_DIED = "zygote_died"
    """Not the student's doing: kernels end with what they were forked from."""
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    FLOODED_OUTPUT = "flooded_output"
    FILLED_DISK = "filled_disk"


OF_EXCESS = {
    Excess.MEMORY: Loss.OUT_OF_MEMORY,
    Excess.DISK: Loss.FILLED_DISK,
    # Threads are memory: stacks, and the kernel's own.
    Excess.THREADS: Loss.OUT_OF_MEMORY,
}


class KernelLost(Exception):  # noqa: N818 - an event, caught where the notebook is run again without its cause
    """The kernel died, or had to be killed, while it was at the cell or call at hand."""

    def __init__(self, loss: Loss) -> None:
        super().__init__(loss.value)
        self.loss = loss
        self.by_grader = loss is Loss.ZYGOTE_DIED


async def until_lost(
    ended: Callable[[], Awaitable[Loss]], allowances: Sequence[Allowance], watch: Watch | None
) -> Loss:
    """Return when the kernel has ended, or has to be."""
    deaths = [asyncio.ensure_future(ended())]
    floods = [asyncio.ensure_future(one.exceeded.wait()) for one in allowances]
    excess = [] if watch is None else [asyncio.ensure_future(until_excess(watch))]
    waiting = [*deaths, *floods, *excess]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if any(one.exceeded.is_set() for one in allowances):
            return Loss.FLOODED_OUTPUT
        if any(one.done() for one in excess):
            return OF_EXCESS[excess[0].result()]
        return deaths[0].result()
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

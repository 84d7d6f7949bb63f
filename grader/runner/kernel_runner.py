"""A kernel per submission; what kills it is left out of the next try."""

from __future__ import annotations

import asyncio
import sys
import threading
from dataclasses import replace
from typing import Any, Self

from grader.assignment import Limits
from grader.errors import GradingStopped, KernelUnavailable
from grader.model import Execution, ProbePlan, Submission
from grader.runner.attempt import Record, attempt
from grader.runner.attempt_state import Budget, Culprit, Skips
from grader.runner.kernel_start import KernelMaker, start_kernel
from grader.runner.losses import KernelLost
from grader.runner.sandbox import Bounds, Sandbox
from grader.runner.zygote import ZygoteSupply

# Two for each of a few functions, and some cells; the submission's time is the other bound.
_MOST_TRIES = 12
_MOST_ZYGOTE_DEATHS = 3


class KernelRunner:
    """Runs submissions in kernels of their own, sealed as `sandbox` says. To be closed in the end."""

    def __init__(self, sandbox: Sandbox, *, warm: bool = sys.platform == "linux", keep_outputs: bool = False) -> None:
        supply = ZygoteSupply(sandbox.nest(), commands=not sandbox) if warm else None
        self._maker = KernelMaker(sandbox, supply, pictures=keep_outputs)
        self._running: set[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prepare(self) -> None:
        """Start what can be started before the first submission comes. Raises KernelUnavailable."""
        if self._maker.supply is not None:
            self._maker.supply.current()

    def close(self) -> None:
        """End whatever still runs, and remove its folders."""
        if self._maker.supply is not None:
            self._maker.supply.close()

    def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        """See `Runner.run`."""
        try:
            return asyncio.run(self._watched(submission, plan, limits))
        except asyncio.CancelledError as error:
            message = "Grading was stopped."
            raise GradingStopped(message) from error

    def stop(self) -> None:
        """See `Runner.stop`. Kernels are killed, and their folders removed, by the threads that run them."""
        with self._lock:
            self._stopped = True
            for loop, task in self._running:
                loop.call_soon_threadsafe(task.cancel)

    async def _watched(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        task = asyncio.create_task(_run(self._maker, submission, plan, limits))
        me = (asyncio.get_running_loop(), task)
        with self._lock:
            if self._stopped:
                task.cancel()
            self._running.add(me)
        try:
            return await task
        finally:
            with self._lock:
                self._running.discard(me)


async def _run(maker: KernelMaker, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
    """Try until nothing kills the kernel any more, or time or tries are used up.

    Once a hidden call was made, what later tries' cells and public calls show is not looked at: student code could have
    kept what it saw in some file, and tell it now.
    """
    budget, skips = Budget.from_now(limits), Skips()
    kept: Record | None = None
    record, deaths = Record(skips), 0
    for _ in range(_MOST_TRIES):
        record = Record(skips)
        culprit = await _try(maker, submission, plan, budget, record)
        if culprit is not None and culprit.innocent:
            deaths += 1
            if deaths > _MOST_ZYGOTE_DEATHS:
                message = "The process that kernels are forked from died again and again."
                raise KernelUnavailable(message)
            continue
        if kept is None:
            kept = record.frozen() if record.observed.hidden_begun else None
        else:
            kept.observed.take_hidden(record.observed)
        if culprit is None or not skips.add(culprit) or budget.left <= 0:
            break
    execution = (kept or record).execution(submission, plan)
    outputs = {cell.number: cell.outputs for cell in execution.cells} if maker.pictures else None
    return replace(execution, outputs=outputs, sandbox=tuple(maker.sandbox.layers))


async def _try(
    maker: KernelMaker, submission: Submission, plan: ProbePlan, budget: Budget, record: Record
) -> Culprit | None:
    try:
        async with start_kernel(maker, _bounds(budget.limits)) as kernel:
            await attempt(kernel, submission, plan, budget, record)
    except Culprit as culprit:
        return culprit
    except KernelLost as lost:
        return Culprit(lost)
    return None


def _bounds(limits: Limits) -> Bounds:
    # Several threads may compute at once; the wall clock is the real limit, and this one for when nobody looks.
    seconds = 4 * int(limits.submission_seconds) + 10
    return Bounds(limits.memory_bytes, limits.output_bytes, limits.disk_bytes, seconds)

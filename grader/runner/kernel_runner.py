"""A kernel process per submission; what kills it is left out of the next try."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from grader.assignment import Limits
from grader.errors import GradingStopped
from grader.model import Execution, ProbePlan, Submission
from grader.runner.attempt import Record, attempt
from grader.runner.attempt_state import Budget, Culprit, Skips
from grader.runner.kernel import start_kernel

# Two for each of a few functions, and some cells; the submission's time is the other bound.
_MOST_TRIES = 12


class KernelRunner:
    """Runs submissions in kernels of their own. NOT SEALED: student code can do what the caller can do."""

    def __init__(self) -> None:
        self._running: set[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = set()
        self._lock = threading.Lock()
        self._stopped = False

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
        task = asyncio.create_task(_run(submission, plan, limits))
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


async def _run(submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
    """Try until nothing kills the kernel any more, or time or tries are used up.

    Once a hidden call was made, what later tries' cells and public calls show is not looked at: student code could have
    kept what it saw in some file, and tell it now.
    """
    budget, skips = Budget.from_now(limits), Skips()
    kept: Record | None = None
    record = Record(skips)
    for _ in range(_MOST_TRIES):
        record = Record(skips)
        culprit = await _try(submission, plan, budget, record)
        if kept is None:
            kept = record.frozen() if record.observed.hidden_begun else None
        else:
            kept.observed.take_hidden(record.observed)
        if culprit is None or not skips.add(culprit) or budget.left <= 0:
            break
    return (kept or record).execution(submission, plan)


async def _try(submission: Submission, plan: ProbePlan, budget: Budget, record: Record) -> Culprit | None:
    try:
        async with start_kernel() as kernel:
            await attempt(kernel, submission, plan, budget, record)
    except Culprit as culprit:
        return culprit
    return None

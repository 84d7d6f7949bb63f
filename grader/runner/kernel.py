"""Driving one kernel: cells go through nbclient, probes through the shell channel beside it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from nbformat import NotebookNode

from grader.kernel_side.encode import packed
from grader.model import Cell, CellOutcome, CellStatus
from grader.plaintext import one_line
from grader.runner.losses import OF_EXCESS, KernelLost, Loss
from grader.runner.relay import Allowance
from grader.runner.watchdog import Watch
from grader.runner.wire import REPLY, REQUEST, Buffers

# After an interrupt: long enough for a Python loop to notice it, short beside any limit.
_GRACE_SECONDS = 1.0
_MOST_STRAY_MESSAGES = 1000
_LARGEST_REPLY = 16 * 2**20
# JSON makes six characters of some; and each cell has messages beside its output.
_BYTES_PER_OUTPUT = 8
_BYTES_BESIDE_OUTPUT = 2**20


@dataclass(frozen=True, slots=True)
class Reply:
    content: object
    buffers: Buffers
    in_time: bool


@dataclass(frozen=True, slots=True)
class Kernel:
    """A running kernel."""

    client: NotebookClient
    channels: AsyncKernelClient
    scratch: Path
    send_signal: Callable[[int], Awaitable[None]]
    lost: asyncio.Task[Loss]
    shell_allowance: Allowance
    iopub_allowance: Allowance
    output_bytes: int
    watch: Watch | None = None
    """What no layer of the seal bounds is looked at between whiles, and at the end of each cell and call."""

    async def execute(self, cell: Cell, seconds: float) -> CellOutcome:
        """Run one cell. Raises KernelLost when the kernel doesn't outlive it."""
        self._allow()
        # What figures show is kept with the cell; this has no reply.
        self.send({"action": "cell", "number": cell.number})
        # Not by nbformat's constructor, which checks a schema first.
        node = NotebookNode(cell_type="code", source=cell.source, metadata=NotebookNode(), outputs=[])
        self.client.nb.cells = [node]
        running = asyncio.create_task(self.client.async_execute_cell(node, 0))
        in_time = await self._within(running, seconds)
        try:
            await running
        except Exception as error:
            # DeadKernelError, or whatever decoding a forged message can raise; such a kernel is of no more use.
            raise KernelLost(await self._why()) from error
        self._look()
        return _outcome(cell, node, in_time=in_time, scratch=self.scratch)

    async def ask(self, content: Mapping[str, Any], seconds: float) -> tuple[object, Buffers]:
        """Send a probe, and wait for its reply. Raises KernelLost, or TimeoutError where an interrupt was enough."""
        reply = await self.reply_to(self.send(content), seconds)
        if not reply.in_time:
            raise TimeoutError
        return reply.content, reply.buffers

    def send(self, content: Mapping[str, Any], buffers: Buffers = ()) -> str:
        """Send a probe; its replies, if it has any, are replies to what this returns."""
        whole, one = packed(dict(content), buffers)
        message = self.channels.session.msg(REQUEST, whole)
        self.channels.session.send(self.channels.shell_channel.socket, message, buffers=one)
        return str(message["header"]["msg_id"])

    async def reply_to(self, asked: str, seconds: float) -> Reply:
        """The next reply to what was asked, after an interrupt if need be. Raises KernelLost."""
        self._allow()
        answering = asyncio.create_task(self._reply_to(asked))
        in_time = await self._within(answering, seconds)
        reply = await answering
        self._look()
        return Reply(reply["content"], reply.get("buffers", []), in_time=in_time)

    def _look(self) -> None:
        """Else the watchdog would find out a moment later, and whatever runs then be blamed for it."""
        excess = None if self.watch is None else self.watch.look()
        if excess is not None:
            raise KernelLost(OF_EXCESS[excess])

    def _allow(self) -> None:
        self.shell_allowance.allow(_LARGEST_REPLY)
        self.iopub_allowance.allow(_BYTES_PER_OUTPUT * self.output_bytes + _BYTES_BESIDE_OUTPUT)

    async def _reply_to(self, asked: str) -> dict[str, Any]:
        for _ in range(_MOST_STRAY_MESSAGES):
            try:
                reply = dict(await self.channels.shell_channel.get_msg())
            except Exception as error:
                # Anything that decoding hostile bytes can raise.
                raise KernelLost(await self._why()) from error
            parent = reply.get("parent_header")
            if isinstance(parent, Mapping) and parent.get("msg_id") == asked:
                if reply.get("msg_type") != REPLY:
                    raise KernelLost(Loss.DIED)
                return reply
        raise KernelLost(Loss.DIED)

    async def _why(self) -> Loss:
        """Why the kernel is of no more use: a moment is given to what may be about to tell."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self.lost), 0.1)
        return Loss.DIED

    async def _within(self, task: asyncio.Task[Any], seconds: float) -> bool:
        """Wait for `task`; past its time interrupt the kernel, and past a grace raise KernelLost."""
        try:
            if await self._done(task, seconds):
                return True
            await self.send_signal(signal.SIGINT)
            if await self._done(task, _GRACE_SECONDS):
                return False
            raise KernelLost(Loss.TIMED_OUT)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
                task.cancelled() or task.exception()  # looked at, or asyncio complains that nobody did

    async def _done(self, task: asyncio.Task[Any], seconds: float) -> bool:
        done, _ = await asyncio.wait({task, self.lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if self.lost in done and task not in done:
            raise KernelLost(self.lost.result())
        return task in done


def _outcome(cell: Cell, node: NotebookNode, *, in_time: bool, scratch: Path) -> CellOutcome:
    outputs = node.get("outputs", [])
    if not in_time:
        return CellOutcome(cell.number, CellStatus.TIMED_OUT, outputs=outputs)
    for output in outputs:
        if output.get("output_type") == "error":
            text = str(output.get("evalue", "")).replace(str(scratch.parent), "..")
            return CellOutcome(
                cell.number, CellStatus.RAISED, one_line(str(output.get("ename", "")), 60), one_line(text), outputs
            )
    return CellOutcome(cell.number, CellStatus.OK, outputs=outputs)

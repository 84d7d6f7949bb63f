"""Counts what a kernel sends, before any library of the grader's reads it.

libzmq collects the parts of a message until its last one has come, however many and large they are, and a student's
code can reach the kernel's sockets. So the clients' sockets lead here, and from here to the kernel's; when more comes
than was allowed, both ends are cut, and the kernel is as good as dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Allowance:
    """How many bytes a kernel may still send; `exceeded` is set once it tried to send more."""

    left: int
    exceeded: asyncio.Event = field(default_factory=asyncio.Event)

    def allow(self, size: int) -> None:
        """From now on so many, whatever was left."""
        self.left = size

    def take(self, size: int) -> bool:
        self.left -= size
        if self.left < 0:
            self.exceeded.set()
        return self.left >= 0


class _Pipe(asyncio.Protocol):
    """One end of a relayed connection; what it receives goes to the other end."""

    def __init__(self, allowance: Allowance | None) -> None:
        self.allowance = allowance
        self.other: _Pipe | None = None
        self.transport: asyncio.Transport | None = None
        self.early = bytearray()
        self.is_cut = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker: sockets have these
        self.transport = transport
        if self.early:
            transport.write(bytes(self.early))

    def data_received(self, data: bytes) -> None:
        if self.allowance is not None and not self.allowance.take(len(data)):
            self.cut()
        elif self.other is not None:
            self.other.send(data)

    def send(self, data: bytes) -> None:
        # What waits here is bounded: one way by the allowance, the other way by what the grader asks.
        if self.transport is None:
            self.early += data
        else:
            self.transport.write(data)

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.is_cut and self.allowance is None and self.other is not None and self.other.allowance is not None:
            # The client went first: libzmq leaves at a message that is larger than it takes.
            self.other.allowance.exceeded.set()
        self.cut()

    def cut(self) -> None:
        for end in (self, self.other):
            if end is not None:
                end.is_cut = True
                if end.transport is not None:
                    end.transport.abort()


@asynccontextmanager
async def relayed(listen: Path, kernel: Path, allowance: Allowance) -> AsyncIterator[None]:
    """Listen at `listen`, and pass everything on to and from the socket at `kernel`."""
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[object]] = set()

    def accepted() -> _Pipe:
        client, server = _Pipe(None), _Pipe(allowance)
        client.other, server.other = server, client
        task = loop.create_task(loop.create_unix_connection(lambda: server, str(kernel)))
        tasks.add(task)
        task.add_done_callback(lambda done: _tell(done, client))
        return client

    listening = await loop.create_unix_server(accepted, str(listen))
    try:
        yield
    finally:
        listening.close()
        for task in tasks:
            task.cancel()


def _tell(done: asyncio.Task[object], client: _Pipe) -> None:
    if not done.cancelled() and done.exception() is not None:
        client.cut()

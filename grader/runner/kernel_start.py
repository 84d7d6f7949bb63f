"""Starting a kernel and ending it: warm and sealed where there is a zygote, else a process of its own, unsealed."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import nbformat
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from nbclient import NotebookClient

from grader.errors import GradingError, KernelUnavailable
from grader.kernel_side.remove_folder import remove_folder
from grader.runner.environment import kernel_environment
from grader.runner.kernel import Kernel
from grader.runner.losses import KernelLost, Loss, until_lost
from grader.runner.provisioner import PROVISIONER, WarmProvisioner
from grader.runner.relay import Allowance, relayed
from grader.runner.sandbox import Bounds, Layer, Sandbox
from grader.runner.watchdog import Watch
from grader.runner.zygote import ZygoteSupply, give_fonts

_START_SECONDS = 60
_DIED_POLL_SECONDS = 0.25
_LARGEST_MESSAGE = 16 * 2**20
_LARGEST_JSON = 4 * 2**20
_MOST_WAITING_MESSAGES = 100
_FRAMES = 5  # signature, header, parent header, metadata, content
_UNLIMITED = 2**62


@dataclass(frozen=True, slots=True)
class KernelMaker:
    """What it takes to start kernels. Without `supply` they are cold: for machines that can't fork a warm process."""

    sandbox: Sandbox
    supply: ZygoteSupply | None
    pictures: bool = False


@asynccontextmanager
async def start_kernel(maker: KernelMaker, bounds: Bounds) -> AsyncIterator[Kernel]:
    """A fresh kernel in a private folder; both are gone at the end. Raises KernelUnavailable."""
    async with AsyncExitStack() as ending:
        if maker.supply is None:
            started = await ending.enter_async_context(_cold())
        else:
            started = await ending.enter_async_context(_warm(maker, bounds))
        shell, iopub = Allowance(_UNLIMITED), Allowance(_UNLIMITED)
        if maker.supply is not None:
            await _lead_through_relays(started, ending, shell, iopub)
        started.channels.session.flooded = iopub.exceeded.set
        watch = _watch(maker, started, bounds)
        lost = asyncio.create_task(until_lost(started.ended, (shell, iopub), watch))
        ending.push_async_callback(_cancelled, lost)
        started.channels.start_channels(stdin=False, hb=False, control=False)
        ending.callback(started.channels.stop_channels)
        await _until_heard(started.channels, lost)
        client = (NotebookClient if maker.pictures else _ErrorsOnly)(
            nbformat.v4.new_notebook(), km=started.manager, allow_errors=True, timeout=None, iopub_timeout=10
        )
        client.kc = started.channels
        signal_to = started.provisioner.send_signal
        yield Kernel(
            client, started.channels, started.scratch, signal_to, lost, shell, iopub, bounds.output_bytes, watch
        )


class _ErrorsOnly(NotebookClient):
    """Keeps no outputs but errors: nobody looks at the others, and a notebook can make gigabytes of them."""

    def output(self, outs: Any, msg: Any, display_id: str | None, cell_index: int) -> Any:
        return super().output(outs, msg, display_id, cell_index) if msg.get("msg_type") == "error" else None

    def handle_comm_msg(self, outs: Any, msg: Any, cell_index: int) -> None:
        """Widgets' state is of no use here either."""


@dataclass(frozen=True, slots=True)
class _Started:
    manager: AsyncKernelManager
    provisioner: Any
    channels: AsyncKernelClient
    folder: Path
    scratch: Path

    async def ended(self) -> Loss:
        """Return when the kernel's process is no more, and whose doing that was."""
        provisioner = self.provisioner
        if isinstance(provisioner, WarmProvisioner):
            await provisioner.wait()
            alive = provisioner.zygote is not None and provisioner.zygote.is_alive()
            return Loss.DIED if alive else Loss.ZYGOTE_DIED
        while await provisioner.poll() is None:  # noqa: ASYNC110 - a process without pidfd can only be polled
            await asyncio.sleep(_DIED_POLL_SECONDS)
        return Loss.DIED


async def _cancelled(task: asyncio.Task[Loss]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _watch(maker: KernelMaker, started: _Started, bounds: Bounds) -> Watch | None:
    """Needed where no namespace bounds these things, and there is a seal at all."""
    if not maker.sandbox or Layer.NAMESPACES in maker.sandbox.layers:
        return None
    process = started.provisioner.pid
    return None if process is None else Watch(process, started.scratch, bounds.memory_bytes, bounds.disk_bytes)


# --- warm ------------------------------------------------------------------------------------------------------------


class _WarmSpec(KernelSpecManager):
    """Whatever kernel a notebook names, it gets ours."""

    maker: Any = None
    bounds: Any = None

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        config = {
            "supply": self.maker.supply,
            "sandbox": self.maker.sandbox,
            "bounds": self.bounds,
            "heartbeat": False,
            "pictures": self.maker.pictures,
        }
        provisioner = {"provisioner_name": PROVISIONER, "config": config}
        metadata = {"kernel_provisioner": provisioner}
        return KernelSpec(argv=[], display_name=kernel_name, language="python", metadata=metadata)


@asynccontextmanager
async def _warm(maker: KernelMaker, bounds: Bounds) -> AsyncIterator[_Started]:
    specs = _WarmSpec()
    specs.maker, specs.bounds = maker, bounds
    manager = AsyncKernelManager(kernel_name="grader", kernel_spec_manager=specs)
    try:
        await _started(manager.start_kernel(env={}))
        provisioner: Any = manager.provisioner
        folder = provisioner.folder
        yield _Started(manager, provisioner, _channels(manager), folder, folder / "home")
    finally:
        await _end(manager)


async def _lead_through_relays(started: _Started, ending: AsyncExitStack, shell: Allowance, iopub: Allowance) -> None:
    channels, folder = started.channels, started.folder
    for port, allowance in ((channels.shell_port, shell), (channels.iopub_port, iopub)):
        relay = relayed(folder / f"g-{port}", folder / "s" / f"k-{port}", allowance)
        await ending.enter_async_context(relay)
    channels.ip = str(folder / "g")


# --- cold ------------------------------------------------------------------------------------------------------------


class _ColdSpec(KernelSpecManager):
    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "grader.kernel_side", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@asynccontextmanager
async def _cold() -> AsyncIterator[_Started]:
    private = Path(tempfile.mkdtemp(prefix="grader-"))
    scratch = private / "home"
    manager = AsyncKernelManager(kernel_name="grader", kernel_spec_manager=_ColdSpec())
    manager.connection_file = str(private / "connection.json")
    if os.name == "posix":
        # Files in a folder that nobody else may enter, instead of ports that anybody may try.
        manager.transport, manager.ip = "ipc", str(private / "s")
    # What student code writes to file descriptors 1 and 2 must not reach the grader's terminal.
    nowhere = {"stdin": DEVNULL, "stdout": DEVNULL, "stderr": DEVNULL}
    try:
        scratch.mkdir()
        give_fonts(scratch / ".matplotlib")
        await _started(manager.start_kernel(env=kernel_environment(scratch), cwd=str(scratch), **nowhere))
        yield _Started(manager, manager.provisioner, _channels(manager), private, scratch)
    finally:
        await _end(manager)
        remove_folder(private)


# --- both ------------------------------------------------------------------------------------------------------------


async def _started(starting: Awaitable[None]) -> None:
    try:
        await starting
    except (GradingError, KernelLost):
        raise
    except Exception as error:
        message = f"A kernel could not be started: {type(error).__name__}: {error}."
        raise KernelUnavailable(message) from error


def _channels(manager: AsyncKernelManager) -> AsyncKernelClient:
    channels: AsyncKernelClient = manager.client()
    # A larger message ends the connection, not the grader's memory.
    channels.context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
    channels.context.setsockopt(zmq.RCVHWM, _MOST_WAITING_MESSAGES)
    # Signatures would say that a message came from this kernel. So does its socket: nobody else enters the folder.
    channels.session = _LeanSession(key=manager.session.key)
    channels.allow_stdin = False
    channels.shell_channel_class = channels.iopub_channel_class = _LeanChannel
    return channels


class _LeanChannel(AsyncZMQSocketChannel):
    """Waits for a message once: jupyter_client's own waits until there is one, and then for it."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]  # noqa: ASYNC109 - jupyter_client's signature
        if timeout is not None:
            return await super().get_msg(timeout)
        return await self._recv()


class _LeanSession(Session):
    """Reads messages and nothing more: no dates (a third of jupyter_client's time), no JSON that grows too large."""

    flooded: Callable[[], None] = staticmethod(lambda: None)

    def deserialize(self, msg_list: list[Any], content: bool = True, copy: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002 - jupyter_client's signature
        frames = [bytes(frame) if copy else bytes(frame.buffer) for frame in msg_list[:_FRAMES]]
        if len(frames) < _FRAMES or max(map(len, frames)) > _LARGEST_JSON:
            self.flooded()
            message = "a message that is no message"
            raise ValueError(message)
        header, parent, metadata, body = (self.unpack(frame) for frame in frames[1:])
        if not isinstance(header, dict) or not isinstance(parent, dict):
            message = "a message without headers"
            raise TypeError(message)
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": header["msg_type"],
            "parent_header": parent,
            "metadata": metadata,
            "content": body if content else frames[-1],
            "buffers": [memoryview(frame if copy else frame.bytes) for frame in msg_list[_FRAMES:]],
        }


async def _until_heard(channels: AsyncKernelClient, lost: asyncio.Task[Loss]) -> None:
    """jupyter_client's own way waits for 200 ms of silence; the welcome says as much.

    Raises KernelUnavailable, or KernelLost where the zygote died.
    """
    hearing = asyncio.ensure_future(_hear(channels))
    try:
        done, _ = await asyncio.wait({hearing, lost}, timeout=_START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if lost in done and lost.result() is Loss.ZYGOTE_DIED:
            raise KernelLost(Loss.ZYGOTE_DIED)
        if hearing not in done:
            message = f"A kernel did not answer: {'it ended' if done else f'it took more than {_START_SECONDS} s'}."
            raise KernelUnavailable(message)
        await hearing
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _hear(channels: AsyncKernelClient) -> None:
    asked = channels.kernel_info()
    welcome, answer = asyncio.ensure_future(channels.get_iopub_msg()), None
    while answer is None or answer["parent_header"].get("msg_id") != asked:
        answer = await channels.get_shell_msg()
    await welcome


async def _end(manager: AsyncKernelManager) -> None:
    """SIGKILL to the kernel, and wait until it is gone."""
    if manager.provisioner is not None and manager.has_kernel:
        with suppress(Exception):
            await manager.provisioner.kill()
        with suppress(Exception):
            await asyncio.wait_for(manager.provisioner.wait(), timeout=10)
    with suppress(Exception):
        await manager.cleanup_resources()

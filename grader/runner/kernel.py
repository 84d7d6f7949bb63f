"""One kernel process: started in a scratch folder of its own, driven by nbclient, gone at the end whatever happens."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import matplotlib as mpl
import nbformat
import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from grader.errors import KernelUnavailable
from grader.model import Cell, CellOutcome, CellStatus
from grader.plaintext import one_line
from grader.runner.scratch import remove_folder
from grader.runner.wire import REPLY, REQUEST, Buffers

_START_SECONDS = 60
# After an interrupt: long enough for a Python loop to notice it, short beside any limit.
_GRACE_SECONDS = 1.0
_ALIVE_POLL_SECONDS = 0.25
_MOST_STRAY_MESSAGES = 1000
_LARGEST_MESSAGE = 32 * 2**20
# sockaddr_un holds 108 bytes; the names of sockets and a suffix have to fit in as well.
_LONGEST_SOCKET_FOLDER = 80


class KernelLost(Exception):  # noqa: N818 - an event, caught where the notebook is run again without its cause
    """The kernel died, or had to be killed, while it was at the cell or call at hand."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("timed out" if timed_out else "died")
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Kernel:
    """A running kernel. Cells go through nbclient, probes through the shell channel beside it."""

    client: NotebookClient
    manager: AsyncKernelManager
    channels: AsyncKernelClient
    scratch: Path

    async def execute(self, cell: Cell, seconds: float) -> CellOutcome:
        """Run one cell. Raises KernelLost when the kernel doesn't outlive it."""
        node = nbformat.v4.new_code_cell(cell.source)
        self.client.nb.cells = [node]
        running = asyncio.create_task(self.client.async_execute_cell(node, 0))
        in_time = await self._within(running, seconds)
        try:
            await running
        except Exception as error:
            # DeadKernelError, or whatever decoding a forged message can raise; such a kernel is of no more use.
            raise KernelLost(timed_out=False) from error
        return _outcome(cell, node, in_time=in_time, scratch=self.scratch)

    async def ask(self, content: Mapping[str, Any], buffers: Buffers, seconds: float) -> tuple[object, Buffers]:
        """Send a probe, and wait for its reply. Raises KernelLost, or TimeoutError where an interrupt was enough."""
        asking = asyncio.create_task(self._ask(content, buffers))
        in_time = await self._within(asking, seconds)
        reply = await asking
        if not in_time:
            raise TimeoutError
        return reply

    async def _ask(self, content: Mapping[str, Any], buffers: Buffers) -> tuple[object, Buffers]:
        message = self.channels.session.msg(REQUEST, dict(content))
        self.channels.session.send(self.channels.shell_channel.socket, message, buffers=list(buffers))
        for _ in range(_MOST_STRAY_MESSAGES):
            reply = await self._next_shell_message()
            parent = reply.get("parent_header")
            if isinstance(parent, Mapping) and parent.get("msg_id") == message["header"]["msg_id"]:
                if reply.get("msg_type") != REPLY:
                    raise KernelLost(timed_out=False)
                return reply["content"], reply.get("buffers", [])
        raise KernelLost(timed_out=False)

    async def _next_shell_message(self) -> dict[str, Any]:
        while True:
            waiting = asyncio.ensure_future(self.channels.shell_channel.get_msg(timeout=_ALIVE_POLL_SECONDS))
            try:
                return dict(await waiting)
            except Exception as error:
                # Empty after the poll's time, or anything that decoding hostile bytes can raise.
                if type(error).__name__ != "Empty" or not await self.manager.is_alive():
                    raise KernelLost(timed_out=False) from error

    async def _within(self, task: asyncio.Task[Any], seconds: float) -> bool:
        """Wait for `task`; past its time interrupt the kernel, and past a grace raise KernelLost."""
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
            if done:
                return True
            with suppress(Exception):
                await self.manager.interrupt_kernel()
            done, _ = await asyncio.wait({task}, timeout=_GRACE_SECONDS)
            if done:
                return False
            raise KernelLost(timed_out=True)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
                task.cancelled() or task.exception()  # looked at, or asyncio complains that nobody did


def _outcome(cell: Cell, node: nbformat.NotebookNode, *, in_time: bool, scratch: Path) -> CellOutcome:
    if not in_time:
        return CellOutcome(cell.number, CellStatus.TIMED_OUT)
    for output in node.get("outputs", []):
        if output.get("output_type") == "error":
            text = str(output.get("evalue", "")).replace(str(scratch.parent), "..")
            return CellOutcome(
                cell.number, CellStatus.RAISED, one_line(str(output.get("ename", "")), 60), one_line(text)
            )
    return CellOutcome(cell.number, CellStatus.OK)


# --- starting and ending ---------------------------------------------------------------------------------------------


class _ErrorsOnly(NotebookClient):
    """Keeps no outputs but errors: nobody looks at the others, and a notebook can make gigabytes of them."""

    def output(self, outs: Any, msg: Any, display_id: str | None, cell_index: int) -> Any:
        return super().output(outs, msg, display_id, cell_index) if msg.get("msg_type") == "error" else None

    def handle_comm_msg(self, outs: Any, msg: Any, cell_index: int) -> None:
        """Widgets' state is of no use here either."""


class _OwnKernelSpec(KernelSpecManager):
    """Whatever kernel a notebook names, it gets ours: this interpreter, answering probes."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "grader.kernel_side", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@asynccontextmanager
async def start_kernel() -> AsyncIterator[Kernel]:
    """A fresh kernel in a private folder; both are gone at the end. Raises KernelUnavailable."""
    private = Path(tempfile.mkdtemp(prefix="grader-", dir=_folder_for_sockets()))
    scratch = private / "home"
    manager = _manager(private)
    try:
        _furnish(scratch)
        try:
            channels = await _start(manager, scratch)
        except Exception as error:
            message = f"A kernel could not be started: {type(error).__name__}: {error}."
            raise KernelUnavailable(message) from error
        client = _ErrorsOnly(nbformat.v4.new_notebook(), km=manager, allow_errors=True, timeout=None, iopub_timeout=10)
        client.kc = channels
        try:
            yield Kernel(client, manager, channels, scratch)
        finally:
            channels.stop_channels()
    finally:
        await _kill(manager)
        remove_folder(private)


def _folder_for_sockets() -> str | None:
    """The usual place for temporary files, unless its path is too long for a socket's address."""
    usual = tempfile.gettempdir()
    return "/tmp" if os.name == "posix" and len(usual) > _LONGEST_SOCKET_FOLDER else None  # noqa: S108 - mkdtemp's is private


def _manager(private: Path) -> AsyncKernelManager:
    manager = AsyncKernelManager(kernel_name="grader", kernel_spec_manager=_OwnKernelSpec())
    manager.connection_file = str(private / "connection.json")
    if os.name == "posix":
        # Files in a folder that nobody else may enter, instead of ports that anybody may try.
        manager.transport = "ipc"
        manager.ip = str(private / "s")
    return manager


async def _start(manager: AsyncKernelManager, scratch: Path) -> AsyncKernelClient:
    # What student code writes to file descriptors 1 and 2 must not reach the grader's terminal.
    nowhere = {"stdin": DEVNULL, "stdout": DEVNULL, "stderr": DEVNULL}
    await manager.start_kernel(env=_environment(scratch), cwd=str(scratch), **nowhere)
    channels: AsyncKernelClient = manager.client()
    # A larger message ends the connection, not the grader's memory.
    channels.context.setsockopt(zmq.MAXMSGSIZE, _LARGEST_MESSAGE)
    channels.start_channels()
    try:
        await channels.wait_for_ready(timeout=_START_SECONDS)
    except BaseException:
        channels.stop_channels()
        raise
    channels.allow_stdin = False
    return channels


async def _kill(manager: AsyncKernelManager) -> None:
    """SIGKILL to the kernel's whole process group. A process that it started in a session of its own survives."""
    if manager.provisioner is not None and manager.has_kernel:
        with suppress(Exception):
            await manager.provisioner.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        with suppress(Exception):
            await manager.provisioner.kill()
        with suppress(Exception):
            await asyncio.wait_for(manager.provisioner.wait(), timeout=10)
    with suppress(Exception):
        await manager.cleanup_resources()


# --- the kernel's world ----------------------------------------------------------------------------------------------

_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH")


def _environment(scratch: Path) -> dict[str, str]:
    """No more of the grader's environment than an interpreter needs; the same numbers whatever machine it is."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = dict.fromkeys(("HOME", "TMPDIR", "TMP", "TEMP", "USERPROFILE", "XDG_CACHE_HOME"), str(scratch))
    own = {
        "MPLCONFIGDIR": str(scratch / ".matplotlib"),
        "IPYTHONDIR": str(scratch / ".ipython"),
        "JUPYTER_RUNTIME_DIR": str(scratch / ".jupyter"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        # What np.empty finds in fresh memory is this, and not whatever was there: else reports differ from run to run.
        "MALLOC_PERTURB_": "90",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    return {**kept, **places, **own}


def _furnish(scratch: Path) -> None:
    """Make the scratch folder, with matplotlib's list of fonts in it: building that anew takes seconds."""
    fonts = scratch / ".matplotlib"
    fonts.mkdir(parents=True)
    for known in Path(mpl.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(known, fonts)

"""A jupyter_client kernel provisioner whose kernels are forks of a warm zygote, sealed before they run anything.

Registered as `neural-computation-grader` in the entry points `jupyter_client.kernel_provisioners`: a kernel spec that
names it gets such kernels from nbclient, nbconvert or Jupyter as well. Linux only.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Any as AnyTrait
from traitlets import Bool, Int

from grader.errors import KernelUnavailable
from grader.kernel_side.remove_folder import remove_folder
from grader.runner.environment import kernel_environment
from grader.runner.losses import KernelLost, Loss
from grader.runner.sandbox import Bounds, Sandbox, find_sandbox
from grader.runner.zygote import Zygote, ZygoteSupply

PROVISIONER = "neural-computation-grader"
_READY_SECONDS = 20
_LONGEST_COMPLAINT = 2000
_PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}


@cache
def _shared_supply() -> tuple[ZygoteSupply, Sandbox]:
    """For callers that know nothing of zygotes: one for this process, with the best seal that there is."""
    sandbox = find_sandbox("auto")
    return ZygoteSupply(sandbox.nest(), commands=not sandbox), sandbox


class WarmProvisioner(KernelProvisionerBase):
    """One kernel. The traits are set by whoever knows better; the defaults are for a kernel spec on the disk."""

    supply: Any = AnyTrait(None, allow_none=True)
    sandbox: Any = AnyTrait(None, allow_none=True)
    bounds: Any = AnyTrait(Bounds())
    heartbeat = Bool(True).tag(config=True)
    pictures = Bool(True).tag(config=True)
    slot = Int(-1)

    pidfd: int = -1
    folder: Path | None = None
    zygote: Zygote | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        if self.supply is None:
            self.supply, self.sandbox = _shared_supply()
        self.zygote = self.supply.current()
        self.folder = self.zygote.new_folder()
        # Files in a folder that nobody else may enter, and no network: the seal would refuse TCP.
        manager: Any = self.parent
        manager.transport, manager.ip = "ipc", str(self.folder / "s" / "k")
        for name, port in _PORTS.items():
            setattr(manager, name, port)
        if not manager.connection_file:
            # Else jupyter_client writes one beside all temporary files, where nobody removes it after a SIGKILL.
            manager.connection_file = str(self.folder / "connection.json")
        return await super().pre_launch(cmd=[], **{**kwargs, "env": dict(kwargs.get("env") or {})})

    async def launch_kernel(self, cmd: list[str], **_: Any) -> KernelConnectionInfo:
        """Fork a kernel, and wait until it listens. Raises KernelUnavailable, or KernelLost with its zygote."""
        del cmd  # there is no program to start
        if self.zygote is None or self.folder is None:
            message = "launch_kernel was called before pre_launch."
            raise RuntimeError(message)
        self.slot = self.supply.take_slot()
        manager: Any = self.parent
        connection: Any = manager.get_connection_info(session=False)
        seal = self.sandbox.seal(self.bounds, self.folder / "s", self.folder / "home", self.slot)
        _make_folders(self.folder, seal.get("user"))
        order = {
            "connection": {**connection, "key": connection["key"].decode()},
            "scratch": str(self.folder / "home"),
            "sockets": str(self.folder / "s"),
            "environment": kernel_environment(self.folder / "home"),
            "seal": seal,
            "cores": _cores_of(self.slot),
            "heartbeat": self.heartbeat,
            "pictures": self.pictures,
            "output_bytes": self.bounds.output_bytes,
        }
        try:
            forked = self.zygote.fork(order)
        except OSError as error:
            raise KernelLost(Loss.ZYGOTE_DIED) from error
        self.pidfd = forked.pidfd
        await _wait_until_ready(forked.ready)
        self.connection_info = connection
        return self.connection_info

    @property
    def has_process(self) -> bool:
        return self.pidfd >= 0

    @property
    def pid(self) -> int | None:
        """The process's number as this process counts, for a look at /proc; None where it is gone."""
        with suppress(OSError):
            for line in Path(f"/proc/self/fdinfo/{self.pidfd}").read_text(encoding="ascii").splitlines():
                if line.startswith("Pid:") and int(line.split()[1]) > 0:
                    return int(line.split()[1])
        return None

    async def poll(self) -> int | None:
        """None while it runs. How it ended, its zygote knows and nobody asks."""
        return None if self.pidfd >= 0 and not _has_ended(self.pidfd) else 0

    async def wait(self) -> int | None:
        if self.pidfd >= 0 and not _has_ended(self.pidfd):
            await readable(self.pidfd)
        return 0

    async def send_signal(self, signum: int) -> None:
        if self.pidfd >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signum)

    async def kill(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002 - jupyter_client's signature
        del restart
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002 - as kill
        """There is nothing to end gently."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002 - as kill
        del restart
        if self.slot >= 0:
            self.supply.give_back(self.slot)
            self.slot = -1
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        if self.folder is not None:
            remove_folder(self.folder)


def _cores_of(slot: int) -> list[int]:
    cores = sorted(os.sched_getaffinity(0))
    return [cores[slot % len(cores)]]


def _make_folders(folder: Path, user: int | None) -> None:
    """Owned by the kernel's user, and entered by nobody else."""
    for one in (folder, folder / "s", folder / "home"):
        one.mkdir(mode=0o700)
        if user is not None:
            os.chown(one, user, user)


def _has_ended(pidfd: int) -> bool:
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


def _set(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


async def readable(descriptor: int) -> None:
    """Until there is something to read, or the end."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _set, waiting)
    try:
        await waiting
    finally:
        loop.remove_reader(descriptor)


async def _wait_until_ready(descriptor: int) -> None:
    try:
        await asyncio.wait_for(readable(descriptor), _READY_SECONDS)
        said = os.read(descriptor, _LONGEST_COMPLAINT).decode("utf-8", "replace")
    except TimeoutError:
        said = f"it was not ready after {_READY_SECONDS} s"
    finally:
        os.close(descriptor)
    if said != "ok":
        message = f"A kernel could not be sealed and started: {said or 'it ended at once'}."
        raise KernelUnavailable(message)

"""`python -m grader.kernel_side.zygote DESCRIPTOR`: imports everything once, then forks a kernel for each order.

Orders come as JSON over a Unix socket whose other end the grader holds; each is answered with a pidfd of the kernel and
the end of a pipe that says when it is ready. When the grader's end closes, however the grader ended, all kernels are
killed and the folder is removed. No student code ever runs in this process.
"""

from __future__ import annotations

import array
import json
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.kernel_side import linux
from grader.kernel_side.namespaces import Nest, enter_nest
from grader.kernel_side.remove_folder import remove_folder

_LARGEST_ORDER = 2**18


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    setup = json.loads(control.recv(_LARGEST_ORDER))
    folder = Path(setup["folder"])
    try:
        nest = enter_nest(setup["nest"], folder, before_waiting=control.close)
        # What a kernel leaves behind becomes this process's child, and is found.
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        app = _warm(folder, commands=setup["commands"])
    except Exception as error:
        control.send(json.dumps({"failed": f"{type(error).__name__}: {error}"}).encode())
        raise SystemExit(1) from error
    control.send(b"{}")
    zygote = _Zygote(control, app, nest)
    try:
        zygote.serve()
    finally:
        zygote.kill_all()
        nest.leave()
        remove_folder(folder)


def _warm(folder: Path, *, commands: bool) -> Any:
    """`commands`: whether kernels will be able to run shell commands."""
    # Imported late: what waits outside the namespaces needs none of it.
    import grader.kernel_side.forked_kernel  # noqa: F401, PLC0415 - for the children
    from grader.kernel_side.kernel_app import build_app  # noqa: PLC0415
    from grader.kernel_side.magics import replace_shell_commands  # noqa: PLC0415
    from grader.kernel_side.warm_shell import build_shell, freeze  # noqa: PLC0415

    app = build_app(build_shell(folder))
    if not commands:
        replace_shell_commands(app.shell)
    freeze()
    tasks = list(Path("/proc/self/task").iterdir())
    if len(tasks) > 1 or threading.active_count() > 1:
        # A fork has one thread only: locks that others held would be held forever.
        message = f"{len(tasks)} threads are running; a fork would be unsafe. Is a package started by sitecustomize?"
        raise RuntimeError(message)
    return app


@dataclass(slots=True)
class _Zygote:
    control: socket.socket
    app: Any
    nest: Nest
    kernels: dict[int, int] = field(default_factory=dict)
    """Process number of each ─▶ its pidfd."""

    def serve(self) -> None:
        """Until the grader closes its end."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == self.control.fileno():
                    if not (order := self._next_order()):
                        return
                    forked = self._fork(json.loads(order))
                    if forked is not None:
                        poll.register(forked, select.POLLIN)
                else:
                    poll.unregister(descriptor)
                    self._bury(descriptor)

    def _next_order(self) -> bytes:
        """Nothing where the grader has closed its end, in whatever way."""
        try:
            return self.control.recv(_LARGEST_ORDER)
        except ConnectionResetError:
            return b""

    def _fork(self, order: dict[str, Any]) -> int | None:
        ready, told = os.pipe2(os.O_CLOEXEC)
        try:
            child = self.nest.fork()
        except OSError as error:
            # Too many processes, say. The kernels that run already have nothing to do with it.
            self._answer({"failed": str(error)}, [])
            os.close(ready)
            os.close(told)
            return None
        if child == 0:
            from grader.kernel_side.forked_kernel import run_forked_kernel  # noqa: PLC0415 - warm by now

            run_forked_kernel(self.app, self.nest, order, told)
        os.close(told)
        descriptor = self.kernels[child] = os.pidfd_open(child)
        self._answer({}, [descriptor, ready])
        os.close(ready)
        return descriptor

    def _answer(self, content: dict[str, str], descriptors: list[int]) -> None:
        passed = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        with suppress(BrokenPipeError, ConnectionResetError):
            self.control.sendmsg([json.dumps(content).encode()], passed)

    def _bury(self, descriptor: int) -> None:
        child = next(number for number, pidfd in self.kernels.items() if pidfd == descriptor)
        os.waitpid(child, 0)
        os.close(descriptor)
        del self.kernels[child]
        self._end_orphans()

    def _end_orphans(self) -> None:
        """Kill what dead kernels have started; each killed one may leave children of its own."""
        while orphans := [child for child in _children() if child not in self.kernels]:
            for orphan in orphans:
                with suppress(ProcessLookupError):
                    os.kill(orphan, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(orphan, 0)

    def kill_all(self) -> None:
        for descriptor in list(self.kernels.values()):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            self._bury(descriptor)


def _children() -> list[int]:
    """In namespaces of their own kernels leave nobody behind, and these numbers would be others' numbers."""
    if os.getpid() == 1:
        return []
    return [int(number) for number in Path("/proc/thread-self/children").read_text(encoding="ascii").split()]


if __name__ == "__main__":
    main()

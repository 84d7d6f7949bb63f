"""An ipykernel around a shell that was built before the fork, with no more threads and sockets than grading needs."""

# ruff: noqa: SLF001 - ipykernel is adapted here through the hooks that its own subclasses use

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import zmq
from ipykernel.iostream import BackgroundSocket, IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from tornado.ioloop import IOLoop
from traitlets import Type
from zmq.eventloop.zmqstream import ZMQStream

from grader.kernel_side.output_limit import OutputLimit, limit_output


class _NoDebugger(ModuleType):
    """Stands for ipykernel.debugger, which loads all of debugpy: two thirds of a kernel's start, for nobody."""

    _is_debugpy_available = False
    Debugger = object


sys.modules.setdefault("ipykernel.debugger", _NoDebugger("ipykernel.debugger"))


class _NoSubshells:
    """Stands for the thread of subshells: ipykernel asks it for its parent even where there is none."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class _Kernel(IPythonKernel):
    debugger_class = Type(object)
    # ipykernel sleeps after each cell so that late output comes before the reply; here output is sent at once.
    _execute_sleep = 0.0

    # No subshells: a thread, two sockets and two more hops for every message.
    _supports_kernel_subshells = False

    quiet = False
    """Say of a cell when it is done and what it raised, and nothing that nobody looks at."""

    def _publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        if not self.quiet or (status == "idle" and _is_of_cell(parent)):
            _untyped(super())._publish_status(status, channel, parent)

    def _publish_execute_input(self, code: str, parent: Any, execution_count: int) -> None:
        if not self.quiet:
            _untyped(super())._publish_execute_input(code, parent, execution_count)


def _is_of_cell(parent: Any) -> bool:
    """Nobody waits until a probe is done: its reply says so."""
    return parent is None or parent["header"]["msg_type"] == "execute_request"


class _DirectSender(IOPubThread):
    """Sends from whatever thread has something to say, one at a time.

    ipykernel has a thread for this, and each flush waits for it to take its turn: a third of what a short cell costs.
    """

    def __init__(self, socket: Any, session: Any) -> None:
        """`socket` is bound already. The loop is the main thread's."""
        self._sending = threading.Lock()
        # Never started: what ipykernel schedules for a thread that does not run is done at once.
        self.thread = threading.Thread(target=_nothing, name="IOPub")
        self.socket, self.session, self.io_loop = socket, session, IOLoop.current()
        self.background_socket = BackgroundSocket(self)
        self._master_pid, self._pipe_flag, self._stopped = os.getpid(), False, False
        _untyped(self)._setup_xpub_listener()

    def _really_send(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        with self._sending:
            _untyped(super())._really_send(msg, *args, **kwargs)


def _nothing() -> None:
    pass


def _no_formats(*_: Any, **__: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {}


def _untyped(thing: Any) -> Any:
    """Much of ipykernel has no annotations, and optional traits that are never None here."""
    return thing


class _Stream(OutStream):
    def fileno(self) -> int:
        """The null device: what goes there past this object is nobody's."""
        return 1


class WarmKernelApp(IPKernelApp):
    """Started by `start_kernel`, never by `initialize`: no profile, no connection file, no poller, no debugger."""

    def init_control(self, context: Any) -> None:
        self.control_socket = context.socket(zmq.ROUTER)
        self.control_socket.linger = 1000
        self.control_port = _untyped(self)._bind_socket(self.control_socket, self.control_port)
        self.control_socket.router_handover = 1

    def init_iopub(self, context: Any) -> None:
        # ipykernel's own version also listens on TCP, for output of subprocesses. There are none, and no TCP.
        self.iopub_socket = context.socket(zmq.XPUB)
        self.iopub_socket.linger = 1000
        self.iopub_port = _untyped(self)._bind_socket(self.iopub_socket, self.iopub_port)
        _untyped(self).configure_tornado_logger()
        self.iopub_thread = _DirectSender(self.iopub_socket, self.session)
        self.iopub_socket = self.iopub_thread.background_socket

    def init_kernel(self) -> None:
        """Give the kernel, which was made before the fork, what it talks through."""
        kernel, shell = self.kernel, _untyped(self.shell)
        kernel.shell_stream, kernel.control_stream = ZMQStream(self.shell_socket), ZMQStream(self.control_socket)
        kernel.iopub_thread, kernel.iopub_socket = self.iopub_thread, self.iopub_socket
        kernel.stdin_socket = self.stdin_socket
        kernel._stdout, kernel._stderr = sys.stdout, sys.stderr
        shell.displayhook.pub_socket = shell.display_pub.pub_socket = self.iopub_socket
        self.displayhook.get_execution_count = lambda: kernel.execution_count


def build_app(shell: Any) -> WarmKernelApp:
    """App and kernel, before any fork: nothing in them is open yet."""
    app: Any = WarmKernelApp.instance(
        log_level="CRITICAL", capture_fd_output=False, outstream_class=f"{__name__}.{_Stream.__name__}"
    )
    # Else each message makes some records that nobody reads.
    app.log.setLevel("CRITICAL")
    app.shell = shell
    app.kernel = _Kernel.instance(parent=app, session=app.session, log=app.log, shell_channel_thread=_NoSubshells())
    shell.kernel = shell.parent = app.kernel
    shell.configurables += [app.kernel, app]
    # Imported and cached by the first of these; a context without sockets has no threads yet.
    IOLoop.configured_class()
    zmq.Context().term()
    return app  # type: ignore[no-any-return]


def start_kernel(app: Any, connection: Mapping[str, Any], *, heartbeat: bool, most_output: int, quiet: bool) -> None:
    """Bind the sockets. What remains is to start the loop."""
    app.kernel.quiet = quiet
    if quiet:
        # Nothing is made of what a cell displays, if only a text.
        app.shell.display_formatter.format = _no_formats
    app.session.pid = os.getpid()
    app.load_connection_info(dict(connection))
    app.init_sockets()
    if heartbeat:
        app.init_heartbeat()
    app.init_io()
    app.init_signal()
    app.init_kernel()
    limit_output(app, OutputLimit(most_output), quiet=quiet)

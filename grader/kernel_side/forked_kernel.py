"""From the fork to the kernel's loop: a world of its own, the seal, the sockets, the last layer of the seal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib_inline.config import InlineBackend
from tornado.ioloop import IOLoop

from grader.kernel_side.kernel_app import start_kernel
from grader.kernel_side.namespaces import Nest
from grader.kernel_side.probe import register
from grader.kernel_side.seal import die_with_parent, seal_before_threads, seal_when_bound
from grader.kernel_side.warm_shell import reseed

_FIRST_OTHER_DESCRIPTOR = 3


def run_forked_kernel(app: Any, nest: Nest, order: Mapping[str, Any], ready: int) -> None:
    """Be the kernel that `order` describes. Writes `ok`, or what failed, to the descriptor `ready`; never returns."""
    try:
        _start(app, nest, order, ready)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the grader has to know, and nobody else is there
        os.write(ready, f"{type(error).__name__}: {error}".encode()[:2000])
        os._exit(1)
    os.write(ready, b"ok")
    os.close(ready)
    try:
        app.kernel.start()
        IOLoop.current().start()
    finally:
        # Not through sys.exit: the zygote's frames are below, and student code's atexit handlers beside.
        os._exit(0)


def _start(app: Any, nest: Nest, order: Mapping[str, Any], ready: int) -> None:
    parent = os.getppid()
    os.setsid()
    _close_descriptors(keep=ready)
    _enter_own_world(Path(order["scratch"]), order["environment"])
    # One core a kernel, if there are as many: a notebook with a hundred busy threads takes no time from the others.
    os.sched_setaffinity(0, order["cores"])
    seal = order["seal"]
    seal_before_threads(seal, nest, Path(order["scratch"]), Path(order["sockets"]))
    os.umask(0o077)
    os.chdir(order["scratch"])
    die_with_parent(parent)
    asyncio.set_event_loop(asyncio.new_event_loop())
    start_kernel(
        app,
        order["connection"],
        heartbeat=order["heartbeat"],
        most_output=order["output_bytes"],
        quiet=not order["pictures"],
    )
    if order["pictures"]:
        _draw_pictures(app.shell)
    register(app.kernel)
    reseed(0)
    seal_when_bound(seal)


def _close_descriptors(keep: int) -> None:
    """Everything of the zygote's but `keep`; the three standard ones lead to the null device."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(_FIRST_OTHER_DESCRIPTOR - 1):
        os.dup2(null, standard)
    os.closerange(_FIRST_OTHER_DESCRIPTOR, keep)
    os.closerange(keep + 1, 65536)


def _enter_own_world(scratch: Path, environment: Mapping[str, str]) -> None:
    for name in (signal.SIGCHLD, signal.SIGTERM, signal.SIGPIPE, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.argv = ["ipykernel_launcher"]
    if sys.path[0] != str(scratch):
        # As in any notebook: what lies beside it can be imported.
        sys.path.insert(0, str(scratch))


def _draw_pictures(shell: Any) -> None:
    # Its trait tells the shell's formatters.
    InlineBackend.instance(parent=shell).figure_formats = {"png"}

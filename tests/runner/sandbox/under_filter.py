"""A process that seals itself with the filter on its standard input, tries things, and prints what came of each.

Run as `python -m tests.runner.sandbox.under_filter FOLDER`; FOLDER is for its files.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import fcntl
import io
import json
import logging
import os
import platform
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
import zmq
from matplotlib import pyplot as plt

from grader.runner.sandbox.syscall_numbers import NUMBERS

_PR_SET_NO_NEW_PRIVS, _SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 38, 1, 1


class _Program(ctypes.Structure):
    """Struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


_libc = ctypes.CDLL(None, use_errno=True)


def _system_call(number: int | None, *arguments: int) -> int:
    assert number is not None
    # All six are said: Linux looks at those that a call doesn't use, too.
    six = (*arguments, *[0] * (6 - len(arguments)))
    result: int = _libc.syscall(*map(ctypes.c_long, (number, *six)))
    return result


def _seal(program: bytes) -> None:
    own = NUMBERS[platform.machine()]
    passed = _Program(len(program) // 8, program)
    assert _system_call(own["prctl"], _PR_SET_NO_NEW_PRIVS, 1) == 0
    flags = (_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC)
    assert _system_call(own["seccomp"], *flags, ctypes.addressof(passed)) == 0, os.strerror(ctypes.get_errno())


def _named(name: str, *arguments: int) -> None:
    if _system_call(NUMBERS[platform.machine()][name], *arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


# --- what computing needs --------------------------------------------------------------------------------------------


def _files(folder: Path) -> None:
    (folder / "one").write_text("one")
    shutil.copy2(folder / "one", folder / "two")
    shutil.copytree(folder, folder.parent / "tree")
    assert (folder.parent / "tree" / "two").read_text() == "one"
    shutil.rmtree(folder.parent / "tree")
    with tempfile.NamedTemporaryFile(dir=folder) as file, tempfile.TemporaryDirectory(dir=folder):
        file.write(b"x")
        file.truncate(0)
    np.save(folder / "array.npy", np.arange(3))
    assert np.load(folder / "array.npy", mmap_mode="r").tolist() == [0, 1, 2]


def _threads() -> None:
    started = threading.Thread(target=time.sleep, args=(0.001,))
    started.start()
    started.join()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(abs, range(-9, 0))) == list(range(9, 0, -1))


def _numbers() -> None:
    matrix = np.random.default_rng(0).normal(size=(300, 300))
    np.testing.assert_allclose(matrix @ np.linalg.inv(matrix), np.eye(300), atol=1e-8)
    np.linalg.svd(matrix)


def _drawing() -> None:
    figure, axes = plt.subplots()
    axes.plot(np.arange(5))
    axes.set_title("$x^2$")
    for form in ("png", "svg", "pdf"):
        figure.savefig(io.BytesIO(), format=form)
    plt.close(figure)


def _loop() -> None:
    async def answer() -> int:
        await asyncio.sleep(0.001)
        return await asyncio.get_running_loop().run_in_executor(None, lambda: 42)

    assert asyncio.run(answer()) == 42


def _sockets_within() -> None:
    with zmq.Context() as context, context.socket(zmq.PAIR) as one, context.socket(zmq.PAIR) as other:
        one.bind("inproc://here")
        other.connect("inproc://here")
        one.send(b"hello")
        assert other.recv() == b"hello"


def _pair_of_sockets() -> None:
    """Asyncio's own, by which a thread wakes the loop."""
    one, other = socket.socketpair()
    with one, other:
        one.setblocking(False)
        one.send(b"x")
        assert other.recv(1) == b"x"


def _clock_and_signals() -> None:
    time.sleep(0.001)
    came: list[int] = []
    signal.signal(signal.SIGALRM, lambda number, _: came.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    while not came:
        time.sleep(0.001)


def _callback() -> None:
    """A ctypes callback is machine code that libffi has to put somewhere."""
    called = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda value: value + 1)
    assert called(1) == 2


def _no_children() -> None:
    try:
        os.wait()
    except ChildProcessError:
        return
    message = "there is a child"
    raise AssertionError(message)


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))


def _allowed(folder: Path) -> dict[str, Callable[[], object]]:
    return {
        "files": partial(_files, folder),
        "threads": _threads,
        "numbers": _numbers,
        "drawing": _drawing,
        "loop": _loop,
        "sockets within": _sockets_within,
        "clock and signals": _clock_and_signals,
        "callback": _callback,
        "no children": _no_children,
        "limits": _limits,
        "logging": lambda: logging.getLogger("here").warning("a warning"),
        "JSON": lambda: json.loads(json.dumps({"a": [1.5, None]})),
        "chmod": lambda: (folder / "one").chmod(0o600),
        "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 0),
        "pair of sockets": _pair_of_sockets,
    }


# --- what it doesn't -------------------------------------------------------------------------------------------------


def _refused(earlier: ThreadPoolExecutor) -> dict[str, Callable[[], object]]:
    return {
        "fork": os.fork,
        "subprocess": lambda: subprocess.run([sys.executable, "--version"], check=True),
        "posix_spawn": lambda: os.posix_spawn(sys.executable, [sys.executable, "--version"], {}),
        "exec": lambda: os.execv(sys.executable, [sys.executable, "--version"]),  # noqa: S606
        "kill": lambda: os.kill(os.getpid(), 0),
        "socket": socket.socket,
        "socket in an earlier thread": lambda: earlier.submit(socket.socket).result(),
        "F_SETOWN": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, 1),
        "O_ASYNC": lambda: fcntl.fcntl(0, fcntl.F_SETFL, os.O_RDONLY | os.O_ASYNC),
        "TIOCSTI": lambda: fcntl.ioctl(0, 0x5412, b"x"),
        "xattr": lambda: os.listxattr("."),
        "another's limits": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CORE),
        "memfd_create": lambda: os.memfd_create("x"),
        "io_uring_setup": lambda: _named("io_uring_setup", 1, 0),
        "no such call": lambda: _named("clone3", 0, 0),
        "seccomp": lambda: _named("seccomp", 0, 0, 0),
    }


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, repr(error))
    except Exception as error:  # noqa: BLE001 - that is what is observed
        return repr(error)
    return "done"


def main(folder: Path, *, by_x32: bool) -> None:
    mpl.use("agg")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    folder.mkdir()
    with ThreadPoolExecutor(1) as earlier:
        earlier.submit(abs, 1).result()
        _seal(sys.stdin.buffer.read())
        if by_x32:
            _system_call(0x4000_0000 | 39)
        attempts = _allowed(folder) | _refused(earlier)
        outcomes = {name: _outcome(attempt) for name, attempt in attempts.items()}
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1]), by_x32="--by-x32" in sys.argv)

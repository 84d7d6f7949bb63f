"""The grader's end of a zygote: starting it, asking it for kernels, replacing it where it died."""

from __future__ import annotations

import array
import itertools
import json
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib as mpl

from grader.errors import GradingStopped, KernelUnavailable
from grader.runner.environment import kernel_environment
from grader.runner.private_folder import PrivateFolder, make_private_folder, remove_abandoned

_LARGEST_ANSWER = 2**16
_START_SECONDS = 60
_END_SECONDS = 10
_DESCRIPTORS = 2
# sockaddr_un holds 108 bytes; the names of sockets and a suffix have to fit in as well.
_LONGEST_FOLDER = 70


@dataclass(frozen=True, slots=True)
class Forked:
    """A kernel that was just forked. Both descriptors are the receiver's to close."""

    pidfd: int
    ready: int
    """Says `ok`, or what failed, once."""


@dataclass(slots=True)
class Zygote:
    """A running zygote, and the private folder that its kernels live in."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    home: PrivateFolder
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        return self.home.path

    def new_folder(self) -> Path:
        """A name for one kernel's own folder; it is not made."""
        return self.folder / f"k{next(self._numbers)}"

    def fork(self, order: Mapping[str, Any]) -> Forked:
        """Raises OSError where the zygote is dead, KernelUnavailable where it lives and can't."""
        room = socket.CMSG_SPACE(_DESCRIPTORS * array.array("i").itemsize)
        with self._lock:
            self.control.sendall(json.dumps(order).encode())
            answer, passed, _, _ = self.control.recvmsg(_LARGEST_ANSWER, room, socket.MSG_CMSG_CLOEXEC)
        if not answer:
            raise BrokenPipeError
        if not passed:
            message = f"A kernel could not be forked: {json.loads(answer).get('failed')}."
            raise KernelUnavailable(message)
        received = array.array("i", passed[0][2])
        return Forked(received[0], received[1])

    def is_alive(self) -> bool:
        """Its end of the control socket closes before any of its kernels is killed for its death."""
        if self.control.fileno() < 0:
            return False
        poll = select.poll()
        # Not whether there is something to read: another thread may be waiting for just that.
        poll.register(self.control, 0)
        return not poll.poll(0)

    def close(self) -> None:
        """End it and all its kernels, and remove the folder. Raises nothing."""
        self.control.close()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.home.remove()


def start_zygote(nest: Mapping[str, Any] | None, *, commands: bool) -> Zygote:
    """Start one, in the namespaces that `nest` describes. Raises KernelUnavailable.

    `commands`: whether notebooks may run shell commands; sealed ones can't, and shall go on without.
    """
    remove_abandoned(_folder_for_sockets())
    home = make_private_folder(_folder_for_sockets())
    folder = home.path
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    argv = [sys.executable, "-P", "-m", "grader.kernel_side.zygote", str(theirs.fileno())]
    give_fonts(folder / ".matplotlib")
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            argv,
            env=kernel_environment(folder),
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        ours.close()
        home.remove()
        message = f"A zygote could not be started: {error}."
        raise KernelUnavailable(message) from error
    finally:
        theirs.close()
    zygote = Zygote(process, ours, home)
    try:
        ours.settimeout(_START_SECONDS)
        ours.sendall(json.dumps({"folder": str(folder), "nest": nest, "commands": commands}).encode())
        answer = json.loads(ours.recv(_LARGEST_ANSWER) or b'{"failed": "it ended at once"}')
        problem = answer.get("failed")
    except (OSError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
    except BaseException:
        zygote.close()
        raise
    if problem:
        zygote.close()
        message = f"A zygote could not be started: {problem}."
        raise KernelUnavailable(message)
    return zygote


def _folder_for_sockets() -> str | None:
    """The usual place for temporary files, unless its path is too long for a socket's address."""
    return "/tmp" if len(tempfile.gettempdir()) > _LONGEST_FOLDER else None  # noqa: S108 - mkdtemp's is private


def give_fonts(folder: Path) -> None:
    """matplotlib's list of fonts: building that anew takes seconds."""
    folder.mkdir()
    with suppress(OSError):
        for known in Path(mpl.get_cachedir()).glob("fontlist-*.json"):
            shutil.copy(known, folder)


@dataclass(slots=True)
class ZygoteSupply:
    """A zygote whenever one is asked for: the same one as long as it lives, a new one where it died."""

    nest: Mapping[str, Any] | None
    commands: bool
    _current: Zygote | None = None
    _slots: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def current(self) -> Zygote:
        """Raises KernelUnavailable where none can be started, GradingStopped once closed."""
        with self._lock:
            if self._closed:
                message = "Grading was stopped."
                raise GradingStopped(message)
            if self._current is not None and not self._current.is_alive():
                self._current.close()
                self._current = None
            if self._current is None:
                self._current = start_zygote(self.nest, commands=self.commands)
            return self._current

    def take_slot(self) -> int:
        """The smallest number that no running kernel has: kernels that run together are different users by it."""
        with self._lock:
            slot = next(number for number in itertools.count() if number not in self._slots)
            self._slots.add(slot)
            return slot

    def give_back(self, slot: int) -> None:
        with self._lock:
            self._slots.discard(slot)

    def close(self) -> None:
        """End all that runs. Raises nothing."""
        with self._lock:
            self._closed = True
            if self._current is not None:
                self._current.close()
                self._current = None

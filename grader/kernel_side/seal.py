"""Puts on the seal: the layers that the grader chose, in the order that each of them needs.

Before there are threads: namespaces (they need privileges), limits, privileges away, Landlock. When the sockets are
bound: the filter of system calls, on all threads. A layer that can't be put on raises, and the kernel never runs a
cell: what the grader was promised holds.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.kernel_side import linux
from grader.kernel_side.landlock import enter_landlock
from grader.kernel_side.namespaces import Nest, enter_root, enter_user_namespace

Seal = Mapping[str, Any]

_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1  # seccomp(2)
_INSTRUCTION_BYTES = 8


def seal_before_threads(seal: Seal, nest: Nest, scratch: Path, sockets: Path) -> None:
    """All layers but the filter. Raises OSError."""
    if not seal:
        return
    own = os.open("/proc/self", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC) if nest.user_namespace else -1
    memory = _memory_in_use() + seal["memory_bytes"]
    if nest.root is not None:
        enter_root(nest, scratch, sockets, seal["disk"], seal["user"])
    _set_limits({**seal["limits"], "AS": memory})
    if own >= 0:
        enter_user_namespace(own)
        os.close(own)
    if seal["drop_privileges"]:
        drop_privileges(seal["user"])
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    if seal["landlock"]:
        enter_landlock(seal["landlock"])


def seal_when_bound(seal: Seal) -> None:
    """The filter of system calls, on all threads at once. Raises OSError."""
    if seal and seal["system_calls"]:
        install_filter(seal["system_calls"])


def install_filter(program: str) -> None:
    """`program` is a BPF program in hexadecimal. Raises OSError."""
    code = bytes.fromhex(program)
    instructions = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(code) // _INSTRUCTION_BYTES, ctypes.addressof(instructions))
    linux.system_call("seccomp", _SET_MODE_FILTER, _FLAG_TSYNC, ctypes.create_string_buffer(header, len(header)))


def die_with_parent(parent: int) -> None:
    """Be killed when the parent dies. Asked for after privileges are dropped: that resets it."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _memory_in_use() -> int:
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    return pages * resource.getpagesize()


def _set_limits(limits: Mapping[str, int]) -> None:
    """Soft and hard; never above what holds already."""
    for name, wanted in limits.items():
        which = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(which)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(which, (value, value))


def drop_privileges(user: int | None) -> None:
    """Become `user`, where one is named, without any capability. Raises OSError."""
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    linux.drop_capabilities()

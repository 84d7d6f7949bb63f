"""The system calls that Python's library has no function for, by ctypes. Each raises OSError as `os` does."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from functools import cache
from typing import Any

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x2, 0x4, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38

# Only those that libc has no function for either; (x86_64, aarch64).
_NUMBERS = {
    "pivot_root": (155, 41),
    "capset": (126, 91),
    "seccomp": (317, 277),
    "mount_setattr": (442, 442),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
_MACHINES = ("x86_64", "aarch64")
_CAPABILITY_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3, capget(2)
_AT_RECURSIVE, _AT_FDCWD = 0x8000, -100


@cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def system_call(name: str, *arguments: Any) -> int:
    """Call by number. Raises OSError; NotImplementedError on other machines than x86_64 and aarch64."""
    if platform.machine() not in _MACHINES:
        raise NotImplementedError(platform.machine())
    number = _NUMBERS[name][_MACHINES.index(platform.machine())]
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return _checked(_libc().syscall(ctypes.c_long(number), *wide), name)


def prctl(option: int, value: int) -> None:
    _checked(_libc().prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3), f"prctl {option}")


def unshare(flags: int) -> None:
    _checked(_libc().unshare(flags), f"unshare {flags:#x}")


def setns(descriptor: int, kind: int) -> None:
    _checked(_libc().setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    encoded = (source.encode(), os.fsencode(target), None if kind is None else kind.encode())
    result = _libc().mount(*encoded, ctypes.c_ulong(flags), options.encode() or None)
    _checked(result, f"mount {kind or 'bind'} at {target}")


def unmount(target: str) -> None:
    _checked(_libc().umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def make_read_only(target: str) -> None:
    """The mount at `target` and all below it, whatever their other flags are; mount_setattr(2), Linux 5.12."""
    attributes = struct.pack("=4Q", MS_RDONLY | MS_NOSUID, 0, 0, 0)
    system_call("mount_setattr", _AT_FDCWD, os.fsencode(target), _AT_RECURSIVE, attributes, len(attributes))


def drop_capabilities() -> None:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    system_call("capset", header, bytes(24))

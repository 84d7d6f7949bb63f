"""The circumstances of a run: as an ordinary user, and without namespaces, as in Docker or on Ubuntu 24.04.

All of it is inherited, so the caller does it and then starts Python anew.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

_CLONE_NEWNS, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000
_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP, _PR_SET_SECCOMP = 38, 24, 22
_PR_SET_CHILD_SUBREAPER = 36
_CAP_SYS_ADMIN = 21
_ALL_NAMESPACES = 0x7E020080  # every CLONE_NEW*

# struct sock_filter's codes, and where struct seccomp_data has its fields.
_LOAD, _IS, _ANY_OF, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER_AT, _FIRST_ARGUMENT_AT = 0, 16
_ALLOW, _FAIL, _FILTER = 0x7FFF0000, 0x00050000, 2

# unshare, setns, mount, pivot_root, open_tree, move_mount, fsopen, fsmount, mount_setattr; clone; clone3.
_FORBIDDEN = {
    "x86_64": (272, 308, 165, 155, 428, 429, 430, 432, 442),
    "aarch64": (97, 268, 40, 41, 428, 429, 430, 432, 442),
}
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435

_libc = ctypes.CDLL(None, use_errno=True)


def _must(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def adopt_orphans() -> None:
    """What loses its parent becomes this process's child, so that nothing gets out of sight."""
    _must(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


# --- an ordinary user ------------------------------------------------------------------------------------------------


def become(user: int, repository: Path) -> None:
    """This user, who can read the interpreter, its libraries and `repository`, wherever these lie."""
    _must(_libc.unshare(_CLONE_NEWNS))
    _must(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
    needed = {Path(place).resolve() for place in (sys.prefix, sys.base_prefix, repository)}
    for closed in sorted({folder for place in needed for folder in _closed_above(place)}):
        _open_way(closed, [place for place in sorted(needed) if place.is_relative_to(closed)])
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _closed_above(place: Path) -> Iterator[Path]:
    """The outermost folder on the way to `place` that others may not enter."""
    for folder in (*reversed(place.parents), place):
        if not folder.stat().st_mode & 0o001:
            yield folder
            return


def _open_way(closed: Path, needed: list[Path]) -> None:
    """Lay an empty folder that all may enter over `closed`, with nothing in it but what is needed."""
    descriptors = {place: os.open(place, os.O_PATH) for place in needed}
    _must(_libc.mount(b"way", str(closed).encode(), b"tmpfs", 0, b"mode=755"))
    for place, descriptor in descriptors.items():
        place.mkdir(parents=True, exist_ok=True)
        source = f"/proc/self/fd/{descriptor}".encode()
        _must(_libc.mount(source, str(place).encode(), None, _MS_BIND | _MS_REC, None))
        os.close(descriptor)


# --- without namespaces ----------------------------------------------------------------------------------------------


def forbid_namespaces() -> None:
    """A filter as container engines have it; root loses the capability too, from the next program on."""
    if os.geteuid() == 0:
        _must(_libc.prctl(_PR_CAPBSET_DROP, _CAP_SYS_ADMIN, 0, 0, 0))
    program = b"".join(struct.pack("=HBBI", *instruction) for instruction in _filter())
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    _must(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _must(_libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.create_string_buffer(header, len(header)), 0, 0))


def _filter() -> Iterator[tuple[int, int, int, int]]:
    machine = platform.machine()
    yield _LOAD, 0, 0, _NUMBER_AT
    for number in _FORBIDDEN[machine]:
        yield _IS, 0, 1, number
        yield _RETURN, 0, 0, _FAIL | errno.EPERM
    # Its flags lie in memory, where a filter can't look: the C library falls back to clone.
    yield _IS, 0, 1, _CLONE3
    yield _RETURN, 0, 0, _FAIL | errno.ENOSYS
    yield _IS, 0, 3, _CLONE[machine]
    yield _LOAD, 0, 0, _FIRST_ARGUMENT_AT
    yield _ANY_OF, 0, 1, _ALL_NAMESPACES
    yield _RETURN, 0, 0, _FAIL | errno.EPERM
    yield _RETURN, 0, 0, _ALLOW

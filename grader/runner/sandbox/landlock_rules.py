"""Landlock's rules as data, for each version of it; https://docs.kernel.org/userspace-api/landlock.html."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import IntFlag
from typing import Any

DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class FileRight(IntFlag):
    """LANDLOCK_ACCESS_FS_*; the comment is the version that brought it, where it is not the first."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13  # 2
    TRUNCATE = 1 << 14  # 3
    IOCTL_DEV = 1 << 15  # 5


_FIRST = FileRight((1 << 13) - 1)
_LATER = {2: FileRight.REFER, 3: FileRight.TRUNCATE, 5: FileRight.IOCTL_DEV}
_BIND_AND_CONNECT_TCP = 0b11  # 4
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # 6
# struct landlock_ruleset_attr grew: files; and network; and scopes.
_SIZES = ((6, 24), (4, 16), (1, 8))

_READ = FileRight.READ_FILE | FileRight.READ_DIR
_SCRATCH = (
    _READ
    | FileRight.WRITE_FILE
    | FileRight.REMOVE_DIR
    | FileRight.REMOVE_FILE
    | FileRight.MAKE_DIR
    | FileRight.MAKE_REG
    | FileRight.MAKE_SYM
    | FileRight.REFER
    | FileRight.TRUNCATE
)
# libzmq looks for an old file of the socket's name before it binds.
_SOCKETS = FileRight.MAKE_SOCK | FileRight.REMOVE_FILE


def landlock_rules(version: int, readable: Iterable[str], *, sockets: str, scratch: str) -> Mapping[str, Any]:
    """The argument of `enter_landlock`: everything is refused that these rules don't allow."""
    handled = handled_files(version)
    rules = _rules(readable, sockets, scratch)
    return {
        "handled_files": int(handled),
        "handled_net": _BIND_AND_CONNECT_TCP if version >= 4 else 0,  # noqa: PLR2004 - the version above
        "scoped": _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,  # noqa: PLR2004 - the version above
        "size": next(size for since, size in _SIZES if version >= since),
        "rules": [[path, int(rights & handled)] for path, rights in rules],
    }


def handled_files(version: int) -> FileRight:
    handled = _FIRST
    for since, right in _LATER.items():
        handled |= right if version >= since else FileRight(0)
    return handled


def _rules(readable: Iterable[str], sockets: str, scratch: str) -> Iterator[tuple[str, FileRight]]:
    for path in readable:
        device = path in DEVICES
        yield path, FileRight.READ_FILE | FileRight.WRITE_FILE if device else _READ
    yield scratch, _SCRATCH
    yield sockets, _SOCKETS

"""`python -m grader.kernel_side.layer_probe`: which layers of the seal this machine has, by putting each of them on.

Version numbers don't tell: distributions, containers and security modules switch things off. So each layer is put on
in a child of its own, which then tries what the layer should stop. Candidates come as JSON on the standard input,
`{layer: why it does not work, or ""}` goes to the standard output.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.kernel_side import linux
from grader.kernel_side.landlock import enter_landlock
from grader.kernel_side.namespaces import enter_nest, enter_root
from grader.kernel_side.seal import drop_privileges, install_filter

_LONGEST_ANSWER = 4000
_TRIED_BYTES = 2**20
_TRIED_FILES = 64


def main() -> None:
    wanted = json.loads(sys.stdin.read())
    tries: dict[str, Callable[[], str]] = {
        "landlock": lambda: _landlock(wanted["landlock"], wanted["folder"]),
        "seccomp": lambda: _seccomp(wanted["system_calls"]),
        "limits": _limits,
        "capabilities": _capabilities,
        "user": lambda: _user(wanted["user"], wanted["visible"], wanted["folder"]),
    }
    for name in ("namespaces_of_root", "namespaces_of_user"):
        tries[name] = lambda name=name: _namespaces(wanted, of_user=name.endswith("user"))  # type: ignore[misc]
    answer = {name: _in_child(attempt) for name, attempt in tries.items()}
    sys.stdout.write(json.dumps(answer))


def _in_child(attempt: Callable[[], str]) -> str:
    """What the attempt says, in a process that may do with itself as it likes; a child that dies says so."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = attempt()
        except BaseException as error:  # noqa: BLE001 - that it can't be had is the answer
            said = f"{type(error).__name__}: {error}"
        os.write(write, b"=" + said.encode()[:_LONGEST_ANSWER])
        os._exit(0)
    os.close(write)
    # Children of the child may hold the other end: what is read is the first thing said, not all until the end.
    said = os.read(read, _LONGEST_ANSWER + 1).decode("utf-8", "replace")
    os.close(read)
    os.waitpid(child, 0)
    return said[1:] if said else "a process that tried it died"


def _refused(attempt: Callable[[], object], what: str) -> str:
    try:
        attempt()
    except OSError:
        return ""
    return f"{what} is still possible"


def _landlock(policy: Mapping[str, Any] | None, folder: str) -> str:
    """`folder` is one that no rule names."""
    if policy is None:
        return "the kernel has none, or it is switched off"
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    enter_landlock(policy)
    return _refused(lambda: list(Path(folder).iterdir()), "reading another folder") or _refused(
        lambda: Path(folder, "new").write_text("", encoding="ascii"), "writing to another folder"
    )


def _seccomp(program: str) -> str:
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    install_filter(program)
    return _refused(socket.socket, "making a socket") or _refused(os.fork, "making a process")


def _limits() -> str:
    resource.setrlimit(resource.RLIMIT_AS, (2**32, 2**32))
    return _refused(lambda: mmap.mmap(-1, 2**33), "mapping more than the limit")


def _capabilities() -> str:
    drop_privileges(None)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    left = [
        line for line in status.splitlines() if line.startswith(("CapEff", "CapPrm")) and line.strip("0")[-1] != "\t"
    ]
    return f"some are left: {left}" if left else ""


def _user(user: int, visible: list[str], folder: str) -> str:
    """Another user has to be able to read Python's libraries, and to reach its own folder beside this one."""
    drop_privileges(user)
    if not os.access(folder, os.X_OK):
        return f"{folder} can't be reached by other users"
    for path in visible:
        if not os.access(path, os.R_OK):
            return f"{path} can't be read by other users"
    return _refused(lambda: os.setuid(0), "being root again")


def _namespaces(wanted: Mapping[str, Any], *, of_user: bool) -> str:
    folder = Path(wanted["folder"]) / ("of_user" if of_user else "of_root")
    scratch, sockets = folder / "k" / "home", folder / "k" / "s"
    for one in (scratch, sockets):
        one.mkdir(parents=True)
    setup = {"user_namespace": of_user, "visible": wanted["visible"], "links": wanted["links"]}
    read, write = os.pipe()

    def relay() -> None:
        os.close(write)
        said = os.read(read, _LONGEST_ANSWER).decode()
        raise _Said(said)

    try:
        nest = enter_nest(setup, folder, before_waiting=relay)
    except _Said as answer:
        return str(answer).strip() if str(answer) else "a process in namespaces died"
    child = nest.fork()
    if child == 0:
        try:
            enter_root(nest, scratch, sockets, {"bytes": _TRIED_BYTES, "files": _TRIED_FILES}, None)
            said = _looked_around(scratch, wanted["folder"])
        except BaseException as error:  # noqa: BLE001 - as above
            said = f"{type(error).__name__}: {error}"
        os.write(write, said.encode() or b" ")
        os._exit(0)
    os.waitpid(child, 0)
    os._exit(0)


class _Said(Exception):  # noqa: N818 - carries an answer out of enter_nest
    pass


def _looked_around(scratch: Path, folder: str) -> str:
    if os.getpid() != 1:
        return "process numbers are the machine's"
    if Path("/etc/passwd").exists() or Path(folder, "outside").exists():
        return "the machine's files are still there"
    (scratch / "some").write_bytes(bytes(_TRIED_BYTES // 2))
    return _refused(lambda: (scratch / "more").write_bytes(bytes(_TRIED_BYTES)), "filling the disk")


if __name__ == "__main__":
    main()

"""Namespaces in two steps: once around the zygote and all its kernels, and once more around each kernel.

Around the zygote: a network without interfaces, IPC, host name, process numbers; and a root folder, made once, that
holds the interpreter's libraries, read-only, and nothing else. Around each kernel: process numbers (so that whatever
it starts ends with it), and a view of that root with a scratch folder in memory that is bounded in bytes and files.
An ordinary user gets all this through a user namespace, root without one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.kernel_side import linux

_AROUND_ALL = linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWPID


@dataclass(frozen=True, slots=True)
class Nest:
    """What the zygote keeps to make kernels in namespaces of their own; without `root` a fork is a fork."""

    folder: Path
    root: Path | None = None
    process_numbers: int = -1
    user_namespace: bool = False

    def fork(self) -> int:
        """As os.fork; the child is the first process of a namespace of its own.

        A namespace dies with its first process, and the next one can only be made from where the zygote itself is: so
        back it goes.
        """
        if self.root is None:
            return os.fork()
        linux.unshare(linux.CLONE_NEWPID)
        child = -1
        try:
            child = os.fork()
        finally:
            if child:
                linux.setns(self.process_numbers, linux.CLONE_NEWPID)
        return child

    def leave(self) -> None:
        if self.root is not None:
            with suppress(OSError):
                linux.unmount(str(self.root))


def enter_nest(setup: Mapping[str, Any] | None, folder: Path, before_waiting: Callable[[], None]) -> Nest:
    """Go into namespaces, and build the root that kernels will see, below `folder`. Raises OSError.

    A process never changes its own process numbers: the caller goes on in a child, while this process waits for it
    (`before_waiting` is called in it) and ends as it ended.
    """
    if setup is None:
        return Nest(folder)
    user_namespace = setup["user_namespace"]
    _unshare_all(user_namespace=user_namespace)
    child = os.fork()
    if child:
        before_waiting()
        os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) & 0xFF)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    linux.mount("none", "/", None, linux.MS_REC | linux.MS_PRIVATE)
    root = folder / "root"
    _build_root(root, setup, folder)
    numbers = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    return Nest(folder, root, numbers, user_namespace)


def _unshare_all(*, user_namespace: bool) -> None:
    if user_namespace:
        own = os.open("/proc/self", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        enter_user_namespace(own, _AROUND_ALL)
        os.close(own)
    else:
        linux.unshare(_AROUND_ALL)


def enter_user_namespace(own: int, besides: int = 0) -> None:
    """A user namespace in which only this user exists, by the same number. `own` is a descriptor of /proc/self."""
    user, group = os.getuid(), os.getgid()
    linux.unshare(linux.CLONE_NEWUSER | besides)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC, dir_fd=own)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def _build_root(root: Path, setup: Mapping[str, Any], folder: Path) -> None:
    root.mkdir(mode=0o755)
    linux.mount("root", str(root), "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "size=4m,nr_inodes=4096,mode=755")
    for path in sorted(setup["visible"]):
        target = root / path.lstrip("/")
        if Path(path).is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(exist_ok=True)
        linux.mount(path, str(target), None, linux.MS_BIND | linux.MS_REC)
    for link, leads_to in setup["links"].items():
        place = root / link.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            place.symlink_to(leads_to)
    _place_of(folder, root).mkdir(parents=True, exist_ok=True)
    linux.make_read_only(str(root))


def _place_of(folder: Path, root: Path) -> Path:
    return root / str(folder).lstrip("/")


def enter_root(nest: Nest, scratch: Path, sockets: Path, bounds: Mapping[str, int], user: int | None) -> None:
    """In the kernel: see the zygote's root alone, with `scratch` in memory and the host's folder for `sockets`."""
    root = nest.root
    if root is None:
        return
    linux.unshare(linux.CLONE_NEWNS)
    place = _place_of(nest.folder, root)
    options = f"size={bounds['bytes']},nr_inodes={bounds['files']},mode=711"
    linux.mount("scratch", str(place), "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    inner_scratch, inner_sockets = root / str(scratch).lstrip("/"), root / str(sockets).lstrip("/")
    for folder in (inner_scratch, inner_sockets):
        folder.mkdir(parents=True)
    if user is not None:
        os.chown(inner_scratch, user, user)
    linux.mount(str(sockets), str(inner_sockets), None, linux.MS_BIND)
    os.chdir(root)
    # pivot_root(".", ".") puts the old root on top of the new one, from where it is taken away; pivot_root(2).
    linux.system_call("pivot_root", b".", b".")
    linux.unmount(".")
    os.chdir("/")

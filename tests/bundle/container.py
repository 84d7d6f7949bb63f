"""Commands as in a platform's container: folders of a test under the platform's own paths, and Docker's restrictions.

There is no Docker where tests run. What it takes away that matters here can be taken away without it: the capability to
administer the system, and the system calls that make namespaces. What it gives can be given: control groups.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.notebooks import ROOT

GROUPS = Path("/sys/fs/cgroup")
# As root on Debian and its like, whatever the test's own environment is.
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
_KEPT = ("PIP_", "SSL_", "HTTP", "http", "NO_PROXY", "no_proxy")


def can_bind() -> bool:
    """Whether this machine lets the test mount folders where nobody else sees it."""
    command = ["unshare", "--mount", "--propagation", "private", "mount", "--bind", "/usr", "/mnt"]
    return (
        os.getuid() == 0
        and shutil.which("unshare") is not None
        and subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603 - ours
    )


@dataclass(frozen=True, slots=True)
class Container:
    """`bound`: paths inside ─▶ folders of the test. None: no container, but this machine as it is."""

    bound: Mapping[str, Path] | None
    environment: Mapping[str, str] = field(default_factory=dict)
    group: Path | None = None
    """A name below each controller's folder: see `limited`."""
    denied: tuple[str, ...] = ()
    """System calls that this machine lacks besides."""

    def run(
        self, *command: str, cwd: str | Path = "/", variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """In a container: as root, where no namespace can be made, as in Docker."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
        environment = {**_ENVIRONMENT, **kept, **self.environment, **(variables or {})}
        if self.bound is None:
            return _ran(command, cwd, environment)
        wanted = {
            "bound": {inside: str(outside) for inside, outside in self.bound.items()},
            "environment": environment,
            "cwd": str(cwd),
            "groups": [] if self.group is None else [str(one / "cgroup.procs") for one in _folders_of(self.group)],
            "denied": self.denied,
            "command": command,
        }
        launcher = [sys.executable, "-m", "tests.bundle.inside_container", json.dumps(wanted)]
        return _ran(["unshare", "--mount", "--propagation", "private", *launcher], ROOT, None)


def _ran(
    command: Sequence[str], cwd: str | Path, environment: Mapping[str, str] | None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - ours
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@contextmanager
def short_lived_folder() -> Iterator[Path]:
    """One that other users can pass through; in memory if it can be: an installation has twenty thousand files."""
    folder = Path(tempfile.mkdtemp(prefix="g-", dir=_MEMORY if _has_room(_MEMORY) else None))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of its own there
_ROOM = 2**30


def _has_room(place: Path) -> bool:
    """For an installation, of which libraries are loaded."""
    if not place.is_dir():
        return False
    state = os.statvfs(place)
    return state.f_bavail * state.f_frsize > _ROOM and not state.f_flag & os.ST_NOEXEC


@contextmanager
def mount_points(*paths: str) -> Iterator[None]:
    """Empty folders to mount on, while the block runs; what was there before stays."""
    made: list[Path] = []
    for path in paths:
        missing = [one for one in (Path(path), *Path(path).parents) if not one.exists()]
        Path(path).mkdir(parents=True, exist_ok=True)
        made += missing
    try:
        yield
    finally:
        for one in sorted(made, key=lambda path: -len(path.parts)):
            with suppress(OSError):
                one.rmdir()


# --- control groups --------------------------------------------------------------------------------------------------


def limits_can_be_set() -> bool:
    """Version 1, as its folders are writable; version 2 where this process's group lets groups be made below it."""
    return os.access(GROUPS / "memory", os.W_OK) or os.access(GROUPS / "cgroup.subtree_control", os.W_OK)


@contextmanager
def limited(name: str, memory_bytes: int, cores: float) -> Iterator[Path]:
    """A control group with these limits; gone at the end."""
    group = Path(name)
    folders = _folders_of(group)
    if not (GROUPS / "memory").exists():
        (GROUPS / "cgroup.subtree_control").write_text("+memory +cpu", encoding="ascii")
    for folder in folders:
        folder.mkdir()
    try:
        period = 100_000
        if len(folders) == 1:
            _write(folders[0] / "memory.max", memory_bytes)
            (folders[0] / "cpu.max").write_text(f"{int(cores * period)} {period}", encoding="ascii")
        else:
            _write(folders[0] / "memory.limit_in_bytes", memory_bytes)
            _write(folders[1] / "cpu.cfs_period_us", period)
            _write(folders[1] / "cpu.cfs_quota_us", int(cores * period))
        yield group
    finally:
        for folder in folders:
            _remove(folder)


def peak_memory(group: Path) -> int:
    """Bytes of all processes of the group together, with the files that they had in the cache."""
    names = ("memory.peak", "memory.max_usage_in_bytes")
    files = [folder / name for folder in _folders_of(group) for name in names if (folder / name).exists()]
    return int(files[0].read_text(encoding="ascii"))


def _folders_of(group: Path) -> Sequence[Path]:
    return [GROUPS / "memory" / group, GROUPS / "cpu" / group] if (GROUPS / "memory").exists() else [GROUPS / group]


def _write(file: Path, number: int) -> None:
    file.write_text(str(number), encoding="ascii")


def _remove(folder: Path) -> None:
    """The last process may still be about to end."""
    for _ in range(50):
        with suppress(OSError):
            folder.rmdir()
            return
        time.sleep(0.1)

"""The world that attacks aim at: secrets, files, sockets, a terminal and another process, all made for one run.

Attackers know every path, port and process number in it, and file permissions are as open as they go: what stops them
has to be the seal.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.attacks.listeners import Listeners
from tests.attacks.victim import SCRAP
from tests.attacks.watched import Watched

Facts = Mapping[str, str | int]

SECRET_MARK = "tok-"  # noqa: S105 - what all secrets begin with, so that a search of memory can find any
# In the environment of the process that grades: set before it starts, else /proc would not show it.
ENVIRONMENT_SECRET = "GRADER_TOKEN"  # noqa: S105 - a name
_LIBRARY = sysconfig.get_path("purelib")
NAMES = ("reference", "other", "report", "history", "key", "memory", "command", "victim_environment")


def fresh_secret() -> str:
    return SECRET_MARK + secrets.token_hex(12)


@dataclass(slots=True)
class Victim:
    """A process beside the kernels, and how it should be."""

    process: subprocess.Popen[str]
    addresses: Mapping[str, int]
    log: Path
    before: tuple[object, ...] = ()

    @property
    def pid(self) -> int:
        return self.process.pid

    def state(self) -> tuple[object, ...]:
        """What another process can change of it."""
        pid = self.pid
        with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - Path.open can't be unbuffered
            memory.seek(self.addresses["scrap"])
            scrap = memory.read(len(SCRAP))
        adjustment = Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="ascii")
        limits = tuple(resource.prlimit(pid, which) for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU))
        nice, policy = os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid)
        return scrap, adjustment, limits, nice, policy, frozenset(os.sched_getaffinity(pid)), self.alive()

    def changed(self) -> bool:
        try:
            return self.state() != self.before
        except OSError:
            return True

    def alive(self) -> bool:
        return self.process.poll() is None

    def signals(self) -> set[int]:
        return {int(line) for line in self.log.read_text(encoding="ascii").split()}

    def end(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@dataclass(slots=True)
class World:
    """One run's world. `secrets` by name; `root` holds all of its files."""

    root: Path
    secrets: Mapping[str, str]
    listeners: Listeners
    terminal: tuple[int, str]
    victim: Victim
    watched: Watched
    outside_places: tuple[Path, ...]
    seen_on_terminal: bytearray = field(default_factory=bytearray)

    @property
    def temporary(self) -> Path:
        """For the grader's own temporary files."""
        return self.root / "t"

    def facts(self, name: str, signal_number: int) -> Facts:
        """What the attacker knows: everything but the secrets. `name`: of the attempt, for files of its own."""
        root, victim, sockets = self.root, self.victim, self.listeners
        paths = {
            "REFERENCE_FOLDER": root / "course" / "reference",
            "REFERENCE": root / "course" / "reference" / "secret_reference.py",
            "OTHER": root / "course" / "submissions" / "other.ipynb",
            "REPORT": root / "results" / "other" / "report.json",
            "HISTORY": root / "home" / ".bash_history",
            "KEY": root / "home" / ".ssh" / "id",
            "OTHER_HOME": root / "home",
            "OUTSIDE": root / "outside",
            "CANARY": self.canary(name),
            "OTHER_SCRATCH": root / "other-kernel" / "home",
            "TEMPORARY": self.temporary,
            "NOTE": Path(f"{name}.{root.name}.note"),
            "LIBRARY": Path(_LIBRARY),
            "STREAM": Path(sockets.stream),
            "DATAGRAM": Path(sockets.datagram),
            "ROUTER": Path(sockets.router),
        }
        numbers = {
            "TCP": sockets.tcp,
            "UDP": sockets.udp,
            "VICTIM": victim.pid,
            "GRADER": os.getpid(),
            "SIGNAL": signal_number,
            "NUMBER": int(root.stat().st_ino) % 2**30,
            "SECRET_ADDRESS": victim.addresses["secret"],
            "SCRAP_ADDRESS": victim.addresses["scrap"],
        }
        names = {"NAME": name, "ABSTRACT": sockets.abstract, "TERMINAL": self.terminal[1]}
        return {**{key: str(path) for key, path in paths.items()}, **numbers, **names}

    def canary(self, name: str) -> Path:
        return self.root / "outside" / f"{name}.txt"

    def mend(self) -> None:
        """As in the beginning: for the next attempts."""
        if self.watched.changes():
            self.watched.restore()
        if self.victim.changed():
            self.victim.end()
            self.victim = start_victim(self.root, self.secrets)
        for place in self.outside_places:
            place.unlink(missing_ok=True)

    def notes(self, name: str) -> list[str]:
        """Files of this attempt that lie where anything could find them later."""
        return [str(place) for place in _places(self.root, [name]) if place.exists()]

    def terminal_got(self, name: str) -> bool:
        with suppress(BlockingIOError):
            while chunk := os.read(self.terminal[0], 4096):
                self.seen_on_terminal.extend(chunk)
        return f"<{name}>".encode() in self.seen_on_terminal


def _places(root: Path, names: Sequence[str]) -> tuple[Path, ...]:
    """Where an attempt may leave a file outside of the world; removed after each round."""
    shared = (_LIBRARY, "/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - the very places to look at
    return tuple(Path(folder) / f"{name}.{root.name}.note" for name in names for folder in shared)


@contextmanager
def make_world(names: Sequence[str]) -> Iterator[World]:
    """`names`: of all attempts; each has a file of its own to attack."""
    with ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="w-", dir="/tmp"))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        known = {**{name: fresh_secret() for name in NAMES}, "environment": os.environ[ENVIRONMENT_SECRET]}
        _write_files(root, known, names)
        listeners = stack.enter_context(Listeners(root / "sockets", root.name))
        terminal = _open_terminal(stack)
        _hold_the_reference_open(root, stack)
        victim = start_victim(root, known)
        watched = Watched(root / name for name in ("course", "results", "home", "outside", "other-kernel"))
        world = World(root, known, listeners, terminal, victim, watched, _places(root, names))
        stack.callback(world.mend)
        yield world
        world.victim.end()


def _write_files(root: Path, known: Mapping[str, str], names: Sequence[str]) -> None:
    files = {
        "course/reference/secret_reference.py": f"TOKEN = {known['reference']!r}\n",
        f"course/reference/{known['reference']}.txt": "The folder's list is a secret too.\n",
        "course/submissions/other.ipynb": json.dumps({"cells": [known["other"]]}),
        "results/other/report.json": json.dumps({"score": 50, "remarks": known["report"]}),
        "home/.bash_history": f"export PASSWORD={known['history']}\n",
        "home/.ssh/id": known["key"],
        "other-kernel/home/helpers.py": "MINE = 1\n",
        "t/.keep": "",
        **{f"outside/{name}.txt": "as before\n" for name in names},
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (root / "t" / ".keep").unlink()
    for path in (root, *root.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)


def _open_terminal(stack: ExitStack) -> tuple[int, str]:
    """A terminal, as an instructor sits at: our end, and its path."""
    ours, theirs = os.openpty()
    stack.callback(os.close, ours)
    stack.callback(os.close, theirs)
    os.set_blocking(ours, False)
    return ours, os.ttyname(theirs)


def _hold_the_reference_open(root: Path, stack: ExitStack) -> None:
    """As a careless grader could: an open file that children would inherit."""
    descriptor = os.open(root / "course" / "reference" / "secret_reference.py", os.O_RDONLY)
    os.set_inheritable(descriptor, True)
    stack.callback(os.close, descriptor)


def start_victim(root: Path, known: Mapping[str, str]) -> Victim:
    log = root / "victim.log"
    log.touch()
    environment = {**os.environ, "VICTIM_MEMORY": known["memory"], "VICTIM_ENVIRONMENT": known["victim_environment"]}
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "tests.attacks.victim", str(log), str(root / "course" / "reference"), known["command"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    if process.stdout is None:
        raise RuntimeError
    addresses = json.loads(process.stdout.readline())
    victim = Victim(process, addresses, log)
    victim.before = victim.state()
    return victim

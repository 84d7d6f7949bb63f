"""Two hosts on one machine: network namespaces joined by a cable, each with a dask worker, one with the scheduler."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.notebooks import ROOT

# Of the namespaces' own cable; no packet of it leaves them.
ADDRESSES = ("10.203.77.1", "10.203.77.2")
PORT = 8786
WHY_NOT = (
    ""
    if sys.platform == "linux" and os.getuid() == 0 and shutil.which("ip")
    else "two hosts need network namespaces: Linux, root, and iproute2"
)


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Host:
    namespace: str
    address: str
    logs: Path

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """A process on this host, in a session of its own, so that it can be killed with all that it started."""
        with (self.logs / f"{name}.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own interpreter
                ["ip", "netns", "exec", self.namespace, sys.executable, "-m", *arguments],  # noqa: S607
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Cluster:
    hosts: Sequence[Host]
    scheduler: subprocess.Popen[bytes]
    workers: Sequence[subprocess.Popen[bytes]]

    @property
    def address(self) -> str:
        return f"tcp://{ADDRESSES[0]}:{PORT}"

    def grade(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """`grader grade … --cluster`, from the first host."""
        return self.hosts[0].start(name, "grader", "grade", *arguments, "--cluster", self.address)

    def kill_worker(self, number: int) -> None:
        """As a machine dies: worker, nanny and zygote at once."""
        kill(self.workers[number])

    def kill_what_grades(self) -> None:
        """The processes that do the work, all at once. Their nannies, which live on, start new ones."""
        for nanny in self.workers:
            for child in psutil.Process(nanny.pid).children():
                if any("spawn_main" in word for word in child.cmdline()):
                    child.kill()


def kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def two_hosts(logs: Path) -> Iterator[list[Host]]:
    names = [f"grader-{os.getpid()}-{number}" for number in range(2)]
    with ExitStack() as stack:
        for name in names:
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
        cables = [f"gr{os.getpid() % 10**6}{end}" for end in "ab"]
        _ip("link", "add", cables[0], "netns", names[0], "type", "veth", "peer", "name", cables[1], "netns", names[1])
        for name, cable, address in zip(names, cables, ADDRESSES, strict=True):
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", cable)
            _ip("-n", name, "link", "set", cable, "up")
            _ip("-n", name, "link", "set", "lo", "up")
        yield [Host(name, address, logs) for name, address in zip(names, ADDRESSES, strict=True)]


@contextmanager
def cluster(logs: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        hosts = stack.enter_context(two_hosts(logs))
        listening = ("--host", ADDRESSES[0], "--port", str(PORT), "--no-dashboard")
        scheduler = hosts[0].start("scheduler", "distributed.cli.dask_scheduler", *listening)
        stack.callback(kill, scheduler)
        workers = []
        for number, host in enumerate(hosts):
            options = ("--host", host.address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(logs))
            address = f"tcp://{ADDRESSES[0]}:{PORT}"
            worker = host.start(f"worker{number}", "distributed.cli.dask_worker", address, *options)
            stack.callback(kill, worker)
            workers.append(worker)
        for number, host in enumerate(hosts):
            eventually(lambda number=number, host=host: "Registered to" in host.log(f"worker{number}"))  # type: ignore[misc]
        yield Cluster(hosts, scheduler, workers)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)  # noqa: S603, S607 - fixed words

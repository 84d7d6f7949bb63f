"""The seal's other layers, really put on, in a process of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.kernel_side.processes import answer_of

START = """
import os, resource
from pathlib import Path
from grader.kernel_side.namespaces import Nest
from grader.kernel_side.seal import die_with_parent, drop_privileges, seal_before_threads, seal_when_bound
from grader.runner.sandbox import Bounds, Layer, Sandbox
folder = Path(sys.argv[1])
def seal(*layers, **more):
    sandbox = Sandbox(tuple(layers), **more)
    made = sandbox.seal(Bounds(memory_bytes=2**28, disk_bytes=2**20), folder / "s", folder / "home", 3)
    seal_before_threads(made, Nest(folder), folder / "home", folder / "s")
    return made
def works(attempt):
    try:
        attempt()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return True
"""
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root has privileges to drop")


def test_no_seal_does_nothing(tmp_path: Path) -> None:
    script = """
made = seal()
seal_when_bound(made)
say([dict(made), works(lambda: os.waitpid(os.fork() or os._exit(0), 0))])
"""
    assert answer_of(START + script, str(tmp_path)) == [{}, True]


def test_memory_and_files_are_bounded(tmp_path: Path) -> None:
    script = """
seal(Layer.LIMITS)
held = bytearray(2**27)
def fill(): (folder / "big").write_bytes(bytes(2**21))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
say([works(lambda: bytearray(2**29)), works(fill), works(lambda: [os.pipe() for _ in range(600)])])
"""
    assert answer_of(START + script, str(tmp_path)) == ["MemoryError", "OSError", "OSError"]


def test_limits_are_never_raised(tmp_path: Path) -> None:
    """What holds for the grader holds for its kernels."""
    script = """
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
seal(Layer.LIMITS)
say(resource.getrlimit(resource.RLIMIT_NOFILE))
"""
    assert answer_of(START + script, str(tmp_path)) == [100, 100]


def test_the_filter_leaves_computing_and_nothing_else(tmp_path: Path) -> None:
    script = """
import socket, subprocess, threading
made = seal(Layer.SECCOMP)
seal_when_bound(made)
thread = threading.Thread(target=lambda: None); thread.start(); thread.join()
say([works(os.fork), works(socket.socket), works(lambda: os.kill(os.getppid(), 0)),
     works(lambda: subprocess.run(["true"])), works(lambda: (folder / "x").write_text("x"))])
"""
    no = "PermissionError"
    assert answer_of(START + script, str(tmp_path)) == [no, no, no, no, True]


def test_the_filter_holds_for_threads_that_were_there_before(tmp_path: Path) -> None:
    script = """
import threading
made, go, seen = seal(Layer.SECCOMP), threading.Event(), []
thread = threading.Thread(target=lambda: (go.wait(), seen.append(works(os.fork))))
thread.start()
seal_when_bound(made)
go.set(); thread.join()
say(seen)
"""
    assert answer_of(START + script, str(tmp_path)) == ["PermissionError"]


def test_a_layer_that_cannot_be_put_on_raises(tmp_path: Path) -> None:
    script = """
refuse_named("landlock_create_ruleset")
say(works(lambda: seal(Layer.LANDLOCK, landlock_version=1)))
"""
    assert answer_of(START + script, str(tmp_path)) == "PermissionError"


@needs_root
def test_root_becomes_another_user_for_good(tmp_path: Path) -> None:
    script = """
seal(Layer.PRIVILEGES, drops_user=True)
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
say([os.getresuid(), os.getresgid(), os.getgroups(), int(status["CapEff"], 16), int(status["CapPrm"], 16),
     int(status["NoNewPrivs"]), works(lambda: os.setuid(0))])
"""
    users, groups, others, effective, permitted, bound, again = answer_of(START + script, str(tmp_path))
    assert users == groups == [60603] * 3, "the first user, and the slot"
    assert (others, effective, permitted, bound, again) == ([], 0, 0, 1, "PermissionError")


@needs_root
def test_root_without_capabilities_is_bound_by_permissions(tmp_path: Path) -> None:
    """Where no other user can be had: root's number, and nothing of root's might."""
    other = tmp_path / "other"
    other.write_text("x")
    other.chmod(0)
    os.chown(other, 1, 1)
    script = "drop_privileges(None)\nsay([os.getuid(), works((folder / 'other').read_text)])"
    assert answer_of(START + script, str(tmp_path)) == [0, "PermissionError"]


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = """
import signal, time
read, write = os.pipe()
parent = os.fork()
if parent == 0:
    if os.fork() == 0:
        os.close(read)
        die_with_parent(os.getppid())
        os.write(write, b"x")
        time.sleep(600)
    os.close(write)
    os.read(read, 1)
    os._exit(0)
os.close(write)
os.waitpid(parent, 0)
while os.read(read, 1): pass
say("the pipe's last holder is gone")
"""
    assert answer_of(START + script, str(tmp_path)) == "the pipe's last holder is gone"


def test_a_child_whose_parent_is_gone_already_ends(tmp_path: Path) -> None:
    script = """
child = os.fork()
if child == 0:
    die_with_parent(1 if os.getppid() != 1 else 2)
    os._exit(0)
say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert answer_of(START + script, str(tmp_path)) == 1

"""Namespaces, really entered, in a process of their own; skipped where this machine refuses them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.kernel_side.namespaces import Nest, enter_nest
from tests.kernel_side.processes import answer_of

SETUP = """
import os
from pathlib import Path
from grader.kernel_side.namespaces import enter_nest, enter_root
folder = Path(sys.argv[1])
setup = {"user_namespace": os.getuid() != 0, "visible": [str(folder / "shown")], "links": {"/alias": str(folder)}}
def works(attempt):
    try:
        return attempt()
    except OSError as error:
        return type(error).__name__
def nest():
    return enter_nest(setup, folder / "z", before_waiting=lambda: None)
def in_kernel(inner, what, number):
    child = inner.fork()
    if child == 0:
        home, sockets = folder / f"z/k{number}" / "home", folder / f"z/k{number}" / "s"
        home.mkdir(parents=True), sockets.mkdir()
        enter_root(inner, home, sockets, {"bytes": 2**20, "files": 20}, None)
        say(what(home, sockets))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "z").mkdir()
    for name in ("shown", "hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x")
    return tmp_path


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="as root they can be had for certain")


def test_without_them_a_fork_is_a_fork(tmp_path: Path) -> None:
    nest = enter_nest(None, tmp_path, before_waiting=lambda: pytest.fail("nobody waits"))
    assert nest == Nest(tmp_path)
    child = nest.fork()
    if child == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    nest.leave()


@needs_root
def test_a_kernel_sees_what_is_shown_its_scratch_and_nothing_else(folder: Path) -> None:
    script = """
def look(home, sockets):
    (home / "mine").write_text("m")
    return [os.getpid(), (folder / "shown" / "x").read_text(), Path("/alias/shown/x").read_text(),
            (folder / "hidden").exists(), Path("/etc/passwd").exists(), Path("/proc/self").exists(),
            works(lambda: (folder / "shown" / "new").write_text("")), works(lambda: Path("/new").write_text("")),
            sorted(os.listdir("/"))]
in_kernel(nest(), look, 0)
"""
    seen = answer_of(SETUP + script, str(folder))
    assert seen[:5] == [1, "x", "x", False, False]
    assert seen[5:8] == [False, "OSError", "OSError"], "all but the scratch folder is read-only"
    assert seen[8] == sorted({"alias", folder.parts[1]})
    assert not (folder / "z" / "k0" / "home" / "mine").exists(), "the scratch folder is in memory"


@needs_root
def test_the_scratch_folder_is_bounded_in_bytes_and_in_files(folder: Path) -> None:
    script = """
def fill(home, sockets):
    full = works(lambda: (home / "big").write_bytes(bytes(2**21)))
    (home / "big").unlink()
    return [full, works(lambda: [(home / str(n)).touch() for n in range(30)])]
in_kernel(nest(), fill, 0)
"""
    assert answer_of(SETUP + script, str(folder)) == ["OSError", "OSError"]


@needs_root
def test_one_kernel_after_another_and_none_sees_the_others_scratch(folder: Path) -> None:
    script = """
inner = nest()
for number in range(3):
    in_kernel(inner, lambda home, _: [os.getpid(), os.listdir(home.parent.parent)], number)
"""
    pid, siblings = answer_of(SETUP + script, str(folder))
    assert pid == 1
    assert siblings == ["k2"]


@needs_root
def test_a_kernel_has_no_network(folder: Path) -> None:
    script = "import socket\nin_kernel(nest(), lambda *_: [name for _, name in socket.if_nameindex()], 0)"
    assert answer_of(SETUP + script, str(folder)) in ([], ["lo"])


def test_where_they_are_refused_that_is_raised(folder: Path) -> None:
    script = """
refuse_named("unshare")
say(works(nest))
"""
    assert answer_of(SETUP + script, str(folder)) == "PermissionError"
    assert list((folder / "z").iterdir()) == []


@needs_root
def test_who_waits_outside_ends_as_the_one_inside_did(folder: Path) -> None:
    script = """
child = os.fork()
if child == 0:
    nest()
    os._exit(9)
say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert answer_of(SETUP + script, str(folder)) == 9

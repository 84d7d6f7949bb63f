"""Landlock, really put on, in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.kernel_side.landlock import landlock_version
from tests.kernel_side.processes import LANDLOCK_CALLS, answer_of

pytestmark = pytest.mark.skipif(landlock_version() == 0, reason="this machine has no Landlock")

ENTER = """
import os
from pathlib import Path
from grader.kernel_side.landlock import enter_landlock, landlock_version
from grader.runner.sandbox.landlock_rules import landlock_rules
folder = Path(sys.argv[1])
readable = [str(folder / "read"), str(folder / "file"), "/nowhere/at/all"]
def enter(version=landlock_version()):
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    enter_landlock(landlock_rules(version, readable, sockets=str(folder / "s"), scratch=str(folder / "home")))
def works(attempt):
    try:
        attempt()
    except OSError as error:
        return type(error).__name__
    return True
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("read", "hidden", "home", "s"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x").write_text("x")
    (tmp_path / "file").write_text("x")
    (tmp_path / "home" / "link").symlink_to(tmp_path / "hidden")
    return tmp_path


@pytest.mark.parametrize("version", range(1, landlock_version() + 1))
def test_each_version_that_the_kernel_has_opens_what_is_allowed_and_nothing_else(folder: Path, version: int) -> None:
    """Its rules are taken by the kernel, which refuses rights and sizes that it does not know."""
    script = """
enter(int(sys.argv[2]))
say([works((folder / name / "x").read_text) for name in ("read", "home", "hidden")]
    + [works((folder / "file").read_text), works((folder / "home" / "link" / "x").read_text)]
    + [works(lambda: (folder / name / "new").write_text("")) for name in ("home", "read", "hidden", "s")])
"""
    no = "PermissionError"
    assert answer_of(ENTER + script, str(folder), str(version)) == [True, True, no, True, no, True, no, no, no]


def test_what_is_open_stays_open_and_nothing_else_can_be_loosened(folder: Path) -> None:
    script = """
before = open(folder / "hidden" / "x")
enter()
readable.append(str(folder / "hidden"))
enter()
say([before.read(), works((folder / "hidden" / "x").read_text)])
"""
    assert answer_of(ENTER + script, str(folder)) == ["x", "PermissionError"]


def test_children_are_bound_as_well(folder: Path) -> None:
    script = """
enter()
if os.fork() == 0:
    say(works((folder / "hidden" / "x").read_text))
    os._exit(0)
os.wait()
"""
    assert answer_of(ENTER + script, str(folder)) == "PermissionError"


def test_where_it_is_refused_there_is_no_version_and_entering_raises(folder: Path) -> None:
    script = f"refuse_named({LANDLOCK_CALLS})\nsay([landlock_version(), works(lambda: enter(1))])"
    assert answer_of(ENTER + script, str(folder)) == [0, "PermissionError"]


def test_no_descriptor_is_left_open(folder: Path) -> None:
    script = "before = os.listdir('/proc/self/fd')\nos.listdir('/')\nenter()\n"
    # After it /proc can't be listed: the next descriptor's number tells.
    script += "say(os.pipe()[0] < len(before) + 1)"
    assert answer_of(ENTER + script, str(folder)) is True

"""The probe says what this machine has by trying, not by version numbers: also where something is switched off."""

from __future__ import annotations

from pathlib import Path

from tests.kernel_side.processes import LANDLOCK_CALLS, answer_of

FIND = """
from grader.errors import SandboxUnavailable
from grader.runner.sandbox import find_sandbox
from grader.runner.sandbox.search import find_layers
def found(choice):
    try:
        return [layer.value for layer in find_sandbox(choice).layers]
    except SandboxUnavailable as error:
        return str(error)
"""
NAMES = {
    *("landlock", "seccomp", "limits", "capabilities", "user"),
    *("namespaces_of_root", "namespaces_of_user"),
}


def test_every_layer_is_tried_and_nothing_is_left(tmp_path: Path) -> None:
    problems = answer_of(FIND + "say(dict(find_layers().problems))", folder=tmp_path)
    assert problems.keys() == NAMES
    assert all(isinstance(one, str) for one in problems.values())
    assert list(tmp_path.iterdir()) == []


def test_without_namespaces_auto_goes_on_and_required_names_them(tmp_path: Path) -> None:
    script = 'refuse_named("unshare")\nsay([dict(find_layers().problems), found("auto"), found("required")])'
    problems, auto, required = answer_of(FIND + script, folder=tmp_path)
    assert "Operation not permitted" in problems["namespaces_of_root"]
    assert "Operation not permitted" in problems["namespaces_of_user"]
    assert auto == ["landlock", "seccomp", "privileges", "limits"]
    assert "namespaces" in required
    assert "grader doctor" in required


def test_without_landlock_the_rest_is_found(tmp_path: Path) -> None:
    script = f'refuse_named({LANDLOCK_CALLS})\nsay([dict(find_layers().problems), found("required")])'
    problems, required = answer_of(FIND + script, folder=tmp_path)
    assert "none, or it is switched off" in problems["landlock"]
    assert problems["seccomp"] == ""
    assert "landlock" in required


def test_with_neither_of_the_two_that_hide_files_auto_refuses(tmp_path: Path) -> None:
    script = f'refuse_named("unshare", {LANDLOCK_CALLS})\nsay([found("auto"), found("off")])'
    auto, off = answer_of(FIND + script, folder=tmp_path)
    assert "Student code can't be sealed" in auto
    assert "landlock, namespaces" in auto
    assert "--sandbox off" in auto
    assert off == []


def test_without_the_filter_of_system_calls_auto_refuses(tmp_path: Path) -> None:
    script = 'refuse_named("seccomp")\nsay([find_layers().problems["seccomp"], found("auto")])'
    problem, auto = answer_of(FIND + script, folder=tmp_path)
    assert problem
    assert "seccomp" in auto


def test_a_layer_that_only_pretends_is_found_out(tmp_path: Path) -> None:
    """A kernel (or a container's filter) that says yes and does nothing."""
    script = """
import grader.kernel_side.layer_probe as probe
probe.enter_landlock = lambda policy: None
probe.install_filter = lambda program: None
folder = sys.argv[1]
say([probe._in_child(lambda: probe._landlock({}, folder)), probe._in_child(lambda: probe._seccomp("")),
     probe._in_child(lambda: probe.os._exit(3)), probe._in_child(lambda: 1 / 0)])
"""
    landlock, seccomp, died, raised = answer_of(script, str(tmp_path), folder=tmp_path)
    assert "still possible" in landlock
    assert "still possible" in seccomp
    assert died == "a process that tried it died"
    assert raised == "ZeroDivisionError: division by zero"

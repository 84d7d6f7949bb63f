"""From what the probe found to a sandbox, and where one is refused."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SandboxUnavailable
from grader.runner.sandbox import search
from grader.runner.sandbox.layers import Layer, Sandbox
from grader.runner.sandbox.readable import Readable
from grader.runner.sandbox.search import Findings, SandboxChoice, find_layers, find_sandbox

TRIED = ("landlock", "seccomp", "limits", "capabilities", "user", "namespaces_of_root", "namespaces_of_user")


def findings(*broken: str) -> Findings:
    problems = {name: "broken" if name in broken else "" for name in TRIED}
    return Findings(Readable(("/lib",), {}), 6, problems)


@pytest.fixture(params=[0, 1000], ids=["root", "ordinary user"])
def user(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    number: int = request.param
    monkeypatch.setattr("os.getuid", lambda: number)
    return number


def test_all_that_works_is_used(user: int) -> None:
    sandbox = findings().sandbox()
    assert sandbox.layers == tuple(Layer)
    assert (sandbox.landlock_version, sandbox.user_namespace) == (6, False)
    assert sandbox.drops_user is (user == 0)


def test_what_does_not_is_not(user: int) -> None:
    del user
    sandbox = findings("landlock", "namespaces_of_root", "namespaces_of_user", "limits").sandbox()
    assert sandbox.layers == (Layer.SECCOMP, Layer.PRIVILEGES)
    assert sandbox.landlock_version == 0, "a version that can't be used is none"


def test_an_ordinary_users_namespaces_do_as_well(user: int) -> None:
    sandbox = findings("namespaces_of_root").sandbox()
    assert Layer.NAMESPACES in sandbox.layers
    assert sandbox.user_namespace
    assert sandbox.drops_user is (user == 0)


def test_root_stays_where_another_user_could_not_read_the_libraries(user: int) -> None:
    """In a root folder of their own they are reached by other ways."""
    del user
    assert not findings("user", "namespaces_of_root").sandbox().drops_user


@pytest.mark.parametrize("choice", ["auto", "required"])
def test_other_systems_have_none(choice: SandboxChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ((("sys", "platform"), "darwin"), (("platform", "machine"), lambda: "riscv64")):
        with monkeypatch.context() as patch:
            patch.setattr(".".join(name), value)
            with pytest.raises(SandboxUnavailable, match="--sandbox off"):
                find_sandbox(choice)
            assert find_sandbox("off") == Sandbox()


@pytest.mark.parametrize(
    ("broken", "auto"),
    [
        ((), True),
        (("landlock",), True),
        (("namespaces_of_root", "namespaces_of_user"), True),
        (("limits", "capabilities"), True),
        (("landlock", "namespaces_of_root", "namespaces_of_user"), False),
        (("seccomp",), False),
    ],
)
def test_auto_takes_what_is_enough_and_required_all(
    broken: tuple[str, ...],
    auto: bool,  # noqa: FBT001 - a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "find_layers", lambda _private: findings(*broken))
    for choice, fits in (("auto", auto), ("required", not broken)):
        if fits:
            assert find_sandbox(choice) == findings(*broken).sandbox()  # type: ignore[arg-type]
        else:
            with pytest.raises(SandboxUnavailable, match=str(findings(*broken).sandbox().missing()[0])):
                find_sandbox(choice)  # type: ignore[arg-type]


def test_unsealed_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was"))
    assert not find_sandbox("off")


def run_as(answer: Any) -> Any:
    def run(*_: object, **__: object) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return subprocess.CompletedProcess([], 0, stdout=answer)

    return run


@pytest.mark.skipif(platform.machine() not in search.MACHINES, reason="nothing is tried here")
@pytest.mark.parametrize("answer", ["", "no JSON", OSError("gone"), subprocess.TimeoutExpired("x", 1)])
def test_a_probe_that_fails_is_no_sandbox(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", run_as(answer))
    with pytest.raises(SandboxUnavailable, match="could not be found out"):
        find_layers()


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is tried here")
def test_the_probe_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        find_layers()
        assert list(Path(folder).iterdir()) == []

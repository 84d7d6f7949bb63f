"""What an instructor is told of each layer: whether it works, why not, and what that leaves open."""

from __future__ import annotations

import pytest

from grader.runner.sandbox import doctor
from grader.runner.sandbox.doctor import Finding, all_sealed, examine, verdict_of
from grader.runner.sandbox.layers import Layer
from tests.runner.sandbox.test_search import findings


def found(*broken: Layer) -> list[Finding]:
    return [Finding(layer, "broken" if layer in broken else "") for layer in Layer]


@pytest.mark.parametrize("layer", list(Layer))
def test_each_layer_has_words(layer: Layer) -> None:
    finding = Finding(layer, "")
    assert finding.works
    assert finding.does
    assert finding.leaves_open
    assert not Finding(layer, "broken").works


@pytest.mark.parametrize(
    ("broken", "sealed", "words"),
    [
        ((), True, "every layer"),
        ((Layer.NAMESPACES,), False, "well enough"),
        ((Layer.LANDLOCK, Layer.LIMITS), False, "well enough"),
        ((Layer.SECCOMP,), False, "Not sealed"),
        ((Layer.LANDLOCK, Layer.NAMESPACES), False, "Not sealed"),
    ],
)
def test_the_verdict_is_what_auto_and_required_do(broken: tuple[Layer, ...], sealed: bool, words: str) -> None:  # noqa: FBT001 - a parameter
    assert all_sealed(found(*broken)) is sealed
    assert words in verdict_of(found(*broken))


def test_a_problem_is_told_once_and_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor, "find_layers", lambda: findings("namespaces_of_root", "namespaces_of_user", "capabilities")
    )
    assert {one.layer: one.problem for one in examine() if not one.works} == {
        Layer.NAMESPACES: "broken",
        Layer.PRIVILEGES: "broken",
    }


@pytest.mark.parametrize(("name", "value"), [("sys.platform", "win32"), ("platform.machine", lambda: "riscv64")])
def test_other_systems_are_told_that_they_have_none(name: str, value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name, value)
    assert [one.layer for one in examine() if "Linux on x86_64 or aarch64" in one.problem] == list(Layer)


def test_this_machine_is_examined_as_it_is() -> None:
    assert [one.layer for one in examine()] == list(Layer)

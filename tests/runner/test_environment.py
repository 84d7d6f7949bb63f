"""A kernel's environment: of the grader's own what an interpreter needs, and nothing that tells or differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.runner.environment import kernel_environment

SCRATCH = Path("/scratch/home")
_names = st.text(st.characters(min_codepoint=65, max_codepoint=90), min_size=1)


@given(st.dictionaries(_names, st.just("secret")))
def test_no_variable_of_the_graders_own_goes_in_by_accident(variables: dict[str, str]) -> None:
    known = {"PATH", "LANG", "SYSTEMROOT", "PYTHONPATH"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        environment = kernel_environment(SCRATCH)
    assert {name for name, value in environment.items() if value == "secret"} <= known


@pytest.mark.parametrize(
    "name", ["AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "GITHUB_TOKEN", "LD_PRELOAD", "PYTHONSTARTUP"]
)
def test_secrets_and_hooks_stay_outside(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "secret")
    assert name not in kernel_environment(SCRATCH)


@pytest.mark.parametrize(
    "name", ["HOME", "TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR"]
)
def test_every_place_to_write_to_is_inside_the_scratch_folder(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/root")
    assert Path(kernel_environment(SCRATCH)[name]).is_relative_to(SCRATCH)


def test_numbers_do_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED", "MPLBACKEND"):
        monkeypatch.setenv(name, "17")
    environment = kernel_environment(SCRATCH)
    assert {environment[name] for name in environment if name.endswith("_NUM_THREADS")} == {"1"}
    assert environment["PYTHONHASHSEED"] == "0"
    assert "inline" in environment["MPLBACKEND"]

"""What an autograder installs is bounded, and what the instructor names is a package and nothing else."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from grader.bundle.requirements import requirements
from grader.errors import UsageError


def _lines(*packages: str) -> list[str]:
    return [line for line in requirements(packages).decode().splitlines() if line and not line.startswith("#")]


def test_each_dependency_is_there_up_to_the_next_major_version() -> None:
    found = {one.name: one.specifier for one in map(Requirement, _lines())}
    assert {"numpy", "matplotlib", "ipykernel", "nbclient", "msgspec"} <= set(found)
    here = Version(version("ipykernel"))
    assert found["ipykernel"].contains(here)
    assert not found["ipykernel"].contains(f"{here.major + 1}.0")


def test_extras_for_developers_are_left_out() -> None:
    assert not {"pytest", "ruff", "nbgrader", "mypy"} & {Requirement(line).name for line in _lines()}


def test_what_the_instructor_names_comes_last() -> None:
    assert _lines("scipy", "pandas >=2") == [*_lines(), "scipy", "pandas>=2"]


@pytest.mark.parametrize("line", ["--index-url=http://evil", "numpy\n--pre", "", "a b"])
def test_what_is_no_package_is_refused(line: str) -> None:
    with pytest.raises(UsageError, match="is no package as pip names them"):
        requirements([line])

"""Every bundle carries the grader, what it needs and the course's one assignment; all placeholders are filled."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from grader.bundle import Platform, make_bundle
from grader.bundle.templates import template
from grader.errors import AssignmentError, UsageError
from tests.bundle.unpacked import bundle, files_of, is_valid_bash
from tests.notebooks import ROOT

TINY = ROOT / "tests" / "courses" / "tiny"


@pytest.mark.parametrize("platform", Platform)
def test_grader_requirements_and_course_are_in_it(platform: Platform) -> None:
    files = files_of(bundle(platform))
    assert len([name for name in files if re.search(r"neural_computation_grader-[\w.]+-py3-none-any\.whl$", name)]) == 1
    assert [name for name in files if name.endswith("requirements.txt")]
    for part in ("assignments/attention/assignment.toml", "reference/attention.py", "reference/attention_variants.py"):
        assert files[f"course/{part}"] == (ROOT / part).read_bytes()
    assert not [name for name in files if "sources" in name or "tests/" in name]
    assert "README.md" in files


@pytest.mark.parametrize("platform", Platform)
def test_nothing_is_left_to_be_filled_and_scripts_are_scripts(platform: Platform) -> None:
    for name, content in files_of(bundle(platform)).items():
        if name.startswith("course/") or name.endswith((".whl", ".ipynb")):
            continue
        assert not re.search(rb"@[A-Z]+@", content), name
        if content.startswith(b"#!"):
            assert is_valid_bash(content), name


@pytest.mark.parametrize("platform", Platform)
def test_the_same_course_gives_the_same_bytes(platform: Platform) -> None:
    assert make_bundle(platform, ROOT, "attention") == bundle(platform)


def test_another_assignment_needs_no_change() -> None:
    for platform in Platform:
        files = files_of(make_bundle(platform, TINY, "distance"))
        texts = b"".join(content for name, content in files.items() if not name.endswith(".whl"))
        assert b"distance" in texts
        assert b"attention" not in texts.lower()


@pytest.mark.parametrize("platform", Platform)
def test_packages_for_the_notebooks_are_installed_there(platform: Platform) -> None:
    files = files_of(make_bundle(platform, TINY, "distance", packages=["scipy>=1.11"]))
    (wanted,) = (content for name, content in files.items() if name.endswith("requirements.txt"))
    assert wanted.decode().splitlines()[-1] == "scipy>=1.11"


def test_a_course_that_is_not_sound_is_not_bundled(tmp_path: Path) -> None:
    """The instructor's machine says so, not the platform's, in front of a class."""
    course = Path(shutil.copytree(TINY, tmp_path / "course"))
    toml = course / "assignments" / "distance" / "assignment.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("title", "titel", 1), encoding="utf-8")
    with pytest.raises(AssignmentError, match='Did you mean "title"'):
        make_bundle(Platform.GRADESCOPE, course, "distance")
    with pytest.raises(UsageError, match='no assignment "distanc"'):
        make_bundle(Platform.GRADESCOPE, TINY, "distanc")


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="TITLE"):
        template("gradescope", "README.md", POINTS="1")

"""A bundle takes what grading one assignment needs: no other assignment's secrets, and nothing from outside."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.answer_key import load_answer_key
from grader.assignment import load_assignment
from grader.bundle.course_folder import course_folder
from grader.errors import UsageError
from tests.notebooks import ROOT

TINY = ROOT / "tests" / "courses" / "tiny"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "course"))


def test_it_is_enough_to_grade_with_and_its_reports_have_the_same_digest(course: Path, tmp_path: Path) -> None:
    for name, content in course_folder(course, "distance").items():
        (tmp_path / "there" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "there" / name).write_bytes(content)
    there = load_answer_key(tmp_path / "there", load_assignment(tmp_path / "there", "distance"))
    assert there.digest == load_answer_key(course, load_assignment(course, "distance")).digest


def test_others_and_what_only_the_selftest_needs_stay(course: Path) -> None:
    shutil.copytree(course / "assignments" / "distance", course / "assignments" / "distances")
    (course / "reference" / "distances.py").write_text("SECRET = 1", encoding="utf-8")
    (course / "assignments" / "distance" / ".ipynb_checkpoints").mkdir()
    (course / "assignments" / "distance" / ".ipynb_checkpoints" / "old.ipynb").touch()
    (course / "assignments" / "distance" / "__pycache__").mkdir()
    (course / "assignments" / "distance" / "__pycache__" / "x.pyc").touch()
    (course / "notes.txt").touch()
    names = set(course_folder(course, "distance"))
    assert {"assignments/distance/assignment.toml", "reference/distance.py"} <= names
    assert not [name for name in names if "distances" in name or "sources" in name or "cache" in name or "/." in name]
    assert {name.split("/")[0] for name in names} == {"assignments", "reference"}


@pytest.mark.parametrize(
    "place", ["assignments/distance/data.csv", "assignments/distance/more", "reference/distance.py"]
)
def test_links_are_refused_by_name(place: str, course: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (course / place).unlink(missing_ok=True)
    (course / place).symlink_to(tmp_path / ("secret" if "." in place else "."))
    with pytest.raises(UsageError, match=f"{place}: is a link"):
        course_folder(course, "distance")

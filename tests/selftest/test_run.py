"""The whole self-test, on the tests' small course: in real kernels, and when something is broken there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.answer_key import load_answer_key
from grader.assignment import load_assignment
from grader.errors import AuthorError
from grader.runner import KernelRunner
from grader.selftest import SelfTest, run_selftest, summary
from grader.selftest.naming import Naming

TINY = Path(__file__).parent.parent / "courses" / "tiny"
Edited = Callable[[str, str, str], SelfTest]


@pytest.fixture
def edited(tmp_path: Path, runner: KernelRunner) -> Edited:
    """The self-test of the small course with one text in one file replaced."""

    def run(file: str, old: str, new: str) -> SelfTest:
        course = tmp_path / "course"
        shutil.copytree(TINY, course)
        text = (course / file).read_text(encoding="utf-8")
        assert old in text
        (course / file).write_text(text.replace(old, new), encoding="utf-8")
        key = load_answer_key(course, load_assignment(course, "distance"))
        return run_selftest(course, key, runner, 2)

    return run


TOML, REFERENCE = "assignments/distance/assignment.toml", "reference/distance.py"
VARIANTS = "reference/distance_variants.py"


def test_a_sound_course_passes(edited: Edited) -> None:
    found = edited(TOML, "format = 1", "format = 1")
    assert found.problems == ()
    # The reference, the blank sheet, and in each of two styles the right one and five misconceptions.
    assert found.notebooks == 14
    assert found.pairs[Naming.WRONG] == found.pairs[Naming.UNKNOWN] == 0
    said = "\n".join(summary(found))
    assert "The fewest cases that tell all of this apart: five_elements." in said
    assert said.endswith("All is well.")


def test_a_hidden_case_that_separates_is_missed(edited: Edited) -> None:
    """The vector (3, 4) has two elements: it can't show that a function looks at no more."""
    found = edited(REFERENCE, '"five_elements": {"vector": [1, -2, 3, -4, 5.5]}, ', "")
    assert "norm: no case tells apart: nothing wrong, or only_two. Add a case that does." in found.problems
    assert "only_two, in the style arrays: only: wrong, but got 5.0 of 5.0." in found.problems
    assert list(summary(found))[-1] == f"{len(found.problems)} problems."


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        # A tolerance that passes a fault.
        (TOML, "format = 1", "format = 1\ntolerance = { relative = 0.9 }", "got 5.0 of 5.0."),
        # Two variants that were mixed up.
        (VARIANTS, '("not_squared", lambda s: {"sum": np.abs', '("only_two", lambda s: {"sum": np.abs', "named as"),
        # A source that is not what it says.
        ("reference/distance_sources.py", '"(vector**2).sum()"', '"(vector**4).sum()"', "right, but got"),
    ],
)
def test_other_things_that_break(file: str, old: str, new: str, said: str, edited: Edited) -> None:
    found = edited(file, old, new)
    assert any(said in problem for problem in found.problems), found.problems


def test_points_for_nothing_are_refused(edited: Edited) -> None:
    with pytest.raises(AuthorError):
        edited(TOML, "data = { vector = [3, 4] }", "data = { victor = [3, 4] }")

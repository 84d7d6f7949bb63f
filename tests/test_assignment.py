"""assignment.toml: what is wrong in it is said by file, place and mend."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment import load_assignment
from grader.course import choose_assignment, find_course
from grader.errors import AssignmentError, UsageError
from tests.notebooks import ROOT

TOML = (ROOT / "assignments" / "attention" / "assignment.toml").read_text(encoding="utf-8")

Load = Callable[[str], object]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load this text as the assignment "attention" of a course of its own."""
    folder = tmp_path / "assignments" / "attention"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "assignments" / "attention" / "attention.ipynb", folder)

    def load_text(text: str) -> object:
        (folder / "assignment.toml").write_text(text, encoding="utf-8")
        return load_assignment(tmp_path, "attention")

    return load_text


def test_the_shipped_assignment_is_the_policy(load: Load) -> None:
    """grading.md's table of points: 100 in all, exercise by exercise."""
    assignment = load_assignment(ROOT, "attention")
    points = {one.id: sum(criterion.points for criterion in one.criteria) for one in assignment.exercises}
    assert points == {"ex1": 20, "ex2": 12, "ex3": 20, "ex4": 14, "ex5": 20, "ex6": 14}
    assert assignment == load(TOML)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points = 8", "pionts = 8", r'exercises\[0\]\.criteria\[1\]: unknown key "pionts"\. Did you mean "points"\?'),
        ("[limits]", "[limts]", r'the top level: unknown key "limts"\. Did you mean "limits"\?'),
        ('kind = "values"', 'kind = "vlaues"', r'unknown value "vlaues"\. Did you mean "values"\?'),
        ('rule = "nonnegative"', 'rule = "nonegative"', r'unknown value "nonegative"\. Did you mean "nonnegative"\?'),
        ("points = 8", 'points = "8"', r"exercises\[0\]\.criteria\[1\]\.points: Expected `float`, got `str`"),
        ("points = 8", "points = -8", r"points: Expected `float` >= 0"),
        ("relative = 1e-4", "relative = 0", r"tolerance\.relative: Expected `float` > 0"),
        ("relative = 1e-4", "relative = inf", r"tolerance\.relative: Expected `float` < 1"),
        (
            'cases = ["stability"]',
            'cases = ["stabilty"]',
            r'no criterion compares the set "stabilty"\. Did you mean "stability"',
        ),
        (
            '{ name = "values", data = "values", as_list',
            '{ name = "keys", data = "values", as_list',
            r'"keys" is there 2',
        ),
        ("points = 8", "points = inf", r"points: Expected `float` <="),
        ('cases = ["sheet"]', "cases = []", r"cases: Expected `array` of length >= 1"),
        ('set = "small"', 'set = "sheet"', r'cases\[0\]\.set: "sheet" is the set of the sheet'),
        ('headings = ["Exercise 1", "Aufgabe 1", "Übung 1"]', 'headings = [" "]', r"headings\[0\]"),
        ('id = "attention"', 'id = "attentoin"', r'id: is "attentoin", but the folder is called "attention"'),
        ('notebook = "attention.ipynb"', 'notebook = "sheet.ipynb"', r'notebook: there is no file "sheet\.ipynb"'),
        ('id = "sheet_data"', 'id = "interface"', r'exercises\[0\]\.criteria: "interface" is there 2 times'),
        ('id = "ex2"', 'id = "ex1"', r'exercises: "ex1" is there 2 times'),
        ('function = "attentionQuery"', 'function = "attentionQuerry"', r'Did you mean "attentionQuery"\?'),
        ('output = "attention"', 'output = "atention"', r'rules\[0\]\.output: unknown "atention"\. Did you mean'),
        ('changed = ["keys"', 'changed = ["kyes"', r'changed: unknown "kyes"\. Did you mean "keys"\?'),
        ('same_length = ["queries"', 'same_length = ["querys"', r'no parameter takes "querys"\. Did you mean'),
        ('function = "attentionQuery"\n', "", r'exercises\[0\]\.criteria\[0\]: the kind "interface" needs'),
        ('equal = ["keys", "values"', 'equal = ["keys"', r"names and equal must be equally many"),
        (
            'cases = ["sheet", "small"]',
            'cases = ["sheet", "hidden"]',
            r'criteria\[0\]\.cases: "hidden" is written out in no',
        ),
        (
            'cases = ["sheet", "small"]',
            'cases = ["sheet", "smal"]',
            r'"smal" is written out in no .* Did you mean "small"\?',
        ),
        (
            'axes = ["key"]\nvalue',
            'axes = ["kye"]\nvalue',
            r'plots\[0\]: no quantity is called "kye"\. Did you mean "key"\?',
        ),
        (
            'axes = ["query", "key"]\nvalue',
            'axes = ["query"]\nvalue',
            r"plots\[0\]\.axes: attention has 2 axes to draw, but 1",
        ),
        ("row = 0\naxes", "axes", r"plots\[1\]\.axes: result has 2 axes to draw, but 1 are named"),
        ('kinds = ["image", "mesh"]', 'kinds = ["image", "bars"]', r"plots\[0\]\.kinds: image and mesh show tables"),
        ('kinds = ["image", "mesh"]', 'kinds = ["bars"]', r"plots\[0\]\.kinds: image and mesh are for two axes"),
        ('kinds = ["image", "mesh"]', 'kinds = ["picture"]', r"kinds\[0\]: Invalid enum value 'picture'"),
        (
            'plot = "attention"',
            'plot = "atention"',
            r'the exercise has no plot "atention"\. Did you mean "attention"\?',
        ),
        (
            'plot = "heatmap"\npoints = 2',
            'plot = "result"\npoints = 2',
            r'"result" is no heatmap: only these have colour',
        ),
        ('{ function = "maskedAtt', '{ function = "Att', r"instead\[0\]\.function: .* is not described\. Did you mean"),
        ("format = 1", "format = 2", r"format: Invalid enum value 2"),
        ("format = 1", "format = ", r"is not valid TOML"),
        ("[[functions]]", "[functions]", r"is not valid TOML|Expected `array`"),
    ],
)
def test_mistakes_are_named(old: str, new: str, said: str, load: Load) -> None:
    assert old in TOML
    with pytest.raises(AssignmentError, match=said) as caught:
        load(TOML.replace(old, new, 1))
    assert "assignment.toml: " in str(caught.value)


def test_a_missing_assignment_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"assignments/none/assignment\.toml: can't be read: No such file"):
        load_assignment(tmp_path, "none")


def test_the_course_is_found_upward(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "a").mkdir(parents=True)
    (tmp_path / "reference").mkdir()
    assert find_course(tmp_path / "assignments" / "a") == tmp_path
    with pytest.raises(UsageError, match="--course"):
        find_course(tmp_path.parent)


def test_the_assignment_is_chosen(tmp_path: Path) -> None:
    for name in ("attention", "memory"):
        (tmp_path / "assignments" / name).mkdir(parents=True)
        (tmp_path / "assignments" / name / "assignment.toml").touch()
    assert choose_assignment(tmp_path, "memory") == "memory"
    with pytest.raises(UsageError, match=r"attention, memory\. Name one with --assignment"):
        choose_assignment(tmp_path, None)
    with pytest.raises(UsageError, match=r'Did you mean "memory"\?'):
        choose_assignment(tmp_path, "memroy")
    assert choose_assignment(ROOT, None) == "attention"

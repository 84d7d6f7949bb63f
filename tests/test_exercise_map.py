"""Cells find their exercise by heading, whatever students do to headings; else by what they define."""

from __future__ import annotations

import pytest

from grader.assignment import Assignment
from grader.exercise_map import map_cells

CODE = ("code", "pass")


def exercises(cells: list[tuple[str, str]], assignment: Assignment) -> list[str | None]:
    return [cell.exercise for cell in map_cells(cells, assignment)[0]]


@pytest.mark.parametrize(
    "heading",
    [
        "## Exercise 3: Matrix-based implementation",
        "# exercise 3",
        "### **Exercise 3**",
        "## Aufgabe 3",
        "Intro\n\n## Exercise 3\ntext",
        "##Exercise 3",
        "   ### *Exercise 3*: matrices",
        "## EXERCISE  3.",
    ],
)
def test_headings_in_many_hands(heading: str, assignment: Assignment) -> None:
    assert exercises([CODE, ("markdown", heading), CODE, CODE], assignment) == [None, "ex3", "ex3"]


def test_a_mention_in_the_text_is_no_heading(assignment: Assignment) -> None:
    """The sheet's Exercise 4 speaks of Exercise 2."""
    cells = [("markdown", "## Exercise 4\nidentical to the one from\nExercise 2."), CODE]
    assert exercises(cells, assignment) == ["ex4"]


def test_exercise_1_is_not_exercise_12(assignment: Assignment) -> None:
    assert exercises([("markdown", "## Exercise 12"), CODE, ("markdown", "## Exercise 1"), CODE], assignment) == [
        None,
        "ex1",
    ]


def test_without_headings_lines_and_comments_that_begin_like_one_count(assignment: Assignment) -> None:
    cells = [("code", "# Exercise 1\npass"), CODE, ("markdown", "**Exercise 3**"), CODE]
    assert exercises(cells, assignment) == ["ex1", "ex1", "ex3"]


def test_without_any_headings_definitions_count(assignment: Assignment) -> None:
    cells = [CODE, ("code", "def attentionQuery(q, k, v):\n  ..."), CODE, ("code", "keys_mat = np.array(keys)")]
    mapped, remarks = map_cells(cells, assignment)
    assert [cell.exercise for cell in mapped] == [None, "ex1", "ex1", "ex3"]
    assert [remark.id for remark in remarks] == ["no_headings"]


def test_a_longer_name_defines_nothing_of_ours(assignment: Assignment) -> None:
    assert exercises([("code", "def attentionQueryOfMine():\n  ..."), CODE], assignment) == [None, None]


def test_long_lines_cost_no_time(assignment: Assignment) -> None:
    """Catastrophic backtracking would hang here."""
    for text in ("# " * 500_000 + "<h1" * 500_000, ("#" * 199 + "\n") * 20_000, (" " * 199 + "\n") * 20_000):
        assert exercises([("markdown", text), CODE], assignment) == [None]

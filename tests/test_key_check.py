"""The answer key is graded before anybody is graded with it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
from grader.errors import AssignmentError
from grader.key_check import check_key
from tests.notebooks import ROOT


def test_the_shipped_key_is_sound(key: AnswerKey) -> None:
    check_key(key, ROOT)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'factors = ["attention", "values"]',
            'factors = ["attention", "keys"]',
            "ex1.invariants: (the reference|can't be)|ex1: can't",
        ),
        (
            "row = 0, column = 0",
            "row = 0, column = 1",
            "ex5.invariants: the reference itself isn't full: .*query 0, key",
        ),
        ("row = 0, column = 0", "row = 0, column = 1000", "ex5: can't be graded with these rules: IndexError"),
        ('row = -1, function = "attentionQueryMatrix"', 'row = 0, function = "attentionQueryMatrix"', "ex5.invariants"),
        # Labels as the assignment itself would word them.
        ('words = ["key", ', 'words = ["zzz", ', "ex2.attention_labels: the reference itself isn't full: .*of the key"),
        ('equal = ["keys", "values", "queries"]', 'equal = ["keys", "keys", "queries"]', None),
    ],
)
def test_a_rubric_that_the_reference_breaks_is_refused(old: str, new: str, said: str | None, tmp_path: Path) -> None:
    for name in ("assignments", "reference"):
        shutil.copytree(ROOT / name, tmp_path / name)
    toml = tmp_path / "assignments" / "attention" / "assignment.toml"
    text = toml.read_text(encoding="utf-8")
    assert old in text
    toml.write_text(text.replace(old, new, 1), encoding="utf-8")
    key = load_answer_key(tmp_path, load_assignment(tmp_path, "attention"))
    if said is None:
        check_key(key, tmp_path)
    else:
        with pytest.raises(AssignmentError, match=said):
            check_key(key, tmp_path)


def test_points_for_nothing_are_refused(tmp_path: Path) -> None:
    """A criterion whose only cases don't fit its function would be passed by everybody."""
    for name in ("assignments", "reference"):
        shutil.copytree(ROOT / name, tmp_path / name)
    toml = tmp_path / "assignments" / "attention" / "assignment.toml"
    text = toml.read_text(encoding="utf-8")
    text = text.replace("queries = [[2, 0, 0, 0], ", "queries = [[1, 1, 1, 1], [2, 0, 0, 0], ")
    head, masked = text.split('id = "ex5"')
    toml.write_text(head + 'id = "ex5"' + masked.replace('"small", "hidden", "stability"', '"small"'), encoding="utf-8")
    key = load_answer_key(tmp_path, load_assignment(tmp_path, "attention"))
    with pytest.raises(AssignmentError, match=r"ex5\.hidden_cases: a submission without it gets points"):
        check_key(key, tmp_path)

"""What was seen at two moments is judged twice, and the better counts, as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.answer_key import AnswerKey
from tests.checks.observations import check

Functions = dict[str, Callable[..., Any]]


def none(*_: Any) -> None:
    return None


def test_the_better_moment_counts(key: AnswerKey, right_functions: Functions) -> None:
    right = ("attentionQuery", right_functions["attentionQuery"])
    for runs in ((right, ("attentionQuery", none)), (("attentionQuery", none), right)):
        assert all(one.fraction == 1 for one in check("ex1", key, *runs).values())


def test_moments_are_not_mixed(key: AnswerKey, right_functions: Functions) -> None:
    """Two half right versions don't make a right one."""
    right = right_functions["attentionQuery"]

    def only_sheet(query: Any, keys: Any, values: Any) -> Any:
        return right(query, keys, values) if len(keys) == 64 else None

    def never_sheet(query: Any, keys: Any, values: Any) -> Any:
        return right(query, keys, values) if len(keys) != 64 else None

    results = check("ex1", key, ("attentionQuery", only_sheet), ("attentionQuery", never_sheet))
    assert (results["sheet_data"].fraction or 0) + (results["hidden_cases"].fraction or 0) == 1


def test_plots_are_judged_elsewhere(key: AnswerKey) -> None:
    """All of a notebook's at once: one may stand under another exercise's heading."""
    assert check("ex2", key) == {}

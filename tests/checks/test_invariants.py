"""Each rule is broken by what it is about, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from tests.checks.observations import check

Functions = dict[str, Callable[..., Any]]
Edit = Callable[[Any, Any, Any], tuple[Any, Any]]
RULES = 7


def edited(right: Callable[..., Any], edit: Edit) -> Callable[..., Any]:
    def function(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = right(queries, keys, values)
        return edit(attention.copy(), result.copy(), values)

    return function


def lowered(attention: Any, _result: Any, values: Any) -> tuple[Any, Any]:
    attention[1, 0] -= 2
    attention[1, 1] += 2
    return attention, attention @ values


def scaled_row(attention: Any, _result: Any, values: Any) -> tuple[Any, Any]:
    attention[1] *= 1.5
    return attention, attention @ values


def other_result(attention: Any, result: Any, _values: Any) -> tuple[Any, Any]:
    result[1, 0] += 0.1
    return attention, result


def leaking(attention: Any, _result: Any, values: Any) -> tuple[Any, Any]:
    attention[1, 2] = 1e-30
    return attention, attention @ values


def first_row_moved(attention: Any, _result: Any, values: Any) -> tuple[Any, Any]:
    attention[0, 0], attention[0, 1] = 0, 1
    return attention, attention @ values


def last_row_uniform(attention: Any, _result: Any, values: Any) -> tuple[Any, Any]:
    attention[-1] = 1 / len(attention)
    return attention, attention @ values


@pytest.mark.parametrize(
    ("edit", "broken", "words"),
    [
        (lowered, 1, "attention must not be negative, but at query 1, key 0 it is -1.7311"),
        (scaled_row, 1, "attention of query 1 must sum to 1, but sums to 1.5"),
        (other_result, 1, "result must be the attention returned times the values: at query 1, element 0"),
        (leaking, 1, "attention at query 1, key 2 must be exactly 0 (the future), but is 1e-30"),
        (first_row_moved, 2, "Only attention at query 0, key 0 must be 1 in its row"),
        (last_row_uniform, 1, "attention and result of query 2 must be what attentionQueryMatrix returns there"),
    ],
)
def test_each_rule(edit: Edit, broken: int, words: str, key: AnswerKey, right_functions: Functions) -> None:
    function = edited(right_functions["maskedAttentionQueryMatrix"], edit)
    result = check("ex5", key, ("maskedAttentionQueryMatrix", function))["invariants"]
    assert result.fraction == pytest.approx((RULES - broken) / RULES)
    assert words in result.message
    assert result.message.startswith("On the example with three keys: ")
    assert result.example is not None


def test_seeing_the_future_breaks_its_rule(key: AnswerKey, right_functions: Functions) -> None:
    def peeking(queries: Any, keys: Any, values: Any) -> Any:
        attention, _ = right_functions["maskedAttentionQueryMatrix"](queries + keys[-1], keys, values)
        return attention, attention @ values

    result = check("ex5", key, ("maskedAttentionQueryMatrix", peeking))["invariants"]
    assert "changes when only the keys and values after item 1 change: it sees the future" in result.message


def test_right_functions_break_none(key: AnswerKey, right_functions: Functions) -> None:
    for exercise, name in (
        ("ex1", "attentionQuery"),
        ("ex3", "attentionQueryMatrix"),
        ("ex5", "maskedAttentionQueryMatrix"),
    ):
        assert check(exercise, key, (name, right_functions[name]))["invariants"].fraction == 1


def test_the_last_row_may_be_that_of_the_students_own_function(key: AnswerKey) -> None:
    """A fault is paid for once, where it was made: here in Exercise 3."""

    def unscaled(queries: Any, keys: Any, values: Any, *, masked: bool = False) -> Any:
        logits = queries @ keys.T
        logits = np.where(np.tri(*logits.shape), logits, -np.inf) if masked else logits
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        attention = exponentials / exponentials.sum(axis=1, keepdims=True)
        return attention, attention @ values

    def masked(queries: Any, keys: Any, values: Any) -> Any:
        return unscaled(queries, keys, values, masked=True)

    alone = check("ex5", key, ("maskedAttentionQueryMatrix", masked))
    both = check("ex5", key, ("maskedAttentionQueryMatrix", masked), ("attentionQueryMatrix", unscaled))
    assert alone["invariants"].fraction == pytest.approx(6 / 7)
    assert both["invariants"].fraction == 1


def test_wrong_shapes_earn_nothing(key: AnswerKey) -> None:
    """A stub that hands back old globals would else earn the rules that these happen to keep."""

    def stub(*_: Any) -> Any:
        return np.eye(64), np.zeros((64, 16))

    result = check("ex5", key, ("maskedAttentionQueryMatrix", stub))["invariants"]
    assert result.fraction == 0
    assert result.message.startswith("Could not be judged. On the example with three keys: attention should have")


def test_nan_breaks_rules(key: AnswerKey, right_functions: Functions) -> None:
    def nan(attention: Any, result: Any, _values: Any) -> tuple[Any, Any]:
        return attention * np.nan, result

    function = edited(right_functions["attentionQueryMatrix"], nan)
    assert check("ex3", key, ("attentionQueryMatrix", function))["invariants"].fraction == 0

"""Side effects and repeated calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.answer_key import AnswerKey
from tests.checks.observations import check

Functions = dict[str, Callable[..., Any]]


def interface(function: Callable[..., Any], key: AnswerKey) -> tuple[float | None, str]:
    result = check("ex1", key, ("attentionQuery", function))["interface"]
    return result.fraction, result.message


def test_right_passes(key: AnswerKey, right_functions: Functions) -> None:
    assert interface(right_functions["attentionQuery"], key) == (1.0, "")


def test_each_changed_argument_is_named(key: AnswerKey, right_functions: Functions) -> None:
    def changing(query: Any, keys: Any, values: Any) -> Any:
        returned = right_functions["attentionQuery"](query, keys, values)
        query += 1
        keys[2] *= 2
        return returned

    fraction, message = interface(changing, key)
    assert fraction == 0
    assert "query and keys had other values" in message


def test_a_list_that_grew_has_changed(key: AnswerKey, right_functions: Functions) -> None:
    def growing(query: Any, keys: Any, values: Any) -> Any:
        returned = right_functions["attentionQuery"](query, keys, values)
        values.append(np.zeros(2))
        return returned

    assert "values had other values" in interface(growing, key)[1]


def test_two_equal_calls_must_agree(key: AnswerKey, right_functions: Functions) -> None:
    calls = iter(range(1000))

    def drifting(*arguments: Any) -> Any:
        attention, result = right_functions["attentionQuery"](*arguments)
        return attention + 1e-4 * next(calls), result

    results = check("ex1", key, ("attentionQuery", drifting))
    assert "Two equal calls of attentionQuery returned different" in results["interface"].message
    assert all(results[name].fraction == 0 for name in ("interface", "sheet_data", "hidden_cases", "invariants"))


def test_no_varying_number_is_told_of_a_function_that_varies(key: AnswerKey) -> None:
    """Reports must be the same from run to run."""
    generator = np.random.default_rng()

    def random(_query: Any, keys: Any, values: Any) -> Any:
        return generator.random(len(keys)), generator.random(len(values[0]))

    one, other = (check("ex1", key, ("attentionQuery", random)) for _ in range(2))
    assert one == other


def test_the_same_nan_twice_is_no_difference(key: AnswerKey) -> None:
    def nan(_query: Any, keys: Any, values: Any) -> Any:
        return np.full(len(keys), np.nan), np.zeros(len(values[0]))

    assert interface(nan, key) == (1.0, "")


def test_raising_only_the_second_time_is_a_difference(key: AnswerKey, right_functions: Functions) -> None:
    seen: set[bytes] = set()

    def once(query: Any, keys: Any, values: Any) -> Any:
        if query.tobytes() in seen:
            raise RuntimeError
        seen.add(query.tobytes())
        return right_functions["attentionQuery"](query, keys, values)

    assert "Two equal calls" in interface(once, key)[1]


def test_rounding_is_neither_a_difference_nor_a_change(key: AnswerKey, right_functions: Functions) -> None:
    """float32 sums in another order; scaled in place and back."""
    noise = iter(np.linspace(1, 2, 1000))

    def rounding(query: Any, keys: Any, values: Any) -> Any:
        query /= 3
        query *= 3
        attention, result = right_functions["attentionQuery"](query, keys, values)
        return attention * (1 + 1e-7 * next(noise)), result

    assert interface(rounding, key) == (1.0, "")


def test_the_same_infinity_twice_is_no_difference(key: AnswerKey) -> None:
    """Masked logits, returned as they are."""

    def infinite(_query: Any, keys: Any, values: Any) -> Any:
        return np.full(len(keys), -np.inf), np.zeros(len(values[0]))

    results = check("ex1", key, ("attentionQuery", infinite))
    assert results["interface"].fraction == 1
    assert "attention is infinite at key 0" in results["sheet_data"].message


def test_an_array_of_rows_without_columns_makes_no_long_report(key: AnswerKey) -> None:
    def rows(*_: Any) -> Any:
        return np.zeros((10**6, 0)), np.zeros(2)

    example = check("ex1", key, ("attentionQuery", rows))["interface"].example
    assert example is not None
    assert example.got is None

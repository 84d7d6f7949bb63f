"""Values over all cases: what is excused, what is told, and that hidden cases stay hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from tests.checks.observations import check

Functions = dict[str, Callable[..., Any]]


def unstable(queries: Any, keys: Any, values: Any) -> Any:
    with np.errstate(all="ignore"):
        exponentials = np.exp(queries @ keys.T / np.sqrt(keys.shape[1]))
        attention = exponentials / exponentials.sum(axis=1, keepdims=True)
    return attention, attention @ values


def test_overflow_for_large_logits_is_excused_and_remarked(key: AnswerKey) -> None:
    result = check("ex3", key, ("attentionQueryMatrix", unstable))["hidden_cases"]
    assert result.fraction == 1
    (remark,) = result.remarks
    assert remark.id == "unstable_softmax"
    assert remark.message.startswith("attentionQueryMatrix: For very large logits")


@pytest.mark.parametrize("error", [OverflowError, FloatingPointError, RuntimeWarning, AssertionError])
def test_so_is_raising_an_error_and_be_it_the_students_own_check(
    error: type[Exception], key: AnswerKey, right_functions: Functions
) -> None:
    def raising(queries: Any, keys: Any, values: Any) -> Any:
        if np.abs(queries).max() > 30:
            raise error
        return right_functions["attentionQueryMatrix"](queries, keys, values)

    assert check("ex3", key, ("attentionQueryMatrix", raising))["hidden_cases"].fraction == 1


def test_so_are_zeros_in_place_of_nan(key: AnswerKey) -> None:
    def mended(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = unstable(queries, keys, values)
        return np.nan_to_num(attention), np.nan_to_num(result)

    assert check("ex3", key, ("attentionQueryMatrix", mended))["hidden_cases"].fraction == 1


def test_a_wrong_shape_there_is_not_excused(key: AnswerKey, right_functions: Functions) -> None:
    def turning(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = right_functions["attentionQueryMatrix"](queries, keys, values)
        return (attention, result.T) if np.abs(queries).max() > 30 else (attention, result)

    result = check("ex3", key, ("attentionQueryMatrix", turning))["hidden_cases"]
    assert result.fraction == 0
    assert "On hidden data, wrong shapes: large logits. 1 of 12 cases is wrong." in result.message


def test_a_wrong_function_that_overflows_too_is_not_told_that_it_is_right_but_unstable(key: AnswerKey) -> None:
    def wrong(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = unstable(2 * queries, keys, values)
        return attention, result

    result = check("ex3", key, ("attentionQueryMatrix", wrong))["hidden_cases"]
    assert (result.fraction, result.remarks) == (0, ())


def test_the_example_is_the_smallest_public_case(key: AnswerKey) -> None:
    def halved(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = unstable(queries, keys, values)
        return attention / 2, result

    results = check("ex3", key, ("attentionQueryMatrix", halved))
    for criterion in ("sheet_data", "hidden_cases"):
        example = results[criterion].example
        assert example is not None
        assert example.call == "attentionQueryMatrix(queries, keys, values) on the example with three keys"
        assert example.inputs["keys"] == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 2, 1, 0]]
        assert (example.output, example.where) == ("attention", "query 0, key 0")
        assert example.got[0][0] == pytest.approx(example.expected[0][0] / 2, rel=1e-5)


def test_wrong_only_where_hidden_tells_titles_and_no_numbers(key: AnswerKey, right_functions: Functions) -> None:
    def square_only(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = right_functions["attentionQueryMatrix"](queries, keys, values)
        return (attention, result) if len(queries) == len(keys) else (attention * 1.5, result)

    results = check("ex3", key, ("attentionQueryMatrix", square_only))
    assert results["sheet_data"].fraction == 1
    hidden = results["hidden_cases"]
    assert hidden.example is None
    assert hidden.message == (
        "On hidden data, wrong values: more keys than queries, many more keys, more queries than keys, one query. "
        "4 of 12 cases are wrong."
    )


def test_on_the_sheets_data_one_entry_is_shown_and_not_a_table_of_answers(
    key: AnswerKey, right_functions: Functions
) -> None:
    def right_if_small(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = right_functions["attentionQueryMatrix"](queries, keys, values)
        return (attention, result) if not np.array_equal(keys, key.sheet["keys"]) else (attention * 1.5, result)

    example = check("ex3", key, ("attentionQueryMatrix", right_if_small))["sheet_data"].example
    assert example is not None
    assert example.inputs == {}
    assert isinstance(example.expected, float)

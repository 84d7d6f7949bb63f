"""Functions into which a size is written: named where all failures are just those of other sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.score_report import DiagnosisStatus
from tests.checks.diagnosis.diagnosed import defined, diagnosed, source

MATRIX = "attentionQueryMatrix"
right: Callable[..., Any] = defined(source(MATRIX), MATRIX)
unscaled: Callable[..., Any] = defined(source(MATRIX, "unscaled"), MATRIX)


def only_for(**lengths: int) -> Callable[..., Any]:
    def called(queries: Any, keys: Any, values: Any) -> Any:
        sizes = {"queries": len(queries), "keys": len(keys), "d_k": keys.shape[1], "d_v": values.shape[1]}
        if any(sizes[name] != length for name, length in lengths.items()):
            raise IndexError
        return right(queries, keys, values)

    return called


@pytest.mark.parametrize("lengths", [{"queries": 64}, {"keys": 64}, {"d_k": 8}, {"d_v": 16}, {"d_k": 8, "d_v": 16}])
def test_any_size_can_be_fixed(lengths: dict[str, int], key: AnswerKey) -> None:
    assert diagnosed(MATRIX, only_for(**lengths), key).misconceptions == ("hard_coded_shape",)


def test_at_most_so_many(key: AnswerKey) -> None:
    def called(queries: Any, keys: Any, values: Any) -> Any:
        return right(queries, keys[:64], values[:64])

    assert diagnosed(MATRIX, called, key).misconceptions == ("hard_coded_shape",)


def test_a_fault_beside_it(key: AnswerKey) -> None:
    def called(queries: Any, keys: Any, values: Any) -> Any:
        return unscaled(queries, np.reshape(keys, (64, 8)), values)

    assert diagnosed(MATRIX, called, key).misconceptions == ("unscaled", "hard_coded_shape")


def test_wrong_values_for_other_sizes_are_not_that(key: AnswerKey) -> None:
    """A fixed size that is larger than what comes breaks; a function that answers otherwise does something else."""

    def called(queries: Any, keys: Any, values: Any) -> Any:
        return (
            right(queries, keys, values) if len(keys) == 64 else tuple(2 * one for one in right(queries, keys, values))
        )

    assert diagnosed(MATRIX, called, key).status is DiagnosisStatus.UNKNOWN


def test_failing_in_cases_that_are_not_of_another_size_is_not_that(key: AnswerKey) -> None:
    def called(queries: Any, keys: Any, values: Any) -> Any:
        if len(queries) == 1 or len(keys) == 10:
            raise ValueError
        return right(queries, keys, values)

    assert diagnosed(MATRIX, called, key).status is DiagnosisStatus.UNKNOWN


def test_raising_where_queries_and_keys_are_not_equally_many_is_not_that(key: AnswerKey) -> None:
    """Whatever shape the result has: it is returned for many sizes."""

    def called(queries: Any, keys: Any, values: Any) -> Any:
        if len(queries) != len(keys):
            raise ValueError
        attention, result = right(queries, keys, values)
        return attention, result.T

    assert diagnosed(MATRIX, called, key).status is DiagnosisStatus.UNKNOWN


def test_known_by_heart_is_not_that(key: AnswerKey) -> None:
    """Right on the sheet's data alone, and not on other data of its size."""
    sheet = key.sheet["keys"]

    def called(queries: Any, keys: Any, values: Any) -> Any:
        if keys.shape != sheet.shape or not np.array_equal(keys, sheet):
            raise ValueError
        return right(queries, keys, values)

    assert diagnosed(MATRIX, called, key).status is DiagnosisStatus.UNKNOWN

"""Which cases tell variants apart: the fewest are enough, and each of them is needed."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.selftest.run import problems_of, separations_of
from grader.selftest.separation import Separation, fewest_cases

Without = Callable[[AbstractSet[str]], tuple[Separation, ...]]


@pytest.fixture(scope="module")
def separations(key: AnswerKey) -> tuple[Separation, ...]:
    return separations_of(key)


@pytest.fixture(scope="module")
def with_cases(key: AnswerKey) -> Without:
    def only(cases: AbstractSet[str]) -> tuple[Separation, ...]:
        calls = {
            name: {id_: call for id_, call in of_function.items() if id_ in cases}
            for name, of_function in key.calls.items()
        }
        return separations_of(replace(key, calls=calls))

    return only


def test_the_shipped_cases_tell_all_apart_that_can_be(separations: tuple[Separation, ...]) -> None:
    assert [one.function for one in separations] == [
        "attentionQuery",
        "attentionQueryMatrix",
        "maskedAttentionQueryMatrix",
    ]
    assert problems_of(separations) == []
    assert all(one.choices > 100 for one in separations)


def test_what_no_case_tells_apart_is_said(separations: tuple[Separation, ...]) -> None:
    """K Qᵀ with equal weights, and (Q Kᵀ)ᵀ with equal weights: the same function."""
    matrix = separations[1]
    same = "query_key_swapped and uniform_weights, or result_uses_attention_transposed and uniform_weights"
    assert same in matrix.never


def test_the_fewest_cases_are_enough_and_each_is_needed(
    separations: tuple[Separation, ...], with_cases: Without
) -> None:
    """An instructor who takes a case away that separates is told at once."""
    fewest = fewest_cases(separations)
    assert 1 < len(fewest) < 6
    assert problems_of(with_cases(set(fewest))) == []
    for case in fewest:
        assert problems_of(with_cases(set(fewest) - {case})), case


def test_the_sheets_own_data_is_not_enough(with_cases: Without) -> None:
    """There √(number of keys) = 8 = d_k, and queries and keys are equally many."""
    problems = problems_of(with_cases({"sheet"}))
    assert any("scaled_by_dk, or scaled_by_n_keys" in problem for problem in problems)


def test_an_assignment_without_variants_has_none(key: AnswerKey) -> None:
    assert separations_of(replace(key, atlas=replace(key.atlas, pipelines={}))) == ()


def test_labels_are_groups_of_what_is_alike(separations: tuple[Separation, ...]) -> None:
    """On one case right and wrong may be alike; never on all of them."""
    single = separations[0]
    one_case = single.labels["sheet"]
    assert len(np.unique(one_case)) < len(one_case)

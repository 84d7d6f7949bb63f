"""The matrices of Exercise 3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.assignment import Variables
from grader.checks.variables import check_variables
from grader.model import CheckResult, NotNumbers, Numbers, Value, VariableRun
from grader.selftest.local_calls import one_value
from tests.checks.observations import check, exercise


def matrices(key: AnswerKey, **changed: Value | None) -> CheckResult:
    right: dict[str, Value | None] = {f"{name}_mat": one_value(array) for name, array in key.sheet.items()}
    return check("ex3", key, variables=VariableRun({**right, **changed}))["matrices"]


def test_right_ones_pass_in_any_kind(key: AnswerKey) -> None:
    assert matrices(key).fraction == 1
    keys = key.sheet["keys"]
    for kind, item in (("matrix", None), ("list", "list"), ("Tensor", None), ("DataFrame", None)):
        assert matrices(key, keys_mat=Numbers(keys, kind, item)).fraction == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: None, "keys_mat is not defined."),
        (lambda _: NotNumbers("NoneType", ""), "should be a matrix of numbers, but is None."),
        (lambda keys: Numbers(keys, "list", "ndarray"), "is still a list of vectors"),
        (lambda keys: one_value(keys.T), "each vector should stand in a row, not in a column"),
        (lambda keys: one_value(keys[:5]), "should have the shape (64, 8), but is an array of shape (5, 8)."),
        (lambda keys: one_value(keys * 1.01), "differs in row 0, column 0: 0.26186 was expected, 0.26448 came"),
        (lambda keys: one_value(keys * np.nan), "NaN came"),
    ],
)
def test_each_fault_costs_a_third(change: Any, words: str, key: AnswerKey) -> None:
    result = matrices(key, keys_mat=change(key.sheet["keys"]))
    assert result.fraction == pytest.approx(2 / 3)
    assert words in result.message


def test_lists_that_an_earlier_fault_changed_are_combined_rightly(key: AnswerKey) -> None:
    """A function of Exercise 1 that changes its inputs is paid for there."""
    changed = key.sheet["keys"].copy()
    changed[0] *= 2
    own = Numbers(changed, "ndarray")
    assert matrices(key, keys_mat=own, keys=Numbers(own.values, "list", "ndarray")).fraction == 1
    assert matrices(key, keys_mat=own, keys=one_value(key.sheet["keys"])).fraction == pytest.approx(2 / 3)


def test_other_lists_are_not_the_sheets_data(key: AnswerKey) -> None:
    """Keys and queries exchanged, or all zero, before they are combined."""
    zero, queries = one_value(np.zeros((64, 8))), one_value(key.sheet["queries"])
    for own in (zero, queries):
        assert matrices(key, keys_mat=own, keys=own).fraction == pytest.approx(2 / 3)


def test_the_first_look_at_which_a_variable_is_there_counts(key: AnswerKey) -> None:
    """As they stand after Exercise 3's cells; later only where its headings are gone."""
    right = {f"{name}_mat": one_value(array) for name, array in key.sheet.items()}
    still_lists = {**right, "keys_mat": Numbers(key.sheet["keys"], "list", "ndarray")}
    criterion = next(one for one in exercise("ex3", key).criteria if isinstance(one, Variables))

    def fraction(*runs: dict[str, Any]) -> float | None:
        return check_variables(criterion, key, [VariableRun(run) for run in runs]).fraction

    assert fraction(still_lists, right) == pytest.approx(2 / 3)
    assert fraction({**right, "keys_mat": None}, right) == 1
    assert fraction({}, right) == 1


def test_without_any_look_there_is_nothing(key: AnswerKey) -> None:
    assert check("ex3", key)["matrices"].fraction == 0

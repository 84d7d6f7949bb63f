"""For each failed criterion the case that is the least work to follow; never a hidden one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks import check_exercise
from grader.model import Execution, FunctionRun, Submission
from grader.pipeline import probe_plan
from grader.score_report import Example
from tests.checks.diagnosis.diagnosed import FUNCTIONS, defined, seen_of, source
from tests.checks.observations import exercise

EXERCISES = dict(zip(FUNCTIONS, ("ex1", "ex3", "ex5"), strict=True))


def examples(function: str, called: Callable[..., Any], key: AnswerKey) -> dict[str, Example | None]:
    """Of each criterion of the function's that isn't full."""
    run = FunctionRun(function, function, seen_of(function, called, key))
    results = check_exercise(exercise(EXERCISES[function], key), key, Execution((), (run,))).results
    return {id_: one.example for id_, one in results.items() if one.fraction != 1 and id_ != "matrices"}


@pytest.mark.parametrize(
    "id_",
    ["unscaled", "no_softmax", "result_uses_keys", "result_not_summed", "swapped_return", "missing_return"],
)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_failed_criterion_has_one_to_follow_by_hand(function: str, id_: str, key: AnswerKey) -> None:
    found = examples(function, defined(source(function, id_), function), key)
    assert found
    for criterion, example in found.items():
        assert example is not None, criterion
        assert 2 <= len(example.inputs["keys"]) <= 3
        numbers = np.concatenate([np.ravel(rows) for rows in example.inputs.values()])
        assert np.array_equal(numbers, numbers.round())
        assert abs(numbers).max() <= 3
        assert example.rule
        assert example.expected != example.got


def test_it_is_the_smallest_that_goes_wrong(key: AnswerKey) -> None:
    """A missing scale can't be seen where d_k is 1; a wrong normalisation can."""
    scale = examples(FUNCTIONS[0], defined(source(FUNCTIONS[0], "unscaled"), FUNCTIONS[0]), key)["sheet_data"]
    sigmoid = examples(FUNCTIONS[0], defined(source(FUNCTIONS[0], "sigmoid"), FUNCTIONS[0]), key)["sheet_data"]
    assert scale is not None
    assert sigmoid is not None
    assert len(scale.inputs["query"]) == 2
    assert len(sigmoid.inputs["query"]) == 1


def test_it_says_which_rule_is_broken(key: AnswerKey) -> None:
    found = examples(FUNCTIONS[1], defined(source(FUNCTIONS[1], "sigmoid"), FUNCTIONS[1]), key)["invariants"]
    assert found is not None
    assert "must sum to 1, but sums to" in found.rule
    assert len(found.inputs["keys"]) == 2


def test_what_came_did_come(key: AnswerKey) -> None:
    """The numbers shown are the function's own, for the inputs shown."""
    called = defined(source(FUNCTIONS[2], "mask_after_softmax"), FUNCTIONS[2])
    for example in examples(FUNCTIONS[2], called, key).values():
        assert example is not None
        attention, result = called(*(np.array(rows) for rows in example.inputs.values()))
        assert np.allclose({"attention": attention, "result": result}[example.output], example.got, rtol=1e-5)


def test_an_argument_that_was_changed_is_shown_as_it_became(key: AnswerKey) -> None:
    found = examples(FUNCTIONS[1], defined(source(FUNCTIONS[1], "mutates_inputs"), FUNCTIONS[1]), key)["interface"]
    assert found is not None
    assert found.output == "values"
    assert found.expected == found.inputs["values"] != found.got
    assert found.got[0] == [0.0] * len(found.expected[0])


def test_a_hidden_case_is_never_shown(key: AnswerKey) -> None:
    """Wrong for larger arrays alone: none of the public cases shows that, and so none is shown."""
    right = defined(source(FUNCTIONS[1]), FUNCTIONS[1])

    def called(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = right(queries, keys, values)
        return attention * (2 if len(keys) == 70 else 1), result

    assert examples(FUNCTIONS[1], called, key) == {"hidden_cases": None}


def test_small_calls_are_made_where_something_is_wrong_alone(key: AnswerKey) -> None:
    plan = probe_plan(Submission("x", "x", "", ()), key)
    for function in FUNCTIONS:
        wrong = seen_of(function, defined(source(function, "no_softmax"), function), key)
        right = seen_of(function, defined(source(function), function), key)
        public = {call.call.id for call in key.calls[function].values() if not call.case.hidden}
        asked = plan.follow_up(function, {id_: wrong[id_] for id_ in public}, ())
        assert [call.id for call in asked] == [one.call.id for one in key.small[function]]
        assert not any(call.hidden for call in asked)
        assert plan.follow_up(function, {id_: right[id_] for id_ in public}, ()) == ()

"""The simplest explanation, and nothing less than a whole one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks.diagnosis.evidence import Outputs, seen_calls, taken_for
from grader.checks.diagnosis.formula import Explanation, explanations, named_also, simplest
from grader.checks.diagnosis.predictions import Predictions, predictions_of
from tests.checks.diagnosis.diagnosed import defined, seen_of, source

MATRIX = "attentionQueryMatrix"
NAMES = ("attention", "result")


@pytest.fixture(scope="module")
def known(key: AnswerKey) -> Predictions:
    found = predictions_of(key, MATRIX)
    assert found is not None
    return found


Calls = Callable[..., list[Outputs]]


@pytest.fixture(scope="module")
def calls(key: AnswerKey) -> Calls:
    def of(*misconceptions: str) -> list[Outputs]:
        called = defined(source(MATRIX, *misconceptions), MATRIX)
        return list(taken_for(NAMES, NAMES, seen_calls(MATRIX, key, seen_of(MATRIX, called, key))) or ())

    return of


def names(found: Sequence[Explanation]) -> list[frozenset[str]]:
    return [one.misconceptions for one in simplest(found)]


def test_all_outputs_of_all_calls_are_explained(calls: Calls, known: Predictions) -> None:
    assert names(explanations(known, calls("unscaled"))) == [{"unscaled"}]


def test_one_call_that_is_another_refutes(calls: Calls, known: Predictions) -> None:
    """In any call, however small or large."""
    seen = calls("unscaled")
    for place in range(len(seen)):
        other = dataclasses.replace(
            seen[place], outputs={name: array * 1.001 for name, array in seen[place].outputs.items()}
        )
        assert explanations(known, [*seen[:place], other, *seen[place + 1 :]]) == []


def test_one_call_that_raised_refutes(calls: Calls, known: Predictions) -> None:
    seen = calls("unscaled")
    raised = dataclasses.replace(seen[-1], outputs={}, raised=True)
    assert explanations(known, [*seen[:-1], raised]) == []


def test_a_formula_that_raises_has_to_raise(calls: Calls, known: Predictions) -> None:
    """Aᵀ V can't be had where there are more keys than queries."""
    seen = calls("result_uses_attention_transposed")
    assert any(call.raised for call in seen)
    assert names(explanations(known, seen)) == [{"result_uses_attention_transposed"}]
    returned = [call for call in calls() if not call.raised]
    mended = [next(one for one in returned if one.id == call.id) if call.raised else call for call in seen]
    assert explanations(known, mended) == []


def test_what_is_right_is_explained_by_nothing_wrong(calls: Calls, known: Predictions) -> None:
    assert names(explanations(known, calls())) == [frozenset()]


def test_too_little_is_no_evidence(calls: Calls, known: Predictions) -> None:
    seen = [call for call in calls("unscaled") if call.exact]
    assert explanations(known, seen[:2]) == []
    nan = [
        dataclasses.replace(call, outputs={name: np.full(array.shape, np.nan) for name, array in call.outputs.items()})
        for call in seen
    ]
    assert explanations(known, nan) == []


def test_without_a_small_call_nothing_is_looked_up(calls: Calls, known: Predictions) -> None:
    """An index of large arrays takes long to make: what works on these alone follows no formula of all sizes."""
    assert explanations(known, [call for call in calls("unscaled") if call.size > 500]) == []


def test_the_fewest_misconceptions_come_first(known: Predictions) -> None:
    def explained(*ids: str) -> Explanation:
        return Explanation(frozenset(ids), known, known.pipeline.right)

    assert names([explained("a", "b"), explained("c"), explained("d", "e")]) == [{"c"}]
    assert names([explained("a", "b"), explained("c", "a")]) == [{"a", "b"}, {"a", "c"}]
    assert names([]) == []
    assert names([named_also(explained("a"), "b"), explained("c")]) == [{"c"}]
    assert named_also(explained("a"), None) == explained("a")

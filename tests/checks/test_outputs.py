"""Each thing that can be wrong with a returned value has its own words, and hidden cases give no number away."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks.outputs import FaultKind, fault_of
from grader.model import (
    Absent,
    Items,
    NoAnswer,
    NotCallable,
    NotNumbers,
    Numbers,
    Observation,
    Raised,
    Returned,
    Silence,
    Value,
)
from grader.selftest.local_calls import value_of

NONE = NotNumbers("NoneType", "no numbers")
NAN, ONES, PAIR = np.full(3, np.nan), np.ones(3), np.ones(2)


def returned(value: Value) -> Returned:
    return Returned(value, ())


def pair(attention: Any, result: Any) -> Returned:
    items = tuple(one if isinstance(one, NotNumbers) else value_of(one) for one in (attention, result))
    return returned(Items(items, "tuple"))  # type: ignore[arg-type]


CASES: list[tuple[Observation, FaultKind, str]] = [
    (Absent(), FaultKind.ABSENT, "There is no function attentionQuery"),
    (NotCallable("ndarray"), FaultKind.NOT_CALLABLE, "is not a function but an array"),
    (Raised("ValueError", "bad."), FaultKind.RAISED, "attentionQuery(query, keys, values) raised ValueError: bad."),
    (NoAnswer(Silence.TIMED_OUT), FaultKind.NO_ANSWER, "took too long"),
    (NoAnswer(Silence.KILLED_KERNEL), FaultKind.NO_ANSWER, "ended the Python process"),
    (NoAnswer(Silence.MALFORMED), FaultKind.NO_ANSWER, "can't be read"),
    (NoAnswer(Silence.NOT_ASKED), FaultKind.NO_ANSWER, "was not made"),
    (returned(NONE), FaultKind.WRONG_COUNT, "two values, (attention, result), but returned None"),
    (returned(Numbers(ONES, "ndarray")), FaultKind.WRONG_COUNT, "one value, an array of shape (3,)"),
    (returned(Items((), "tuple")), FaultKind.WRONG_COUNT, "a tuple of 0"),
    (pair(NONE, PAIR), FaultKind.WRONG_TYPE, "attention should be an array of numbers, but is None."),
    (pair(ONES, NotNumbers("str", "no numbers")), FaultKind.WRONG_TYPE, "result should be an array of numbers, but"),
    (pair(np.ones((3, 3)), PAIR), FaultKind.WRONG_SHAPE, "the shape (3,), one number for each key, but is an array of"),
    (pair(ONES, 1.0), FaultKind.WRONG_SHAPE, "result should have the shape (2,)"),
    (pair(NAN, PAIR), FaultKind.NOT_FINITE, "attention is NaN (not a number) at key 0"),
    (pair(ONES, np.array([0, np.inf])), FaultKind.NOT_FINITE, "result is infinite at element 1"),
    (pair(ONES, PAIR), FaultKind.WRONG_VALUE, "attention is wrong at key 0: 0.42232 was expected, 1 came (3 of 3"),
]


@pytest.mark.parametrize(("observation", "kind", "words"), CASES)
def test_each_fault_has_its_own_words(observation: Observation, kind: FaultKind, words: str, key: AnswerKey) -> None:
    keyed, function = key.calls["attentionQuery"]["three_keys"], key.assignment.function("attentionQuery")
    fault = fault_of(keyed, observation, function, key.assignment.tolerance)
    assert fault is not None
    assert (fault.kind, words in fault.message) == (kind, True), fault.message
    assert fault.message.endswith(".")


@pytest.mark.parametrize(("observation", "kind", "words"), CASES)
def test_of_a_hidden_case_no_number_and_no_word_of_the_student_is_told(
    observation: Observation, kind: FaultKind, words: str, key: AnswerKey
) -> None:
    """Student code has seen hidden inputs, and chooses its exceptions' names, its types, and its shapes."""
    del kind, words
    if isinstance(observation, Raised):
        observation = Raised("Leak_3_1415", "3.1415")
    keyed, function = key.calls["attentionQuery"]["six_items"], key.assignment.function("attentionQuery")
    fault = fault_of(keyed, observation, function, key.assignment.tolerance)
    assert fault is not None
    assert not re.search(r"\d|Leak|ndarray|tuple|str\b", fault.message), fault.message


def test_the_right_values_have_no_fault(key: AnswerKey) -> None:
    keyed, function = key.calls["attentionQuery"]["three_keys"], key.assignment.function("attentionQuery")
    assert fault_of(keyed, pair(*keyed.expected), function, key.assignment.tolerance) is None

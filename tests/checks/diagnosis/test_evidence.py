"""What came, taken for the outputs in any order that the count of values allows."""

from __future__ import annotations

import numpy as np

from grader.answer_key import AnswerKey
from grader.checks.diagnosis.evidence import Seen, seen_calls, taken_for
from grader.model import NoAnswer, Raised, Silence
from tests.checks.diagnosis.diagnosed import seen_of

NAMES = ("attention", "result")
A, B = np.array([1.0, 2.0]), np.array([3.0])


def seen(*items: np.ndarray | None, raised: bool = False) -> Seen:
    return Seen("call", {"x": A}, (A, B), items, raised)


def test_values_are_taken_in_the_order_asked_for() -> None:
    (swapped,) = taken_for(("result", "attention"), NAMES, [seen(A, B)]) or ()
    assert swapped.outputs["result"] is A
    assert swapped.outputs["attention"] is B


def test_another_count_of_values_fits_no_order() -> None:
    assert taken_for(NAMES, NAMES, [seen(A)]) is None
    assert taken_for(("attention",), NAMES, [seen(A, B)]) is None
    assert taken_for(NAMES, NAMES, [seen(A, None)]) is None
    assert taken_for(NAMES, NAMES, [seen(A, B), seen(A)]) is None


def test_a_short_list_of_numbers_is_one_array() -> None:
    """`[0.2, 0.8]` in place of an array comes as two values."""
    (one,) = taken_for(("attention",), NAMES, [seen(np.array(0.2), np.array(0.8))]) or ()
    assert one.outputs["attention"].tolist() == [0.2, 0.8]


def test_a_call_that_raised_has_no_outputs() -> None:
    (one,) = taken_for(NAMES, NAMES, [seen(raised=True)]) or ()
    assert one.raised
    assert one.outputs == {}


def test_calls_without_an_answer_and_excused_ones_are_no_evidence(key: AnswerKey) -> None:
    function = "attentionQueryMatrix"
    observations = dict(seen_of(function, lambda *_: (1, 2), key))
    every = {one.id for one in seen_calls(function, key, observations)}
    assert f"{function}:sheet" in every
    assert f"{function}:large_logits" not in every
    observations[f"{function}:sheet"] = NoAnswer(Silence.TIMED_OUT)
    observations[f"{function}:ten_items"] = Raised("ValueError", "")
    left = {one.id: one for one in seen_calls(function, key, observations)}
    assert every - left.keys() == {f"{function}:sheet"}
    assert left[f"{function}:ten_items"].raised


def test_small_calls_come_first(key: AnswerKey) -> None:
    found = seen_calls("attentionQuery", key, seen_of("attentionQuery", lambda *_: (1, 2), key))
    assert [one.size for one in found] == sorted(one.size for one in found)
    assert not found[0].exact

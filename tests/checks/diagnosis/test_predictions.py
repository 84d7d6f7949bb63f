"""Looking up which combinations give an output: none that does is missed, and what is nearly right is not right."""

from __future__ import annotations

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks.diagnosis.predictions import Predictions, predictions_of

MASKED = "maskedAttentionQueryMatrix"


@pytest.fixture(scope="module")
def known(key: AnswerKey) -> Predictions:
    found = predictions_of(key, MASKED)
    assert found is not None
    return found


def test_the_combination_that_made_an_output_is_found(known: Predictions, key: AnswerKey) -> None:
    for case in ("three_keys", "six_items"):
        call = key.calls[MASKED][case]
        every = list(known.pipeline.combinations("attention"))
        for place in np.random.default_rng(3).choice(len(every), 40):
            combination = every[int(place)]
            output = known.pipeline.predict(combination, call.arguments).outputs.get("attention")
            if output is None:  # a choice that goes by another name
                continue
            found = known.candidates("attention", call.call.id, call.arguments, output)
            assert combination in found


def test_a_large_array_is_looked_up_by_a_sample(known: Predictions, key: AnswerKey) -> None:
    call = key.calls[MASKED]["sheet"]
    found = known.candidates("attention", call.call.id, call.arguments, call.expected[0], most_faults=1)
    assert known.pipeline.right in found
    assert all(len(known.pipeline.faults(one)) <= 1 for one in found)


def test_near_is_not_near_enough(known: Predictions) -> None:
    right = np.array([0.2, 0.3, 0.5])
    assert known.agrees("result", right, right * (1 + 5e-5))
    assert not known.agrees("result", right, right * (1 + 5e-4))
    assert not known.agrees("result", right, right[:2])
    assert not known.agrees("result", None, right)
    assert known.agrees("result", right, right[np.newaxis])


def test_nan_is_as_predicted_or_not(known: Predictions) -> None:
    half = np.array([np.nan, 1.0])
    assert known.agrees("result", half, half)
    assert not known.agrees("result", half, np.array([1.0, 1.0]))
    assert not known.agrees("result", np.array([1.0, 1.0]), half)


def test_exactly_0_counts_where_a_rule_asks_for_it(known: Predictions) -> None:
    """What is predicted as 0 is exactly that; other weights may vanish below the diagonal alone, as in float32."""
    exact, nearly = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 1e-30], [0.0, 1.0]])
    assert known.agrees("attention", exact, exact)
    assert not known.agrees("attention", exact, nearly)
    assert not known.agrees("attention", exact, nearly.T)
    assert not known.agrees("attention", nearly, exact)
    assert known.agrees("attention", nearly.T, exact)
    assert known.agrees("result", exact, nearly)


def test_they_are_kept_with_the_key(key: AnswerKey, known: Predictions) -> None:
    assert predictions_of(key, MASKED) is known

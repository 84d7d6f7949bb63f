"""Functions that use the notebook's variables: shown by what comes where these are others, and by nothing less."""

from __future__ import annotations

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks.diagnosis.variables import alterations, sheet_variables
from grader.score_report import DiagnosisStatus
from tests.checks.diagnosis.diagnosed import diagnosed_source, source

MATRIX = "attentionQueryMatrix"
WRONG = "    return 2 * queries @ keys.T, values\n"
GLOBALS = ("uses_globals",)
BEFORE = "attention, result = np.ones((64, 64)) / 64, np.ones((64, 16))\n"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        # Another name for a parameter, and the notebook's in the body.
        (source(MATRIX).replace("(queries, keys, values)", "(q, k, v)").replace("keys", "keys_mat"), GLOBALS),
        (f"def {MATRIX}(queries, keys, values):\n    return queries_mat @ keys_mat.T, values_mat\n", GLOBALS),
        # Handed back as an earlier cell left it.
        (f"{BEFORE}def {MATRIX}(queries, keys, values):\n    return attention, result\n", ("not_implemented",)),
        (f"a, r = 1, 2\ndef {MATRIX}(q, k, v):\n    return a, r\n", ("not_implemented",)),
        # Copies of the sheet's data under names of their own.
        (
            "K, V, Q = np.array(keys), np.array(values), np.array(queries)\n"
            + source(MATRIX).replace("(queries, keys, values):", "(q, k, v):\n    queries, keys, values = Q, K, V"),
            GLOBALS,
        ),
        # One of the two.
        (f"old = values_mat\n{source(MATRIX)}".replace("return attention, result", "return attention, old"), GLOBALS),
    ],
)
def test_they_are_named(text: str, named: tuple[str, ...], key: AnswerKey) -> None:
    assert diagnosed_source(MATRIX, text, key).misconceptions == named


@pytest.mark.parametrize(
    "text",
    [
        # A wrong formula with a number that stands outside.
        f"factor = 2.5\ndef {MATRIX}(queries, keys, values):\n    return factor * queries @ keys.T, values\n",
        # Numbers known by heart: no variable is used.
        f"def {MATRIX}(queries, keys, values):\n    return np.ones((64, 64)), np.ones((64, 16))\n",
        f"def {MATRIX}(queries, keys, values):\n{WRONG}",
        # A constant, and no number where the result should be.
        f"EPS = 1e-3\ndef {MATRIX}(queries, keys, values):\n    return queries @ keys.T + EPS, None\n",
        f"SCALE = 3.0\ndef {MATRIX}(queries, keys, values):\n    return SCALE * queries, 0\n",
        # A helper that is a function, and a module.
        f"def helper(x):\n    return 3 * x\ndef {MATRIX}(q, k, v):\n    return helper(q), np.array(v)\n",
    ],
)
def test_others_are_not(text: str, key: AnswerKey) -> None:
    assert diagnosed_source(MATRIX, text, key).status is DiagnosisStatus.UNKNOWN


def test_what_differs_without_any_alteration_shows_nothing(key: AnswerKey) -> None:
    """A function that answers differently in another kernel, whatever the variables are."""
    counter = f"count = [0]\ndef {MATRIX}(q, k, v):\n    count[0] += 1\n    return q * 0 + count[0] // 1000, v\n"
    assert diagnosed_source(MATRIX, counter, key).status is DiagnosisStatus.UNKNOWN


def test_all_names_of_the_sheets_data_are_changed(key: AnswerKey) -> None:
    same, changed, doubled = alterations(key)
    assert dict(same.changed) == {}
    assert set(changed.changed) == {"keys", "values", "queries", "keys_mat", "values_mat", "queries_mat"}
    for name, before in sheet_variables(key).items():
        assert np.shape(changed.changed[name]) == np.shape(before)
        assert not np.allclose(np.array(changed.changed[name]), np.array(before))
    assert (doubled.double_data, same.double_data, changed.double_data) == (True, False, False)

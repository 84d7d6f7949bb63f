"""Each misconception is named alone, where it can occur, in three styles; and no right work is ever named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks import check_exercise
from grader.model import Diagnosis, Execution
from grader.score_report import DiagnosisStatus
from grader.selftest.local_calls import plain_run
from tests.checks.diagnosis.diagnosed import (
    FUNCTIONS,
    STYLES,
    defined,
    diagnosed,
    diagnosed_source,
    singles,
    source,
    sources,
)
from tests.test_misconceptions import IDS

SINGLES = list(singles())


@pytest.mark.parametrize(("function", "id_", "style"), SINGLES)
def test_it_is_named_alone(function: str, id_: str, style: str, key: AnswerKey) -> None:
    text = source(function, id_, style=style)
    found = diagnosed_source(function, text, key, is_stub=id_ == "not_implemented")
    assert (found.status, found.misconceptions) == (DiagnosisStatus.NAMED, (id_,))


def test_every_id_is_named_somewhere_and_in_every_function_where_it_can_be() -> None:
    """Guards the list above: what is missing there is missing for a reason."""
    made = {(function, id_) for function, id_, _ in SINGLES}
    remarked = {"unstable_softmax", "renamed_function"}
    masks = {id_ for id_ in IDS if "mask" in id_}
    of_one_query = {
        "query_key_swapped",
        "softmax_over_queries",
        "softmax_over_all",
        "result_transposed",
        "result_uses_attention_transposed",
    }
    for function in FUNCTIONS:
        missing = {id_ for id_ in IDS - remarked if (function, id_) not in made}
        assert (
            missing
            == {
                "attentionQuery": masks | of_one_query,
                "attentionQueryMatrix": masks,
                "maskedAttentionQueryMatrix": set(),
            }[function]
        )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_right_is_not_named(function: str, style: str, key: AnswerKey) -> None:
    exercise = next(one for one in key.assignment.exercises if one.function == function)
    for misconceptions in ((), ("unstable_softmax",)):
        text = source(function, *misconceptions, style=style)
        if exercise.id == "ex3":  # its matrices are no matter here
            text += "\nkeys_mat, values_mat, queries_mat = map(np.array, (keys, values, queries))"
        verdict = check_exercise(exercise, key, Execution((), (plain_run(text, function, key),)))
        assert verdict.diagnosis == Diagnosis(DiagnosisStatus.NONE)


@pytest.mark.parametrize(
    ("function", "misconceptions", "named"),
    [
        # Two stages, each seen.
        ("attentionQuery", ("unscaled", "softmax_twice"), None),
        ("attentionQueryMatrix", ("scaled_by_dk", "result_transposed"), None),
        ("maskedAttentionQueryMatrix", ("unscaled", "strict_mask"), None),
        ("maskedAttentionQueryMatrix", ("mask_after_softmax", "swapped_return"), None),
        ("maskedAttentionQueryMatrix", ("softmax_over_queries", "result_uses_keys", "unscaled"), None),
        ("attentionQuery", ("unscaled", "hard_coded_shape"), None),
        ("attentionQueryMatrix", ("softmax_over_queries", "mutates_inputs"), None),
        ("attentionQueryMatrix", ("unscaled", "uses_globals"), None),
        ("attentionQueryMatrix", ("unscaled", "returns_only_attention"), None),
        # One hides the other.
        ("attentionQuery", ("unscaled", "linear_normalisation"), ("linear_normalisation",)),
        ("attentionQueryMatrix", ("result_uses_keys", "returns_only_attention"), ("returns_only_attention",)),
        ("attentionQuery", ("unscaled", "missing_return"), ("missing_return",)),
        ("attentionQuery", ("unscaled", "nondeterministic"), ("nondeterministic",)),
        # Two ways to say the same: what is proven all the same.
        ("attentionQuery", ("scaled_by_dk", "hard_coded_shape"), ("hard_coded_shape",)),
        ("attentionQuery", ("no_softmax", "returns_only_result"), ("returns_only_result",)),
    ],
)
def test_several_at_once(
    function: str, misconceptions: tuple[str, ...], named: tuple[str, ...] | None, key: AnswerKey
) -> None:
    found = diagnosed_source(function, source(function, *misconceptions), key)
    assert set(found.misconceptions) == set(named or misconceptions)


def test_one_function_by_two_names_is_unknown(key: AnswerKey) -> None:
    text = source(FUNCTIONS[2], "no_softmax", "result_uses_raw_scores")
    found = diagnosed_source(FUNCTIONS[2], text, key)
    assert (found.status, found.misconceptions) == (DiagnosisStatus.UNKNOWN, ())


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("fill", [0.0, 1.0, np.nan])
def test_placeholders_are_not_named(function: str, fill: float, key: AnswerKey) -> None:
    """Zeros and ones are what many a broken formula ends in; they earn nothing."""
    right = defined(source(function), function)

    def whole(*given: Any) -> Any:
        return tuple(np.full_like(one, fill) for one in right(*given))

    def attention(*given: Any) -> Any:
        return np.full_like(right(*given)[0], fill), right(*given)[1]

    def result(*given: Any) -> Any:
        return right(*given)[0], np.full_like(right(*given)[1], fill)

    for called in (whole, attention, result):
        assert diagnosed(function, called, key) == Diagnosis(DiagnosisStatus.UNKNOWN)


@pytest.mark.parametrize("function", FUNCTIONS[1:])
def test_a_layout_the_other_way_round_is_one_slip(function: str, key: AnswerKey) -> None:
    """Keys by queries throughout, and the result right."""
    right = defined(source(function), function)

    def called(*given: Any) -> Any:
        attention, result = right(*given)
        return attention.T, result

    assert diagnosed(function, called, key).misconceptions == ("attention_transposed",)


def test_what_differs_from_call_to_call_earns_nothing_for_what_is_wrong_besides(key: AnswerKey) -> None:
    function = FUNCTIONS[1]
    unscaled = defined(source(function, "unscaled"), function)
    seen: set[bytes] = set()

    def called(queries: Any, keys: Any, values: Any) -> Any:
        attention, result = unscaled(queries, keys, values)
        again = queries.tobytes() in seen
        seen.add(queries.tobytes())
        return attention + again, result

    found = diagnosed(function, called, key)
    assert found.explaining == found.misconceptions == ("unscaled", "nondeterministic")


def test_an_unstable_softmax_beside_a_fault_is_remarked(key: AnswerKey) -> None:
    stable = diagnosed_source(FUNCTIONS[1], source(FUNCTIONS[1], "unscaled"), key)
    unstable = diagnosed_source(FUNCTIONS[1], source(FUNCTIONS[1], "unscaled", "unstable_softmax"), key)
    assert stable.remarks == ()
    assert [remark.id for remark in unstable.remarks] == ["unstable_softmax"]
    assert stable.misconceptions == unstable.misconceptions == ("unscaled",)


def test_one_output_that_is_wrong_by_itself(key: AnswerKey) -> None:
    """The attention is returned as logits, and the result was computed from the right one."""
    right = defined(source(FUNCTIONS[1]), FUNCTIONS[1])
    logits = defined(source(FUNCTIONS[1], "no_softmax"), FUNCTIONS[1])
    found = diagnosed(FUNCTIONS[1], lambda *given: (logits(*given)[0], right(*given)[1]), key)
    assert found.misconceptions == ("no_softmax",)
    scaled = defined(source(FUNCTIONS[1], "unscaled"), FUNCTIONS[1])
    found = diagnosed(FUNCTIONS[1], lambda *given: (right(*given)[0], scaled(*given)[1]), key)
    assert found.misconceptions == ("unscaled",)


def test_two_outputs_that_are_wrong_in_ways_that_are_not_one_function_are_unknown(key: AnswerKey) -> None:
    one, other = (defined(source(FUNCTIONS[1], id_), FUNCTIONS[1]) for id_ in ("unscaled", "sigmoid"))
    found = diagnosed(FUNCTIONS[1], lambda *given: (one(*given)[0], other(*given)[1]), key)
    assert found.status is DiagnosisStatus.UNKNOWN


@pytest.mark.parametrize("subtracted", [0.7, 3.3, 12.5, 64])
def test_how_little_was_subtracted_as_a_mask_is_found_out(subtracted: float, key: AnswerKey) -> None:
    """No list holds every number that somebody may subtract."""
    function = FUNCTIONS[2]
    text = source(function, "mask_additive_small")
    assert "10 * (1 - seen)" in text
    called = defined(text.replace("10 * (1 - seen)", f"{subtracted} * (1 - seen)"), function)
    assert diagnosed(function, called, key).misconceptions == ("mask_additive_small",)


def test_weights_that_are_almost_0_are_not_0(key: AnswerKey) -> None:
    """Within the tolerance the outputs are right; the rule that asks for exactly 0 is broken, and this says why."""
    function = FUNCTIONS[2]
    called = defined(source(function, "mask_additive_small").replace("10 *", "100 *"), function)
    assert diagnosed(function, called, key).misconceptions == ("mask_additive_small",)


Called = Callable[..., Any]


def nothing_comes(*_: Any) -> Any:
    raise KeyError


@pytest.mark.parametrize(
    ("called", "status"),
    [
        (nothing_comes, DiagnosisStatus.NONE),
        (lambda q, k, v: {"attention": 1}, DiagnosisStatus.UNKNOWN),  # noqa: ARG005
        (lambda q, k, v: (np.full(len(k), np.nan), np.full(v.shape[1], np.nan)), DiagnosisStatus.UNKNOWN),  # noqa: ARG005
        (lambda q, k, v: (1, 2, 3), DiagnosisStatus.UNKNOWN),  # noqa: ARG005
    ],
)
def test_where_nobody_can_know(called: Called, status: DiagnosisStatus, key: AnswerKey) -> None:
    if status is DiagnosisStatus.UNKNOWN:
        called = _that_numpy_takes(called)
    assert diagnosed(FUNCTIONS[1], called, key).status is status


def _that_numpy_takes(called: Called) -> Called:
    """A dictionary can't be an array here as in a kernel: an array of the wrong kind of shape stands for it."""
    return lambda *given: np.zeros(5) if isinstance(called(*given), dict) else called(*given)


def test_the_selftests_sources_are_the_ones_tested_here(key: AnswerKey) -> None:
    assert sources().styles == STYLES
    assert sources().key.digest == key.digest

"""One slip is one deduction, and an exercise with a fault is never full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from grader.answer_key import AnswerKey
from grader.checks import Verdict, check_exercise
from grader.model import Execution, FunctionRun, NoAnswer, Observation, Silence
from grader.rubric import score_exercise
from tests.checks.diagnosis.diagnosed import defined, seen_of, source
from tests.checks.observations import exercise

MATRIX, MASKED = "attentionQueryMatrix", "maskedAttentionQueryMatrix"


def judged(function: str, seen: Mapping[str, Observation], key: AnswerKey) -> Verdict:
    id_ = {MATRIX: "ex3", MASKED: "ex5"}[function]
    return check_exercise(exercise(id_, key), key, Execution((), (FunctionRun(function, function, seen),)))


def of_source(function: str, key: AnswerKey, *misconceptions: str) -> Verdict:
    return judged(function, seen_of(function, defined(source(function, *misconceptions), function), key), key)


def with_cost(key: AnswerKey, id_: str, cost: float) -> AnswerKey:
    entries = dict(key.atlas.misconceptions)
    entries[id_] = msgspec.structs.replace(entries[id_], cost=cost)
    return replace(key, atlas=replace(key.atlas, misconceptions=entries))


def test_what_is_left_is_the_product(key: AnswerKey) -> None:
    cost = {id_: entry.cost for id_, entry in key.atlas.misconceptions.items()}
    for misconceptions in (("unscaled",), ("unscaled", "softmax_twice"), ("scaled_by_dk", "result_transposed")):
        verdict = of_source(MATRIX, key, *misconceptions)
        left = 1.0
        for id_ in misconceptions:
            left *= 1 - cost[id_]
        assert verdict.results["sheet_data"].fraction == pytest.approx(left)
        assert verdict.results["hidden_cases"].fraction == pytest.approx(left)


def test_the_message_says_so(key: AnswerKey) -> None:
    message = of_source(MATRIX, key, "unscaled").results["sheet_data"].message
    assert message.startswith(
        "1/√d_k is missing: 60 % of the marks for values. On the sheet's data: attention is wrong"
    )
    both = of_source(MATRIX, key, "unscaled", "softmax_twice").results["sheet_data"].message
    assert both.startswith("1/√d_k is missing, and the softmax was taken twice: 30 % of the marks for values.")


def test_what_is_right_stays_full(key: AnswerKey) -> None:
    """A fixed scale is right on the sheet's data."""
    results = of_source(MATRIX, key, "hard_coded_scale").results
    assert results["sheet_data"].fraction == 1
    assert results["hidden_cases"].fraction == pytest.approx(1 - key.atlas.misconceptions["hard_coded_scale"].cost)


def test_what_explains_no_values_takes_none_of_their_marks(key: AnswerKey) -> None:
    """It is paid for where it was found: changed arguments cost the interface."""
    results = of_source(MATRIX, key, "unscaled", "mutates_inputs").results
    assert results["interface"].fraction == 0
    assert results["sheet_data"].fraction == pytest.approx(1 - key.atlas.misconceptions["unscaled"].cost)


def test_unknown_gets_nothing(key: AnswerKey) -> None:
    def called(queries: Any, keys: Any, values: Any) -> Any:
        return queries @ keys.T * 0.77, values[: len(queries)]

    results = judged(MATRIX, seen_of(MATRIX, called, key), key).results
    assert results["sheet_data"].fraction == results["hidden_cases"].fraction == 0


def test_a_fault_that_costs_nothing_is_not_full_all_the_same(key: AnswerKey) -> None:
    free = with_cost(key, "unscaled", 0.0)
    verdict = of_source(MATRIX, free, "unscaled")
    assert verdict.results["sheet_data"].fraction == pytest.approx(1)
    results = {one.id: verdict.results[one.id] for one in exercise("ex3", free).criteria}
    score = score_exercise(exercise("ex3", free), results)
    for criterion in score.criteria:
        if criterion.id in {"sheet_data", "hidden_cases"}:
            assert criterion.score == pytest.approx(criterion.max_score - 0.01)


def test_no_marks_for_calls_that_were_not_answered(key: AnswerKey) -> None:
    """Nobody knows what would have come. What was answered counts as it does."""
    seen = seen_of(MATRIX, defined(source(MATRIX, "unscaled"), MATRIX), key)
    seen[f"{MATRIX}:more_of_everything"] = NoAnswer(Silence.TIMED_OUT)
    verdict = judged(MATRIX, seen, key)
    assert verdict.diagnosis.misconceptions == ("unscaled",)
    assert verdict.results["sheet_data"].fraction == pytest.approx(0.6)
    assert verdict.results["hidden_cases"].fraction == 0


def test_of_two_moments_the_better_counts_with_its_diagnosis(key: AnswerKey) -> None:
    """A function that was right once is full, whatever became of it later; of two wrong ones the dearer is left out."""

    def runs(*sources: tuple[str, ...]) -> Execution:
        made: list[Callable[..., Any]] = [defined(source(MASKED, *one), MASKED) for one in sources]
        return Execution((), tuple(FunctionRun(MASKED, MASKED, seen_of(MASKED, one, key)) for one in made))

    once_right = check_exercise(exercise("ex5", key), key, runs(("no_mask",), ()))
    assert once_right.diagnosis.misconceptions == ()
    assert all(result.fraction == 1 for result in once_right.results.values())
    twice_wrong = check_exercise(exercise("ex5", key), key, runs(("no_mask",), ("strict_mask",)))
    assert twice_wrong.diagnosis.misconceptions == ("strict_mask",)

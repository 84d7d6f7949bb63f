"""Marks for method: where named misconceptions explain all that came, a slip costs a share of the marks, not all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from grader.answer_key import AnswerKey
from grader.assignment import Exercise, Values
from grader.checks.outputs import observation_of
from grader.model import CheckResult, Diagnosis, NoAnswer, Observation

# With any fault in it an exercise is never full, whatever an instructor says that a slip costs.
_MOST = 1 - 1e-9


def with_method_marks(
    results: Mapping[str, CheckResult],
    exercise: Exercise,
    key: AnswerKey,
    diagnosis: Diagnosis,
    observations: Mapping[str, Observation],
) -> dict[str, CheckResult]:
    """The results with marks for values where they are not right but explained."""
    marked = dict(results)
    for criterion in exercise.criteria:
        result = results.get(criterion.id)
        if not isinstance(criterion, Values) or result is None or result.fraction == 1 or not diagnosis.explaining:
            continue
        # Of a call without an answer nobody knows whether it would have been explained.
        calls = key.of_sets(exercise.function or "", criterion.cases)
        answered = not any(isinstance(observation_of(one, observations), NoAnswer) for one in calls)
        share = _share(key, diagnosis) if answered else 0.0
        message = f"{_said(key, diagnosis, share)} {result.message}"
        marked[criterion.id] = replace(result, fraction=max(result.fraction or 0.0, share), message=message)
    return marked


def _share(key: AnswerKey, diagnosis: Diagnosis) -> float:
    return min(prod(1 - key.atlas.misconceptions[id_].cost for id_ in diagnosis.explaining), _MOST)


def _said(key: AnswerKey, diagnosis: Diagnosis, share: float) -> str:
    """ "1/√d_k is missing: 60 % of the marks for values." """
    titles = ", and ".join(key.atlas.misconceptions[id_].title for id_ in diagnosis.explaining)
    marks = f"{100 * share:.3g} %" if share else "none"
    return f"{titles[:1].upper()}{titles[1:]}: {marks} of the marks for values."

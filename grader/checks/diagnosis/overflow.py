"""Where a wrong function overflows besides, in cases in which that is excused, and remarked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import Excuse, Function
from grader.checks.diagnosis.formula import Explanation
from grader.model import Items, Numbers, Observation, Raised, Returned
from grader.score_report import Remark


def overflow_remarks(
    function: Function, key: AnswerKey, explanation: Explanation, observations: Mapping[str, Observation]
) -> tuple[Remark, ...]:
    """A remark for each excuse in whose cases the explanation's formula stays finite, and the function doesn't."""
    return tuple(
        Remark(excuse.id, f"{function.name}: {excuse.message}")
        for excuse in key.assignment.excuses
        if _overflows(excuse, function, key, explanation, observations)
    )


def _overflows(
    excuse: Excuse,
    function: Function,
    key: AnswerKey,
    explanation: Explanation,
    observations: Mapping[str, Observation],
) -> bool:
    pipeline = explanation.predictions.pipeline
    for keyed in key.of_sets(function.name, excuse.cases):
        predicted = pipeline.predict(explanation.combination, keyed.arguments)
        finite = not predicted.raised and all(np.isfinite(array).all() for array in predicted.outputs.values())
        if finite and not _is_finite(observations.get(keyed.call.id)):
            return True
    return False


def _is_finite(observation: Observation | None) -> bool:
    """Whether it is no overflow that was seen."""
    if not isinstance(observation, Returned):
        return not isinstance(observation, Raised)
    items = observation.value.items if isinstance(observation.value, Items) else (observation.value,)
    return all(np.isfinite(one.values).all() for one in items if isinstance(one, Numbers))

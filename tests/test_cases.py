"""The cases that functions are called on; small ones are followed by hand."""

from __future__ import annotations

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import Assignment
from grader.atlas import Arrays, Combination, Pipeline
from grader.cases import small_cases


def test_small_cases_can_be_followed_by_hand(assignment: Assignment) -> None:
    cases = small_cases(assignment)
    assert cases
    for case in cases:
        assert not case.hidden
        for array in case.data.values():
            assert array.shape[0] in {2, 3}
            assert np.array_equal(array, array.round())
            assert abs(array).max() <= 2
            assert array.any(axis=1).all(), "a vector without length shows little"


def test_the_least_work_comes_first(assignment: Assignment) -> None:
    sizes = [sum(array.size for array in case.data.values()) for case in small_cases(assignment)]
    assert sizes == sorted(sizes)


def test_they_are_the_same_each_time(assignment: Assignment) -> None:
    for one, other in zip(small_cases(assignment), small_cases(assignment), strict=True):
        assert one.id == other.id
        assert all(np.array_equal(one.data[name], other.data[name]) for name in one.data)


def test_every_misconception_shows_in_some_small_case(key: AnswerKey) -> None:
    """Else a student would be shown none that can be followed."""
    for name, pipeline in key.atlas.pipelines.items():
        unseen = set(pipeline.misconceptions())
        same: set[str] = set()
        for combination in pipeline.combinations():
            faults = pipeline.faults(combination)
            if len(faults) == 1 and faults <= unseen and sum(place > 0 for place in combination) == 1:
                differs = [_differs(pipeline, combination, one.arguments) for one in key.small[name]]
                unseen -= faults if any(differs) else frozenset()
                large = [_differs(pipeline, combination, one.arguments) for one in key.calls[name].values()]
                same |= frozenset() if any(large) else faults
        assert unseen <= same, name


def _differs(pipeline: Pipeline, combination: Combination, arguments: Arrays) -> bool:
    right, other = pipeline.predict(pipeline.right, arguments), pipeline.predict(combination, arguments)
    if other.raised:
        return True
    pairs = [(right.outputs[name], other.outputs[name]) for name in right.outputs]
    return any(one.shape != got.shape or not np.allclose(one, got, rtol=1e-4, atol=1e-6) for one, got in pairs)

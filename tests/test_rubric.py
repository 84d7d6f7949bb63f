"""Points: nothing partial is ever whole, sums add up, and what isn't judged isn't counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.answer_key import AnswerKey
from grader.assignment import Exercise, Interface
from grader.model import CheckResult
from grader.rubric import grader_error_report, points_given, score_exercise, unreadable_report
from grader.score_report import Remark, Status, SubmissionRef

REF = SubmissionRef("x", "x.ipynb", None)


def exercise(*points: float) -> Exercise:
    criteria = tuple(Interface(f"c{i}", "t", each, ("sheet",)) for i, each in enumerate(points))
    return Exercise("e", "t", ("Exercise",), criteria)


_points = st.lists(st.floats(0.01, 100), min_size=1, max_size=6)
_fractions = st.floats(0, 1)


@given(st.data(), _points)
def test_scores_lie_between_nothing_and_all(data: st.DataObject, points: list[float]) -> None:
    fractions = [data.draw(_fractions) for _ in points]
    results = {f"c{i}": CheckResult(fraction) for i, fraction in enumerate(fractions)}
    scored = score_exercise(exercise(*points), results)
    assert scored.score is not None
    assert 0 <= scored.score <= scored.max_score + 0.011 * len(points)
    assert (scored.status is Status.PASSED) == all(fraction == 1 for fraction in fractions)
    for criterion, fraction in zip(scored.criteria, fractions, strict=True):
        assert (criterion.score == criterion.max_score) <= (fraction == 1)


def test_thirds_are_rounded_to_cents() -> None:
    scored = score_exercise(exercise(2), {"c0": CheckResult(2 / 3)})
    assert (scored.score, scored.status) == (1.33, Status.PARTIAL)


def test_a_part_is_never_rounded_to_the_whole() -> None:
    scored = score_exercise(exercise(2), {"c0": CheckResult(0.99999)})
    assert (scored.score, scored.status) == (1.99, Status.PARTIAL)


def test_statuses() -> None:
    def status(*results: CheckResult) -> Status:
        named = {f"c{i}": result for i, result in enumerate(results)}
        return score_exercise(exercise(*[1.0] * len(results)), named).status

    passed, failed, partial = CheckResult(1.0), CheckResult(0.0), CheckResult(0.5)
    unjudged, ours = CheckResult(None), CheckResult(None, status=Status.GRADER_ERROR)
    assert status(passed, passed) is Status.PASSED
    assert status(failed, failed) is Status.FAILED
    assert status(passed, failed) is Status.PARTIAL
    assert status(partial) is Status.PARTIAL
    assert status(passed, unjudged) is Status.PASSED
    assert status(failed, unjudged) is Status.FAILED
    assert status(unjudged) is Status.NOT_RUN
    assert status(passed, ours) is Status.GRADER_ERROR


def test_one_grader_error_makes_the_exercise_null() -> None:
    results = {"c0": CheckResult(1.0), "c1": CheckResult(None, status=Status.GRADER_ERROR)}
    assert score_exercise(exercise(1, 1), results).score is None


def test_an_unreadable_file_has_zero_and_a_grader_error_has_none(key: AnswerKey) -> None:
    remark = Remark("r", "m")
    unreadable, ours = unreadable_report(key, REF, [remark]), grader_error_report(key, REF, remark)
    assert (unreadable.score, ours.score) == (0, None)
    assert unreadable.max_score == ours.max_score == points_given(key) == 100
    assert {one.id: one.score for one in unreadable.exercises} == {
        "ex1": 0,
        "ex2": 0,
        "ex3": 0,
        "ex4": 0,
        "ex5": 0,
        "ex6": 0,
    }

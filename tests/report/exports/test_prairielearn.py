"""PrairieLearn gets a share of 1, at most 1 MB, and no score where the grader failed."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from grader.report.exports import Format, export, prairielearn_results
from grader.score_report import ScoreReport
from tests.report.exports.readers.prairielearn_reader import MOST_BYTES, read_prairielearn
from tests.report.exports.reports import (
    NOW,
    any_report,
    full,
    grader_error,
    hostile_class,
    overridden,
    partial,
    unreadable,
    varied_class,
    worth_nothing,
)


def test_every_submission_has_its_share() -> None:
    exported = export(Format.PRAIRIELEARN, varied_class("canvas"), now=NOW)
    shares = [read_prairielearn(content).get("score") for content in exported.files.values()]
    assert shares == [1.0, 0.4755, 0.0, 0.0, 0.0, None, 0.955]
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]


def test_a_fault_of_the_grader_is_not_gradable_and_says_why() -> None:
    results = read_prairielearn(prairielearn_results(grader_error("a", None)))
    assert results["gradable"] is False
    assert "score" not in results
    assert "no fault of the submission" in results["message"]
    assert results["format_errors"] == [results["message"]]


def test_tests_have_points_messages_and_outputs() -> None:
    results = read_prairielearn(prairielearn_results(partial("a", None)))
    assert [(one["points"], one["max_points"]) for one in results["tests"]] == [
        (10, 10),
        (17.55, 40),
        (0, 30),
        (20, 20),
    ]
    second = results["tests"][1]
    assert "not as it should be" in second["message"]
    assert "For example, distance(a, b)" in second["output"]


def test_overrides_and_reasons_are_told() -> None:
    assert (
        "your instructor's points"
        in read_prairielearn(prairielearn_results(overridden("a", None)))["tests"][-1]["message"]
    )
    assert "damaged" in read_prairielearn(prairielearn_results(unreadable("a", None)))["output"]


def test_where_nothing_can_be_earned_all_is() -> None:
    assert read_prairielearn(prairielearn_results(worth_nothing("a", None)))["score"] == 1
    spoiled = msgspec.structs.replace(unreadable("a", None), max_score=0.0)
    assert read_prairielearn(prairielearn_results(spoiled))["score"] == 0


def test_a_score_above_the_maximum_is_one() -> None:
    assert (
        read_prairielearn(prairielearn_results(msgspec.structs.replace(full("a", None), max_score=50.0)))["score"] == 1
    )


@pytest.mark.parametrize("criteria", [100, 1000])
def test_long_texts_are_cut_and_say_so(criteria: int) -> None:
    report = _long(criteria)
    content = prairielearn_results(report)
    results = read_prairielearn(content)
    assert MOST_BYTES / 4 < len(content) <= MOST_BYTES
    assert len(results["tests"]) == criteria
    assert "(shortened)" in results["tests"][0]["message"] + results["tests"][0]["output"]


def _long(criteria: int) -> ScoreReport:
    report = partial("a", None)
    first = report.exercises[0]
    long = msgspec.structs.replace(first.criteria[1], message="é" * 2000, score=0.0, max_score=0.0)
    hints = [msgspec.structs.replace(first.misconceptions[0], hint="ä" * 2000)] * 4
    exercise = msgspec.structs.replace(first, criteria=[long] * criteria, misconceptions=hints, score=0.0)
    return msgspec.structs.replace(report, exercises=[exercise], score=0.0)


def test_hostile_names_are_text() -> None:
    for report in hostile_class("canvas"):
        read_prairielearn(prairielearn_results(report))


@given(any_report("a", None))
def test_any_report_has_its_own_share(report: ScoreReport) -> None:
    results = read_prairielearn(prairielearn_results(report))
    assert results["gradable"] is (report.score is not None)
    if report.score is not None and report.max_score:
        assert results["score"] == min(1.0, report.score / report.max_score)

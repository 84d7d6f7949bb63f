"""Gradescope gets the report's score, a test a criterion, and text that can't become markup."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.errors import InternalError, UsageError
from grader.report.exports import Format, export, gradescope_results
from grader.score_report import ScoreReport
from tests.report.exports.readers.gradescope_reader import read_gradescope
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


def test_a_file_a_submission_and_none_for_a_fault_of_the_grader() -> None:
    reports = varied_class("gradescope")
    exported = export(Format.GRADESCOPE, reports, now=NOW)
    read = {name: read_gradescope(content)["score"] for name, content in exported.files.items()}
    assert read == {
        f"{one.submission.id}/results.json": one.score for one in reports if one.submission.id != "Erika Mustermann_106"
    }
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]


def test_a_test_a_criterion_with_message_hint_and_example() -> None:
    results = read_gradescope(gradescope_results(partial("a", None), execution_time=1.5))
    assert results["execution_time"] == 1.5
    assert [test["number"] for test in results["tests"]] == ["1.1", "1.2", "2.1", "2.2"]
    assert [test["status"] for test in results["tests"]] == ["passed", "failed", "failed", "passed"]
    second = results["tests"][1]
    assert (second["score"], second["max_score"]) == (17.55, 40.0)
    assert second["name"] == "ex1 Distance & co., ex1: Right values"
    for said in ("not as it should be", "Look at <the formula>", "result at point 1 should be 2.82843"):
        assert said in second["output"]
    assert "Cell 3: distance is called distanz here." in results["output"]
    assert results["extra_data"]["assignment_digest"] == "0123456789abcdef"


def test_without_a_time_there_is_none() -> None:
    assert "execution_time" not in read_gradescope(gradescope_results(full("a", None), execution_time=None))


def test_an_override_is_shown_as_such() -> None:
    results = read_gradescope(gradescope_results(overridden("a", None), execution_time=None))
    assert results["score"] == 95.5
    assert "your instructor's points" in results["tests"][-1]["output"]
    (override,) = results["extra_data"]["overrides"]
    assert (override["exercise"], override["points"], override["graded_score"]) == ("ex2", 45.5, None)


def test_unreadable_is_zero_with_its_reason() -> None:
    results = read_gradescope(gradescope_results(unreadable("a", None), execution_time=None))
    assert results["score"] == 0
    assert "The notebook is damaged" in results["output"]
    assert {test["status"] for test in results["tests"]} == {"failed"}


def test_what_is_worth_nothing_fails_only_where_it_is_wrong() -> None:
    results = read_gradescope(gradescope_results(worth_nothing("a", None), execution_time=None))
    assert [test["status"] for test in results["tests"]] == ["passed", "failed"]


def test_a_fault_of_the_grader_has_no_results() -> None:
    with pytest.raises(InternalError, match="no fault of the submission"):
        gradescope_results(grader_error("a", None), execution_time=None)


def test_hostile_names_are_text() -> None:
    exported = export(Format.GRADESCOPE, hostile_class("gradescope"), now=NOW)
    assert len(exported.files) == len(hostile_class("gradescope"))
    for content in exported.files.values():
        read_gradescope(content)


def test_there_is_nothing_to_fill() -> None:
    with pytest.raises(UsageError, match=r"book\.csv: an export to Gradescope fills no file"):
        export(Format.GRADESCOPE, varied_class("gradescope"), fill=b"x", fill_name="book.csv", now=NOW)


@given(any_report("a", None))
def test_any_report_has_its_own_score(report: ScoreReport) -> None:
    if report.score is not None:
        assert read_gradescope(gradescope_results(report, execution_time=None))["score"] == report.score

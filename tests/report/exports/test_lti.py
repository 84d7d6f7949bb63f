"""LTI's scores are as the specification has them; a fault of the grader sends no points."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from grader.errors import UsageError
from grader.report.exports import Format, export
from grader.score_report import ScoreReport
from tests.report.exports.readers.lti_reader import read_index
from tests.report.exports.reports import (
    NOW,
    any_report,
    full,
    hostile_class,
    owner_of,
    partial,
    varied_class,
    worth_nothing,
)


def test_every_submission_has_a_score_in_the_index() -> None:
    reports = varied_class("canvas")
    exported = export(Format.LTI, reports, now=NOW)
    scores = read_index(dict(exported.files))
    assert {id_: one.get("scoreGiven") for id_, one in scores.items()} == {
        one.submission.id: one.score for one in reports
    }
    assert {one.get("scoreMaximum") for one in scores.values()} == {100, None}
    assert scores["Jane Doe_101"]["userId"] == "101"
    assert scores["Jane Doe_101"]["gradingProgress"] == "FullyGraded"
    assert "Only a PDF was handed in." in scores["Li Wei_105"]["comment"]
    assert "your instructor's points" in scores["Óscar Núñez_107"]["comment"]
    failed = scores["Erika Mustermann_106"]
    assert failed["gradingProgress"] == "Failed"
    assert "no fault of the submission" in failed["comment"]
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]


def test_the_time_has_a_zone_and_parts_of_seconds() -> None:
    zone = timezone(timedelta(hours=-3, minutes=-30))
    exported = export(Format.LTI, [full("a", None)], now=NOW.astimezone(zone))
    score = read_index(dict(exported.files))["a"]
    assert datetime.fromisoformat(score["timestamp"]) == NOW.replace(microsecond=123_000)
    assert score["timestamp"].endswith("-03:30")
    with pytest.raises(UsageError, match="zone"):
        export(Format.LTI, [full("a", None)], now=NOW.replace(tzinfo=None))


def test_who_is_not_known_goes_by_the_submission() -> None:
    assert read_index(dict(export(Format.LTI, [full("a/b", None)], now=NOW).files))["a/b"]["userId"] == "a/b"


def test_two_of_one_student_are_not_sent() -> None:
    jane = owner_of("canvas", "101", "Jane")
    exported = export(Format.LTI, [full("a", jane), partial("b", jane), full("c", None)], now=NOW)
    assert list(read_index(dict(exported.files))) == ["c"]
    assert [one.submission for one in exported.left_empty] == ["a", "b"]


def test_what_is_worth_nothing_can_not_be_sent() -> None:
    exported = export(Format.LTI, [worth_nothing("a", None)], now=NOW)
    assert read_index(dict(exported.files)) == {}
    assert "scoreMaximum above 0" in exported.left_empty[0].reason


def test_hostile_names_are_text() -> None:
    reports = hostile_class("canvas")
    assert len(read_index(dict(export(Format.LTI, reports, now=NOW).files))) == len(reports)


@given(any_report("a", owner_of("canvas", "101", "Jane")))
def test_any_report_has_its_own_score(report: ScoreReport) -> None:
    exported = export(Format.LTI, [report], now=NOW)
    scores = read_index(dict(exported.files))
    assert [one.get("scoreGiven") for one in scores.values()] == ([report.score] if report.max_score else [])

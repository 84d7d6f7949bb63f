"""Every folder of tests/submissions/, graded for real: what its expect.toml says must come of it, and no more."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from grader.report.files import report_folder
from grader.report.json_report import published_schema
from grader.score_report import DiagnosisStatus, ScoreReport, Status
from tests.conftest import SUBMISSIONS

NAMES = sorted(path.parent.name for path in SUBMISSIONS.glob("*/expect.toml"))

Read = Callable[[str], ScoreReport]


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    status: str
    remarks: list[str]
    scores: dict[str, float]
    misconceptions: dict[str, list[str]] = {}
    unknown: list[str] = []
    """Exercises in which something is wrong that is none of what can be named."""
    messages: dict[str, str] = {}


def expected(name: str) -> Expected:
    return msgspec.toml.decode((SUBMISSIONS / name / "expect.toml").read_bytes(), type=Expected)


@pytest.mark.parametrize("name", NAMES)
def test_scores_and_status_are_as_expected(name: str, sample_report: Read) -> None:
    report = sample_report(name)
    assert report.status == expected(name).status
    assert {one.id: one.score for one in report.exercises} == expected(name).scores


@pytest.mark.parametrize("name", NAMES)
def test_remarks_are_as_expected(name: str, sample_report: Read) -> None:
    remarks = [remark.id for remark in sample_report(name).remarks]
    assert set(remarks) == set(expected(name).remarks)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_done_otherwise_is_named_exactly(name: str, sample_report: Read) -> None:
    """And nothing is named that was not done: not in right work, and not where nobody can know."""
    report = sample_report(name)
    named = {one.id: [found.id for found in one.misconceptions] for one in report.exercises if one.misconceptions}
    assert named == expected(name).misconceptions
    assert [one.id for one in report.exercises if one.diagnosis is DiagnosisStatus.UNKNOWN] == expected(name).unknown


@pytest.mark.parametrize("name", [name for name in NAMES if expected(name).messages])
def test_messages_say_what_is_wrong(name: str, sample_report: Read) -> None:
    report = sample_report(name)
    for place, words in expected(name).messages.items():
        exercise, criterion = place.split(".")
        (message,) = (
            one.message for ex in report.exercises if ex.id == exercise for one in ex.criteria if one.id == criterion
        )
        assert words in message


@pytest.mark.parametrize("name", NAMES)
def test_every_report_fits_the_published_schema(name: str, sample_results: Path) -> None:
    report = json.loads((report_folder(sample_results, name) / "report.json").read_bytes())
    jsonschema.Draft202012Validator(json.loads(published_schema())).validate(report)


@pytest.mark.parametrize("name", NAMES)
def test_points_add_up_and_what_failed_says_why(name: str, sample_report: Read) -> None:
    report = sample_report(name)
    assert report.score == pytest.approx(sum(one.score or 0 for one in report.exercises))
    for exercise in report.exercises:
        judged = [one for one in exercise.criteria if one.score is not None]
        assert (exercise.score or 0) == pytest.approx(sum(one.score or 0 for one in judged))
        for criterion in exercise.criteria:
            assert (criterion.status is Status.PASSED) == (criterion.score == criterion.max_score)
            assert bool(criterion.message) == (criterion.status is not Status.PASSED)


def test_right_work_in_many_styles_gets_full_marks() -> None:
    """Guards the samples: at least 20 styles, each expected to be full."""
    right = [name for name in NAMES if name.startswith("right_")]
    assert len(right) >= 20
    full = {"ex1": 20, "ex2": 12, "ex3": 20, "ex4": 14, "ex5": 20, "ex6": 14}
    assert all(expected(name).scores == full for name in right)


def test_no_fault_gets_full_marks() -> None:
    """Guards the samples: at least 30 faults, each expected to cost something in some exercise."""
    wrong = [name for name in NAMES if name.startswith("wrong_")]
    assert len(wrong) >= 30
    assert all(sum(expected(name).scores.values()) < 100 for name in wrong)


def test_there_are_many_messy_ones() -> None:
    assert len([name for name in NAMES if name.startswith("messy_")]) >= 25


def test_the_class_is_whole(sample_results: Path, sample_report: Read) -> None:
    """Nobody is lost among the messy ones, and scores.csv says what the reports say."""
    scores = json.loads((sample_results / "scores.json").read_bytes())
    assert [row["id"] for row in scores["submissions"]] == NAMES
    with (sample_results / "scores.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == NAMES
    assert [float(row["score"]) for row in rows] == [sample_report(name).score for name in NAMES]


def test_run_records_lie_beside_the_reports(sample_results: Path) -> None:
    for name in NAMES:
        record: dict[str, Any] = json.loads((report_folder(sample_results, name) / "run.json").read_bytes())
        assert record["schema"] == "grader.run/1"
        assert record["tracebacks"] == []

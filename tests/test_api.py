"""The same from Python as from the command line, typed, and with errors where the call is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import grader
from grader import ReportStatus, UsageError
from tests.conftest import SUBMISSIONS
from tests.notebooks import ROOT


def test_one_notebook() -> None:
    report = grader.grade(SUBMISSIONS / "right_plain" / "notebook.ipynb", course=ROOT)
    assert (report.status, report.score, report.max_score) == (ReportStatus.GRADED, 100, 100)
    assert [exercise.id for exercise in report.exercises] == [f"ex{number}" for number in range(1, 7)]


def test_a_class_comes_as_it_is_graded() -> None:
    names = ("right_plain", "wrong_no_mask", "messy_empty")
    reports = {
        report.submission.id: report
        for report in grader.grade_all([str(SUBMISSIONS / name) for name in names], course=ROOT, jobs=2)
    }
    assert set(reports) == set(names)
    assert reports["right_plain"].score == 100
    assert [one.id for one in reports["wrong_no_mask"].exercises[4].misconceptions] == ["no_mask"]
    assert reports["messy_empty"].status is ReportStatus.UNREADABLE


def test_whoever_has_seen_enough_may_stop() -> None:
    reports = grader.grade_all([SUBMISSIONS / "right_plain", SUBMISSIONS / "right_loops"], course=ROOT, jobs=1)
    assert next(reports).score == 100
    reports.close()
    assert list(reports) == []


def test_wrong_use_is_said_by_the_call_itself(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        grader.grade_all([tmp_path / "none.ipynb"], course=ROOT)
    with pytest.raises(UsageError, match="No course folder"):
        grader.grade(SUBMISSIONS / "right_plain", course="/")
    for name in "ab":
        (tmp_path / f"{name}.ipynb").touch()
    with pytest.raises(UsageError, match="holds 2 submissions"):
        grader.grade(tmp_path, course=ROOT)
    with pytest.raises(UsageError, match='Did you mean "moodle"'):
        grader.grade_all([SUBMISSIONS / "right_plain"], course=ROOT, layout="moddle")
    with pytest.raises(UsageError, match="Put it in brackets"):
        grader.grade_all(str(SUBMISSIONS / "right_plain"), course=ROOT)
    with pytest.raises(UsageError, match="jobs=-1"):
        grader.grade_all([SUBMISSIONS / "right_plain"], course=ROOT, jobs=-1)


@pytest.mark.parametrize("choice", ["requierd", "OFF", None, False])
def test_a_slip_never_gets_less_of_the_seal(choice: Any) -> None:
    with pytest.raises(UsageError, match="The sandbox can be auto, required, off"):
        grader.grade(SUBMISSIONS / "right_plain", course=ROOT, sandbox=choice)


def test_unsealed_kernels_warn(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").touch()
    with pytest.warns(UserWarning, match="NOT sealed"):
        grader.grade(tmp_path / "a.ipynb", course=ROOT, sandbox="off")

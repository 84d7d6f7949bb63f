"""A results folder that is read again: overrides of today, nothing missing without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey
from grader.batch import grade_batch
from grader.errors import UsageError
from grader.graded_class import read_class
from grader.model import SubmissionFile
from grader.overrides import FILE
from grader.report.files import report_folder
from grader.report.json_report import decode_report
from grader.results import UNFINISHED, locked
from grader.workers import Threads
from tests.fakes import FakeRunner
from tests.notebooks import filled_sheet

OVERRIDE = '[[overrides]]\nsubmission = "{}"\nexercise = "ex1"\npoints = 7.5\nreason = "by hand"\n'


@pytest.fixture
def results(key: AnswerKey, tmp_path: Path) -> Path:
    files = []
    for name in ("alice", "bob"):
        (tmp_path / f"{name}.ipynb").write_bytes(filled_sheet())
        files.append(SubmissionFile(name, tmp_path / f"{name}.ipynb", f"{name}.ipynb"))
    grade_batch(files, key, Threads(key, FakeRunner(), 1), tmp_path / "out")
    return tmp_path / "out"


def test_reports_come_in_the_order_of_the_scores(results: Path) -> None:
    graded = read_class(results)
    assert [report.submission.id for report in graded.reports] == ["alice", "bob"]
    assert graded.notes == ()


def test_overrides_reach_reports_and_scores_on_the_disk(results: Path) -> None:
    (results / FILE).write_text(OVERRIDE.format("bob"), encoding="utf-8")
    bob = read_class(results).reports[1]
    assert bob.score == 7.5
    assert decode_report((report_folder(results, "bob") / "report.json").read_bytes()) == bob
    assert json.loads((results / "scores.json").read_bytes())["submissions"][1]["score"] == 7.5
    assert b"ex1: by hand" in (results / "scores.csv").read_bytes()
    (results / FILE).unlink()
    assert read_class(results).reports[1].score == 0


def test_an_override_for_nobody_is_said(results: Path) -> None:
    (results / FILE).write_text(OVERRIDE.format("bbo"), encoding="utf-8")
    (note,) = read_class(results).notes
    assert 'there is no submission "bbo", so nothing is changed. Did you mean "bob"?' in note


def test_a_report_that_is_gone_is_said(results: Path) -> None:
    (report_folder(results, "alice") / "report.json").write_bytes(b"{")
    graded = read_class(results)
    assert [report.submission.id for report in graded.reports] == ["bob"]
    assert graded.notes[0].startswith("alice: has no report as it was written")


def test_a_folder_of_no_finished_batch_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Name a folder that `grader grade` has finished"):
        read_class(tmp_path)
    (tmp_path / "scores.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="is not of this grader's making"):
        read_class(tmp_path)


def test_an_edited_report_is_not_believed(results: Path) -> None:
    """Nor one that lies in another's folder: else whoever can write there could give points."""
    bob = report_folder(results, "bob") / "report.json"
    content = bob.read_bytes()
    bob.write_bytes(content.replace(b'"status": "failed"', b'"status": "passed"', 1))
    assert bob.read_bytes() != content
    assert [report.submission.id for report in read_class(results).reports] == ["alice"]
    bob.write_bytes((report_folder(results, "alice") / "report.json").read_bytes())
    graded = read_class(results)
    assert [report.submission.id for report in graded.reports] == ["alice"]
    assert graded.notes[0].startswith("bob: has no report as it was written")


def test_a_batch_that_is_not_done_is_not_read(results: Path) -> None:
    (results / UNFINISHED).touch()
    with pytest.raises(UsageError, match="the last batch here was ended before it was done"):
        read_class(results)
    (results / UNFINISHED).unlink()
    with locked(results), pytest.raises(UsageError, match="another batch is writing"):
        read_class(results)

"""A class: one report each, in order, whatever happens to the others; the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.answer_key import AnswerKey
from grader.batch import BatchOptions, grade_batch
from grader.errors import GradingStopped, UsageError
from grader.intake import find_submissions
from grader.model import Execution, SubmissionFile
from grader.report.scores import ScoreRow
from grader.runner import KernelRunner
from grader.workers import Threads
from tests.fakes import FakeListener, FakeRunner
from tests.notebooks import filled_sheet

Functions = dict[str, Callable[..., Any]]


@pytest.fixture
def class_folder(tmp_path: Path) -> Path:
    for name in ("Äpfel & Birnen", "bob smith", "🙂"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "sheet.ipynb").write_bytes(filled_sheet())
    (tmp_path / "class" / "carol").mkdir()
    (tmp_path / "class" / "carol" / "sheet.ipynb").write_bytes(b"not a notebook")
    return tmp_path / "class"


def files_in(path: Path) -> tuple[SubmissionFile, ...]:
    return find_submissions([path]).submissions


def test_each_submission_ends_with_a_report(class_folder: Path, key: AnswerKey, tmp_path: Path) -> None:
    told = FakeListener()
    files = files_in(class_folder)
    rows = grade_batch(files, key, Threads(key, FakeRunner(), 3), tmp_path / "out", told)
    assert [row.id for row in rows] == [file.id for file in files] == ["bob smith", "carol", "Äpfel & Birnen", "🙂"]
    assert set(told.ended) == {row.id for row in rows}
    assert [row.status for row in rows] == ["graded", "unreadable", "graded", "graded"]
    for row in rows:
        assert (tmp_path / "out" / "reports" / row.id / "report.json").is_file()
    assert not list((tmp_path / "out").rglob("*.part"))


def test_one_fault_of_ours_costs_nobody_else(class_folder: Path, key: AnswerKey, tmp_path: Path) -> None:
    class Moody(FakeRunner):
        def run(self, submission: Any, plan: Any, limits: Any) -> Execution:
            if submission.id == "bob smith":
                raise MemoryError
            return super().run(submission, plan, limits)

    rows = grade_batch(files_in(class_folder), key, Threads(key, Moody(), 2), tmp_path / "out")
    assert {row.id: row.score for row in rows} == {"bob smith": None, "carol": 0, "Äpfel & Birnen": 0, "🙂": 0}
    record = json.loads((tmp_path / "out" / "reports" / "bob smith" / "run.json").read_bytes())
    assert "MemoryError" in record["tracebacks"][0]


def test_reports_are_byte_identical_from_run_to_run(
    class_folder: Path, key: AnswerKey, right_functions: Functions, tmp_path: Path
) -> None:
    for out, jobs in (("one", 1), ("two", 3)):
        grade_batch(
            files_in(class_folder),
            key,
            Threads(key, FakeRunner(right_functions), jobs),
            tmp_path / out,
        )
    ones = {path.relative_to(tmp_path / "one"): path.read_bytes() for path in (tmp_path / "one").rglob("report.json")}
    twos = {path.relative_to(tmp_path / "two"): path.read_bytes() for path in (tmp_path / "two").rglob("report.json")}
    assert ones == twos
    assert len(ones) == 4


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(key: AnswerKey, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    runner = FakeRunner()
    with pytest.raises(UsageError, match="Name another folder with -o"):
        grade_batch([SubmissionFile("x", tmp_path / "x", "x")], key, Threads(key, runner, 1), tmp_path / "file")
    assert runner.submissions == []


def test_a_stop_ends_the_runner(class_folder: Path, key: AnswerKey, tmp_path: Path) -> None:
    runner = FakeRunner()

    def interrupt(_row: ScoreRow) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_batch(
            files_in(class_folder),
            key,
            Threads(key, runner, 1),
            tmp_path / "out",
            FakeListener(interrupt),
        )
    assert runner.stopped


def test_a_stop_is_no_result(class_folder: Path, key: AnswerKey, tmp_path: Path) -> None:
    """What a first batch wrote is not replaced by the reports of a second one that was stopped."""
    files = files_in(class_folder)
    grade_batch(files, key, Threads(key, FakeRunner(), 1), tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.json")}
    stopped = FakeRunner()
    stopped.stop()
    with pytest.raises(GradingStopped):
        grade_batch(files, key, Threads(key, stopped, 2), tmp_path / "out", options=BatchOptions(regrade=True))
    changed = [path.parent.name for path, content in before.items() if path.read_bytes() != content]
    assert set(changed) <= {"carol"}, "carol's file is no notebook, which needs no runner"


def test_a_report_that_cannot_be_written_costs_nobody_else(class_folder: Path, key: AnswerKey, tmp_path: Path) -> None:
    (tmp_path / "out" / "reports" / "carol" / "run.json").mkdir(parents=True)
    (tmp_path / "out" / "reports" / "carol" / "report.json").write_text("of an earlier batch", encoding="utf-8")
    rows = grade_batch(files_in(class_folder), key, Threads(key, FakeRunner(), 2), tmp_path / "out")
    assert {row.id: (row.status, row.score) for row in rows if row.id in {"carol", "🙂"}} == {
        "carol": ("grader_error", None),
        "🙂": ("graded", 0),
    }
    (carol,) = (row for row in rows if row.id == "carol")
    assert "run.json" in carol.problem
    assert not (tmp_path / "out" / "reports" / "carol" / "report.json").exists()
    assert len(json.loads((tmp_path / "out" / "scores.json").read_bytes())["submissions"]) == 4


def test_real_kernels_give_identical_bytes_too(key: AnswerKey, tmp_path: Path, runner: KernelRunner) -> None:
    """Addresses, hashes, random numbers and temporary paths differ between kernels; reports must not."""
    source = """\
import os, random, tempfile, traceback
class Odd: pass
drawn = random.random() + np.random.rand()
def attentionQuery(query, keys, values):
    raise ValueError(f"{Odd()} {set('abcdef')} {hash('x')} {drawn} {os.path.abspath('.')}")
def attentionQueryMatrix(queries, keys, values):
    return random.random()
def maskedAttentionQueryMatrix(queries, keys, values):
    return np.empty((len(queries), len(keys))), np.empty(values.shape)
"""
    names = ("attentionQueryMatrix", "maskedAttentionQueryMatrix")
    last = "try: open(os.getcwd() + '/none')\nexcept OSError: raise ValueError(traceback.format_exc())"
    (tmp_path / "odd.ipynb").write_bytes(
        filled_sheet({**dict.fromkeys(names, "pass"), "attentionQuery": source}, last=last)
    )
    for out in ("one", "two"):
        grade_batch(files_in(tmp_path / "odd.ipynb"), key, Threads(key, runner, 1), tmp_path / out)
    one, two = ((tmp_path / out / "reports" / "odd" / "report.json").read_bytes() for out in ("one", "two"))
    assert one == two
    assert b"Odd object at 0x\xe2\x80\xa6" in one

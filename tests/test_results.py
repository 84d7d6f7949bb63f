"""The results folder: one writer, nothing of an earlier export left, and its files known for its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.answer_key import AnswerKey
from grader.batch import grade_batch
from grader.errors import UsageError
from grader.intake import find_submissions
from grader.intake.file_kinds import RESULTS_FILES, RESULTS_FOLDERS, RESULTS_MARKS
from grader.model import SubmissionFile
from grader.report.files import report_folder
from grader.results import locked, write_exported, write_results
from grader.workers import Threads
from tests.fakes import FakeRunner
from tests.intake.downloads import Student, make_download
from tests.notebooks import filled_sheet


def test_an_export_leaves_nothing_of_an_earlier_one(tmp_path: Path) -> None:
    """Else somebody would upload what is no longer so: a score that was taken back, say."""
    write_exported(tmp_path, {"a/results.json": b"1", "b/results.json": b"1"})
    (tmp_path / "mine.txt").touch()
    write_exported(tmp_path, {"b/results.json": b"2"})
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"b/results.json", "mine.txt", ".exported"}
    assert (tmp_path / "b" / "results.json").read_bytes() == b"2"


def test_its_list_removes_nothing_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "mine.txt").touch()
    (tmp_path / "out" / ".exported").write_text(f"../mine.txt\n{tmp_path}/mine.txt\n", encoding="utf-8")
    write_exported(tmp_path / "out", {"a": b""})
    assert (tmp_path / "mine.txt").exists()


def test_what_stands_in_the_way_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file: can't be written: File exists\. Name another folder with -o"):
        write_results(tmp_path / "file", "x", b"")
    with locked(tmp_path / "out"), pytest.raises(UsageError, match="another batch"), locked(tmp_path / "out"):
        pass


def test_results_among_submissions_are_nobodys_work(key: AnswerKey, tmp_path: Path) -> None:
    """The same command given twice, with its results in the folder that it grades: the same class both times."""
    for name in ("alice", "bob"):
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "sheet.ipynb").write_bytes(filled_sheet())
    for out in (tmp_path / "class" / "results", tmp_path / "class"):
        before = find_submissions([tmp_path / "class"], key.assignment)
        grade_batch(before.submissions, key, Threads(key, FakeRunner(), 1), out)
        write_results(out, "intake.json", b"{}")
        write_exported(out / "export" / "csv", {"grades.csv": b""})
        for file in before.submissions:
            write_results(report_folder(out, file.id), "executed.ipynb", filled_sheet())
        assert find_submissions([tmp_path / "class"], key.assignment) == before
        written = {path.name for path in out.iterdir()} - {"alice", "bob", "results"}
        assert written <= RESULTS_FILES | RESULTS_FOLDERS
        assert written >= RESULTS_MARKS


def test_a_download_beside_its_results_is_still_known(key: AnswerKey, tmp_path: Path) -> None:
    make_download("moodle", [Student("Jane", "Doe", "jd", 1, files={"a.ipynb": b""})], tmp_path / "in", as_zip=False)
    (tmp_path / "work").mkdir()
    next((tmp_path / "in").iterdir()).rename(tmp_path / "work" / "moodle")
    before = find_submissions([tmp_path / "work"], key.assignment)
    grade_batch(before.submissions, key, Threads(key, FakeRunner(), 1), tmp_path / "work" / "results")
    assert before.layouts == {str(tmp_path / "work"): "moodle"}
    assert find_submissions([tmp_path / "work"], key.assignment) == before


def test_no_id_hides_what_stands_beside_a_report(key: AnswerKey, tmp_path: Path) -> None:
    names = ("report.json", "run.json", "executed.ipynb")
    content = filled_sheet()
    files = [SubmissionFile("x", tmp_path / "x", "x"), *(SubmissionFile(f"x/{n}", tmp_path / "x", n) for n in names)]
    (tmp_path / "x").write_bytes(content)
    for _ in range(2):
        rows = grade_batch(files, key, Threads(key, FakeRunner(), 1), tmp_path / "out")
        assert [row.status for row in rows] == ["graded"] * 4
        assert {path.name for path in report_folder(tmp_path / "out", "x").iterdir() if path.is_file()} <= set(names)

"""A batch that is begun again: what is finished is kept, what is not is graded, and nothing old is taken for new."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.answer_key import AnswerKey
from grader.batch import BatchOptions, grade_batch
from grader.errors import KernelUnavailable, UsageError
from grader.model import SubmissionFile
from grader.overrides import FILE
from grader.report.files import report_folder
from grader.report.json_report import decode_report
from grader.report.scores import ScoreRow
from grader.results import is_unfinished, locked
from grader.score_report import Owner, Remark
from grader.workers import Threads
from grader.workforce import Workforce, employed
from tests.fakes import FakeListener, FakeRunner
from tests.notebooks import ROOT, filled_sheet

NAMES = ("alice", "bob", "carol", "dave")


@pytest.fixture
def files(tmp_path: Path) -> list[SubmissionFile]:
    found = []
    for name in NAMES:
        path = tmp_path / f"{name}.ipynb"
        path.write_bytes(filled_sheet(last=f"# {name}"))
        found.append(SubmissionFile(name, path, path.name))
    return found


@pytest.fixture
def run(
    files: list[SubmissionFile], key: AnswerKey, right_functions: dict[str, Callable[..., Any]], tmp_path: Path
) -> Callable[..., list[str]]:
    """Runs the batch and says who was graded."""

    def graded(options: BatchOptions | None = None, using: AnswerKey = key) -> list[str]:
        runner = FakeRunner(right_functions)
        out = tmp_path / "out"
        grade_batch(files, using, Threads(using, runner, 2), out, options=options or BatchOptions())
        return sorted(runner.submissions)

    return graded


def contents(out: Path) -> dict[str, bytes]:
    """All that has to be the same, however often the batch was begun."""
    kept = [*out.rglob("report.json"), out / "scores.json", out / "scores.csv"]
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in kept}


def test_what_is_finished_is_not_graded_again(run: Callable[..., list[str]], tmp_path: Path) -> None:
    assert run() == list(NAMES)
    before = contents(tmp_path / "out")
    assert run() == []
    assert contents(tmp_path / "out") == before
    assert run(BatchOptions(regrade=True)) == list(NAMES)
    assert contents(tmp_path / "out") == before


def test_a_killed_batch_goes_on_where_it_was(files: list[SubmissionFile], key: AnswerKey, tmp_path: Path) -> None:
    def die(_row: ScoreRow) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_batch(files, key, Threads(key, FakeRunner(), 1), tmp_path / "out", FakeListener(die))
    told = FakeListener()
    rows = grade_batch(files, key, Threads(key, FakeRunner(), 1), tmp_path / "out", told)
    assert (len(told.finished), told.to_do) == (1, 3)
    assert sorted([*told.finished, *told.ended]) == list(NAMES)
    assert [row.id for row in rows] == list(NAMES)


@pytest.mark.parametrize("damage", ["changed", "cut", "gone", "a folder", "another's", "not in the journal"])
def test_a_report_that_is_not_as_it_was_written_is_made_anew(
    damage: str, run: Callable[..., list[str]], tmp_path: Path
) -> None:
    run()
    before = contents(tmp_path / "out")
    report = report_folder(tmp_path / "out", "bob") / "report.json"
    content = report.read_bytes()
    journal = tmp_path / "out" / "journal.jsonl"
    if damage == "changed":
        report.write_bytes(content.replace(b'"failed"', b'"passed"', 1))
        assert report.read_bytes() != content
    elif damage == "cut":
        report.write_bytes(content[: len(content) // 2])
    elif damage == "gone":
        report.unlink()
    elif damage == "a folder":
        report.unlink()
        report.mkdir()
    elif damage == "another's":
        report.write_bytes((report_folder(tmp_path / "out", "alice") / "report.json").read_bytes())
    else:
        lines = journal.read_bytes().splitlines(keepends=True)
        journal.write_bytes(b"".join(line for line in lines if b'"bob"' not in line))
    assert run() == ["bob"]
    if damage != "a folder":
        assert contents(tmp_path / "out") == before


def test_another_submission_is_graded(run: Callable[..., list[str]], files: list[SubmissionFile]) -> None:
    run()
    files[1].path.write_bytes(filled_sheet(last="# a second thought"))
    assert run() == ["bob"]
    files[2] = replace(files[2], refusal="It is a link.")
    files[3] = replace(files[3], remarks=(Remark("chosen_notebook", "Of two."),))
    assert run() == ["dave"], "carol's needs no kernel any more"


def test_the_same_notebook_under_another_name_is_kept_and_called_by_it(
    run: Callable[..., list[str]], files: list[SubmissionFile], tmp_path: Path
) -> None:
    run()
    files[1] = replace(files[1], file="renamed/bob.ipynb")
    assert run() == []
    report = decode_report((report_folder(tmp_path / "out", "bob") / "report.json").read_bytes())
    assert report.submission.file == "renamed/bob.ipynb"
    assert run() == []


def test_another_assignment_or_grader_grades_all(run: Callable[..., list[str]], key: AnswerKey) -> None:
    run()
    assert run(using=replace(key, digest="0" * 64)) == list(NAMES)
    assert run(BatchOptions(made_with="another grader")) == list(NAMES)


def test_kept_notebooks_are_asked_for_later(run: Callable[..., list[str]]) -> None:
    """They are made by grading alone, so whoever has none is graded again."""
    run()
    assert run(BatchOptions(keep_notebooks=True)) == list(NAMES)


def test_a_fault_of_the_grader_is_tried_again(
    files: list[SubmissionFile], key: AnswerKey, run: Callable[..., list[str]], tmp_path: Path
) -> None:
    broken = FakeRunner(failure=KernelUnavailable("none"))
    grade_batch(files, key, Threads(key, broken, 1), tmp_path / "out")
    assert run() == list(NAMES)
    assert run() == []


def test_half_written_files_of_a_killed_batch_are_removed(run: Callable[..., list[str]], tmp_path: Path) -> None:
    folder = tmp_path / "out" / "reports" / "alice"
    folder.mkdir(parents=True)
    (folder / ".grader-abc.part").write_bytes(b'{"half')
    theirs = [tmp_path / "out" / ".download.part", tmp_path / "out" / "mine" / ".grader-thesis.part"]
    for path in theirs:
        path.parent.mkdir(exist_ok=True)
        path.touch()
    run()
    assert set((tmp_path / "out").rglob("*.part")) == set(theirs), "what isn't the grader's stays"


def test_two_batches_never_share_a_folder(run: Callable[..., list[str]], tmp_path: Path) -> None:
    with locked(tmp_path / "out"), pytest.raises(UsageError, match="another batch is writing its results here"):
        run()
    assert run() == list(NAMES)


OVERRIDE = '[[overrides]]\nsubmission = "bob"\nexercise = "ex1"\npoints = 7.5\nreason = "by hand"\n'


def test_overrides_are_kept_through_regrades_and_can_be_taken_back(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    run()
    before = contents(tmp_path / "out")
    (tmp_path / "out" / FILE).write_text(OVERRIDE, encoding="utf-8")
    assert run() == [], "points by hand need no kernel"
    (row,) = (one for one in json.loads(before["scores.json"])["submissions"] if one["id"] == "bob")
    scores = json.loads((tmp_path / "out" / "scores.json").read_bytes())
    (bob,) = (one for one in scores["submissions"] if one["id"] == "bob")
    assert (bob["score"], bob["overridden"]) == (row["score"] - 12.5, {"ex1": "by hand"})
    with_hand = contents(tmp_path / "out")
    assert {name for name in before if before[name] != with_hand[name]} == {
        "scores.json",
        "scores.csv",
        "reports/bob/report.json",
    }
    assert run(BatchOptions(regrade=True)) == list(NAMES)
    assert contents(tmp_path / "out") == with_hand
    (tmp_path / "out" / FILE).unlink()
    assert run() == []
    assert contents(tmp_path / "out") == before


def test_a_regrade_that_is_stopped_goes_on_without_the_option(
    run: Callable[..., list[str]], files: list[SubmissionFile], key: AnswerKey, tmp_path: Path
) -> None:
    def die(_row: ScoreRow) -> None:
        raise KeyboardInterrupt

    run()
    before = contents(tmp_path / "out")
    workers = Threads(key, FakeRunner(), 1)
    with pytest.raises(KeyboardInterrupt):
        grade_batch(files, key, workers, tmp_path / "out", FakeListener(die), BatchOptions(regrade=True))
    assert is_unfinished(tmp_path / "out")
    assert len(run()) == 3
    assert not is_unfinished(tmp_path / "out")
    assert contents(tmp_path / "out").keys() == before.keys()


def test_what_should_be_known_is_said(files: list[SubmissionFile], key: AnswerKey, tmp_path: Path) -> None:
    """Others' reports in the folder, overrides for nobody, one student's work named twice."""
    out = tmp_path / "out"
    grade_batch(files, key, Threads(key, FakeRunner(), 1), out)
    (out / FILE).write_text(OVERRIDE, encoding="utf-8")
    owner = Owner("moodle", "4711", "Jane Doe", "Jane Doe_4711_assignsubmission_file")
    twice = [replace(files[0], owner=owner), replace(files[2], owner=owner)]
    told = FakeListener()
    grade_batch(twice, key, Threads(key, FakeRunner(), 1), out, told)
    others, unused, doubled = told.notes
    assert others.startswith("2 that were graded into this folder before are not among these")
    assert 'there is no submission "bob"' in unused
    assert doubled == "To moodle these are of one student, and none of them can be exported: alice, carol."


def test_what_was_graded_unsealed_is_no_sealed_graders(key: AnswerKey) -> None:
    words = []
    for one in (Workforce(1, "off"), Workforce(1, "auto"), Workforce(2, "auto")):
        with employed(one, key, ROOT, [], warn=lambda _: None) as (_, made_with):
            words.append(made_with)
    assert words[0] != words[1] == words[2]

"""What a terminal shows of a batch: progress that is true, and of a large class what matters."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from grader.console import _Bar, show_class, show_problems, show_scores, show_skipped
from grader.intake import Skipped
from grader.report.scores import ScoreRow
from grader.score_report import ReportStatus


def row(name: str, score: float | None = 15.0, status: ReportStatus = ReportStatus.GRADED, **more: object) -> ScoreRow:
    return ScoreRow(name, f"{name}.ipynb", status, score, 20.0, {"ex1": score}, **more)  # type: ignore[arg-type]


def test_the_bar_counts_what_was_finished_before_but_not_as_speed() -> None:
    """Else a batch that goes on would promise an end that it can't keep."""
    with Progress(console=Console(file=io.StringIO())) as shown:
        bar = _Bar(shown)
        bar.begin([row(str(number)) for number in range(90)], to_do=10, notes=[])
        (task,) = shown.tasks
        assert (task.completed, task.total, task.speed) == (90, 100, None)
        for number in range(10):
            assert not task.finished
            bar.done(row(f"new{number}"))
        assert (task.completed, task.finished) == (100, True)


def test_a_small_class_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("Jane Doe_1"), row("late", late=True), row("hand", overridden={"ex1": "r"}), row("on time", late=False)]
    rows.append(row("none", 0.0, ReportStatus.NO_NOTEBOOK, late=True))
    show_scores(rows)
    lines = capsys.readouterr().out.splitlines()
    assert any("Jane Doe_1" in line and "15" in line for line in lines)
    assert any("late" in line and line.rstrip().endswith("late") for line in lines)
    assert any("ex1 by hand" in line for line in lines)
    assert any("no notebook, late" in line for line in lines)
    assert sum(line.rstrip().endswith("late") for line in lines) == 2


def test_of_a_large_class_those_to_be_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(f"student {number}") for number in range(300)]
    rows[77] = row("student 77", 0.0, ReportStatus.UNREADABLE)
    show_scores(rows)
    out = capsys.readouterr().out
    assert "student 77" in out
    assert "student 78" not in out
    assert "1 of 300 are shown" in out


def test_the_class_in_lines(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row("a", 20.0), row("b", 10.0, misconceptions={"ex1": ["m"]}), row("c", None, ReportStatus.GRADER_ERROR)]
    rows.append(row("d", 4.0, unknown=["ex1"]))
    show_class(rows)
    out = capsys.readouterr().out
    assert "Median 10 of 20; 1 of 4 full." in out
    assert "Named: m (1)." in out
    assert "d (ex1)" in out


def test_faults_of_ours_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert not show_problems([row("a")])
    assert show_problems([row("b", None, ReportStatus.GRADER_ERROR, problem="disk\x1b[2J full")])
    err = capsys.readouterr().err
    assert "b: the report could not be written: disk full" in err
    assert "The grader failed at 1: b." in err


def test_what_was_left_out_is_told_and_not_at_any_length(capsys: pytest.CaptureFixture[str]) -> None:
    show_skipped([Skipped(f"file {number}\x1b]0;x\x07", "It is a receipt.") for number in range(50)])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("Left out: file 0")
    assert lines[-1] == "40 more were left out: see intake.json."
    assert not any("\x1b" in line for line in lines)


def test_a_refused_archive_is_never_hidden_by_what_lies_beside_notebooks(capsys: pytest.CaptureFixture[str]) -> None:
    """It may be half of the class."""
    usual = [Skipped(f"a{number}/notes.txt", "Beside the notebook.", is_usual=True) for number in range(50)]
    show_skipped([*usual, Skipped("z.zip", "It is no ZIP archive.")])
    assert capsys.readouterr().err.splitlines()[0] == "Left out: z.zip: It is no ZIP archive."


def test_nobody_is_shown_as_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    show_scores([])
    show_class([])
    assert capsys.readouterr().out == ""

"""What a batch shows on a terminal: its progress, and the class at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from statistics import median

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.batch import Listener
from grader.intake import Skipped
from grader.plaintext import one_line
from grader.report.cell_text import points
from grader.report.scores import ScoreRow, how_often
from grader.score_report import ReportStatus

# A class that fits on a few screens is shown whole.
_MOST_LINES = 60
_MOST_SKIPPED = 10


@contextmanager
def progress() -> Iterator[Listener]:
    """A bar on a terminal; elsewhere a line a submission."""
    if not Console(stderr=True).is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("Grading"),
        BarColumn(bar_width=26),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield _Bar(shown)


@dataclass(slots=True)
class _Lines:
    ended: int = 0
    total: int = 0

    def begin(self, finished: Sequence[ScoreRow], to_do: int, notes: Sequence[str]) -> None:
        self.ended, self.total = len(finished), len(finished) + to_do
        for line in _first_lines(finished, to_do, notes):
            _say(line)

    def done(self, row: ScoreRow) -> None:
        self.ended += 1
        _say(f"[{self.ended}/{self.total}] {one_line(row.id)}: {outcome(row)}")


@dataclass(slots=True)
class _Bar:
    shown: Progress
    task: TaskID | None = None

    def begin(self, finished: Sequence[ScoreRow], to_do: int, notes: Sequence[str]) -> None:
        for line in _first_lines(finished, to_do, notes):
            self.shown.console.print(escape(line), highlight=False)
        # What was finished before stands in the bar, but not in its speed.
        self.task = self.shown.add_task("", total=len(finished) + to_do, completed=len(finished), last="")

    def done(self, row: ScoreRow) -> None:
        if self.task is not None:
            self.shown.update(self.task, advance=1, last=escape(one_line(row.id, 30)))


def _first_lines(finished: Sequence[ScoreRow], to_do: int, notes: Sequence[str]) -> Iterator[str]:
    yield from map(harmless, notes)
    if finished:
        yield f"{len(finished)} are finished already and kept, {to_do} are to be graded. (--regrade grades all anew.)"


def _say(line: str) -> None:
    with suppress(OSError):  # nobody listens any more; the batch goes on
        typer.echo(line, err=True)


def outcome(row: ScoreRow) -> str:
    return (
        f"{_points(row.score)} of {_points(row.max_score)}"
        if row.status is ReportStatus.GRADED
        else row.status.replace("_", " ")
    )


def show_scores(rows: Sequence[ScoreRow]) -> None:
    """A line a submission; of a large class only those where somebody should look, and all in one line."""
    if not rows:
        return
    shown = rows if len(rows) <= _MOST_LINES else [row for row in rows if _notes(row)][:_MOST_LINES]
    # Without lines between columns, so that long ids have room beside many exercises.
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("submission", overflow="fold")
    graded = [id_ for id_ in rows[0].exercises if any(row.exercises[id_] is not None for row in rows)]
    for heading in (*graded, "score", "of"):
        table.add_column(heading, justify="right", no_wrap=True)
    if any(_notes(row) for row in shown):
        table.add_column("", no_wrap=True)
    for row in shown:
        cells = [_points(row.exercises[id_]) for id_ in graded]
        table.add_row(escape(one_line(row.id)), *cells, _points(row.score), _points(row.max_score), *_notes(row))
    if shown:
        Console().print(table)
    if len(shown) < len(rows):
        typer.echo(f"{len(shown)} of {len(rows)} are shown: those to be looked at. All are in scores.csv.")


def _notes(row: ScoreRow) -> list[str]:
    """Nothing where all went its way, else one line."""
    notes = [] if row.status is ReportStatus.GRADED else [row.status.replace("_", " ")]
    notes += ["late"] if row.late else []
    notes += [f"{'+'.join(row.overridden)} by hand"] if row.overridden else []
    return [", ".join(notes)] if notes else []


def show_class(rows: Sequence[ScoreRow]) -> None:
    """The class in a line, what it did otherwise, the commonest first, and where somebody should look."""
    scores = [row.score for row in rows if row.score is not None]
    if len(scores) > 1:
        full = sum(row.score == row.max_score for row in rows)
        typer.echo(f"Median {points(median(scores))} of {points(rows[0].max_score)}; {full} of {len(rows)} full.")
    named = sorted(how_often(rows).items(), key=lambda pair: (-pair[1], pair[0]))
    if named:
        typer.echo(f"Named: {', '.join(f'{id_} ({count})' for id_, count in named)}.")
    unknown = [f"{one_line(row.id)} ({', '.join(row.unknown)})" for row in rows if row.unknown]
    if unknown:
        typer.echo(f"Wrong in a way that is not known: {', '.join(unknown)}.")


def show_problems(rows: Sequence[ScoreRow]) -> bool:
    """What the grader itself failed at. Whether there was anything."""
    for row in rows:
        if row.problem:
            typer.echo(f"{one_line(row.id)}: the report could not be written: {harmless(row.problem)}", err=True)
    errors = [one_line(row.id) for row in rows if row.status is ReportStatus.GRADER_ERROR]
    if errors:
        said = f"The grader failed at {len(errors)}: {', '.join(errors)}. See run.json beside each report."
        typer.echo(said, err=True)
    return bool(errors)


def show_skipped(skipped: Sequence[Skipped]) -> None:
    """What of the input was left out: a few by name, the unusual first, and all of them in intake.json."""
    for one in sorted(skipped, key=lambda one: one.is_usual)[:_MOST_SKIPPED]:
        typer.echo(f"Left out: {one_line(one.file)}: {one_line(one.reason)}", err=True)
    if len(skipped) > _MOST_SKIPPED:
        typer.echo(f"{len(skipped) - _MOST_SKIPPED} more were left out: see intake.json.", err=True)


def harmless(text: str) -> str:
    """`text` (of file names, say) without control characters, line by line."""
    return "\n".join(one_line(line, 1000) for line in text.splitlines())


def _points(value: float | None) -> str:
    return "-" if value is None else points(value)

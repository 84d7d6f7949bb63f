"""The command line: the only module that prints, and that knows exit codes."""

from __future__ import annotations

import io
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from grader.answer_key import load_answer_key
from grader.assignment import load_assignment
from grader.batch import grade_batch
from grader.course import choose_assignment, find_course
from grader.discovery import find_submissions
from grader.errors import AuthorError, UsageError
from grader.key_check import check_key
from grader.plaintext import one_line
from grader.report.json_report import published_schema
from grader.report.scores import ScoreRow, how_often, points
from grader.runner import KernelRunner
from grader.runner.sandbox import SandboxChoice, find_sandbox
from grader.runner.sandbox.doctor import all_sealed, examine, verdict_of
from grader.score_report import ReportStatus
from grader.selftest import run_selftest, summary
from grader.version import __version__

_DONE, _GRADER_ERROR, _WRONG_USE, _INTERRUPTED = 0, 1, 2, 130

_NOT_SEALED = "WARNING: kernels are NOT sealed (--sandbox off). Whatever these notebooks do, they do as you."

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """Entry point of the command `grader`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that this terminal's encoding lacks must not end a batch.
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        app()
    except (UsageError, AuthorError) as error:
        typer.echo(f"grader: {_harmless(str(error))}", err=True)
        sys.exit(_WRONG_USE)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _harmless(text: str) -> str:
    """`text` (of file names, say) without control characters, line by line."""
    return "\n".join(one_line(line, 1000) for line in text.splitlines())


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,  # noqa: FBT002
) -> None:
    """Grade notebooks of the course Neural Computation."""


_Submissions = Annotated[list[Path], typer.Argument(help="Notebooks, or folders of them.", show_default=False)]
_Results = Annotated[Path, typer.Option("--output", "-o", help="The folder for reports and scores.")]
_Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="How many at once; 0: as many as cores.")]
_SandboxChoice = Annotated[
    SandboxChoice, typer.Option("--sandbox", help="off: student code can do whatever you can do.")
]
_KeepNotebooks = Annotated[
    bool, typer.Option("--keep-notebooks", help="Also write each notebook as it was run, with its pictures.")
]
_AssignmentId = Annotated[str | None, typer.Option("--assignment", "-a", help="Its id, if the course has several.")]
_Course = Annotated[Path | None, typer.Option("--course", help="The folder with assignments/ and reference/.")]


@app.command()
def grade(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    submissions: _Submissions,
    output: _Results = Path("results"),
    jobs: _Jobs = 0,
    assignment: _AssignmentId = None,
    course: _Course = None,
    sandbox: _SandboxChoice = "auto",
    keep_notebooks: _KeepNotebooks = False,  # noqa: FBT002 - typer's way
) -> None:
    """Grade notebooks: a report.json each, and scores.json and scores.csv for all."""
    folder = find_course(course or Path.cwd())
    described = load_assignment(folder, choose_assignment(folder, assignment))
    key = load_answer_key(folder, described)
    check_key(key, folder)
    files = find_submissions(submissions)
    sealed = find_sandbox(sandbox, [folder / "reference", output / "reports", *(file.path for file in files)])
    if not sealed:
        typer.echo(_NOT_SEALED, err=True)
    try:
        with _progress(len(files)) as on_done, KernelRunner(sealed, keep_outputs=keep_notebooks) as runner:
            rows = grade_batch(files, key, runner, output, jobs=jobs or _cores(), on_done=on_done)
    except KeyboardInterrupt:
        typer.echo("grader: stopped. Reports written so far are whole.", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    _show_scores(rows)
    _show_misconceptions(rows)
    errors = [one_line(row.id) for row in rows if row.status is ReportStatus.GRADER_ERROR]
    for row in rows:
        if row.problem:
            typer.echo(f"{one_line(row.id)}: the report could not be written: {_harmless(row.problem)}", err=True)
    typer.echo(f"{len(rows)} graded into {output}/: scores.csv, scores.json, and reports/<id>/report.json.")
    if errors:
        typer.echo(
            f"The grader failed at {len(errors)}: {', '.join(errors)}. See run.json beside each report.", err=True
        )
        raise typer.Exit(_GRADER_ERROR)


@app.command()
def doctor() -> None:
    """Show what this machine can seal student code with, layer by layer, and what that leaves open."""
    console = Console()
    console.print(f"Python {platform.python_version()} on {platform.platform()}, {_cores()} cores", highlight=False)
    findings = examine()
    table = Table(header_style="bold")
    for heading in ("layer", "here", "what it does; where it is missing, what stays open"):
        table.add_column(heading)
    for finding in findings:
        here = "[green]yes[/]" if finding.works else f"[red]no[/]: {escape(finding.problem)}"
        table.add_row(finding.layer, here, escape(finding.does if finding.works else finding.leaves_open))
    console.print(table)
    verdict = verdict_of(findings)
    console.print(verdict, highlight=False)
    raise typer.Exit(_DONE if all_sealed(findings) else _GRADER_ERROR)


@app.command()
def selftest(
    assignment: Annotated[str | None, typer.Argument(help="Its id, if the course has several.")] = None,
    course: _Course = None,
    jobs: _Jobs = 0,
    sandbox: _SandboxChoice = "auto",
) -> None:
    """Grade the grader: after a change of points, cases, tolerances or the reference, see at once what broke."""
    folder = find_course(course or Path.cwd())
    key = load_answer_key(folder, load_assignment(folder, choose_assignment(folder, assignment)))
    check_key(key, folder)
    with KernelRunner(find_sandbox(sandbox, [folder / "reference"])) as runner:
        found = run_selftest(folder, key, runner, jobs or _cores(), lambda line: typer.echo(line, err=True))
    for line in summary(found):
        typer.echo(line)
    if found.problems:
        for problem in found.problems:
            typer.echo(f"FAILED {_harmless(problem)}")
        raise typer.Exit(_GRADER_ERROR)


@app.command()
def schema() -> None:
    """Print the JSON Schema of report.json."""
    typer.echo(published_schema(), nl=False)


def _cores() -> int:
    """Those that this process may use: in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


# --- what is shown ---------------------------------------------------------------------------------------------------


@contextmanager
def _progress(total: int) -> Iterator[Callable[[ScoreRow], None]]:
    """A bar on a terminal; elsewhere a line a submission."""
    if not Console(stderr=True).is_terminal:
        done = 0

        def say(row: ScoreRow) -> None:
            nonlocal done
            done += 1
            with suppress(OSError):  # nobody listens any more; the batch goes on
                typer.echo(f"[{done}/{total}] {one_line(row.id)}: {_outcome(row)}", err=True)

        yield say
        return
    columns = (
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, last="")
        yield lambda row: bar.update(task, advance=1, last=escape(one_line(row.id, 30)))


def _outcome(row: ScoreRow) -> str:
    return (
        f"{_points(row.score)} of {_points(row.max_score)}"
        if row.status is ReportStatus.GRADED
        else row.status.replace("_", " ")
    )


def _show_scores(rows: list[ScoreRow]) -> None:
    # Without lines between columns, so that long ids have room beside many exercises.
    table = Table(header_style="bold", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("submission", overflow="fold")
    graded = [id_ for id_ in rows[0].exercises if any(row.exercises[id_] is not None for row in rows)]
    for heading in (*graded, "score", "of"):
        table.add_column(heading, justify="right", no_wrap=True)
    if any(row.status is not ReportStatus.GRADED for row in rows):
        table.add_column("", no_wrap=True)
    for row in rows:
        cells = [_points(row.exercises[id_]) for id_ in graded]
        note = [] if row.status is ReportStatus.GRADED else [row.status.replace("_", " ")]
        table.add_row(escape(one_line(row.id)), *cells, _points(row.score), _points(row.max_score), *note)
    Console().print(table)


def _show_misconceptions(rows: list[ScoreRow]) -> None:
    """What the class did otherwise, the commonest first; and where somebody should look."""
    named = sorted(how_often(rows).items(), key=lambda pair: (-pair[1], pair[0]))
    if named:
        typer.echo(f"Named: {', '.join(f'{id_} ({count})' for id_, count in named)}.")
    unknown = [f"{one_line(row.id)} ({', '.join(row.unknown)})" for row in rows if row.unknown]
    if unknown:
        typer.echo(f"Wrong in a way that is not known: {', '.join(unknown)}.")


def _points(value: float | None) -> str:
    return "-" if value is None else points(value)

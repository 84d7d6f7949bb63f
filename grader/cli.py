"""The command line: the only module that prints, and that knows exit codes."""

from __future__ import annotations

import io
import platform
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from grader.batch import BatchOptions, grade_batch
from grader.bundle import Platform, make_bundle
from grader.console import harmless, progress, show_class, show_problems, show_scores, show_skipped
from grader.errors import AuthorError, UsageError
from grader.graded_class import read_class
from grader.intake import Layout, find_submissions
from grader.intake.record import encode_intake
from grader.key_check import open_course
from grader.plaintext import one_line
from grader.report.exports import Format, Options, export
from grader.report.json_report import published_schema
from grader.results import write_exported, write_results
from grader.runner import KernelRunner
from grader.runner.sandbox import SandboxChoice, find_sandbox
from grader.runner.sandbox.doctor import all_sealed, examine, verdict_of
from grader.selftest import run_selftest, summary
from grader.version import __version__
from grader.workforce import Workforce, available_cores, employed

_DONE, _GRADER_ERROR, _WRONG_USE, _INTERRUPTED = 0, 1, 2, 130

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
        typer.echo(f"grader: {harmless(str(error))}", err=True)
        sys.exit(_WRONG_USE)
    except KeyboardInterrupt:
        typer.echo("grader: stopped.", err=True)
        sys.exit(_INTERRUPTED)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callback
    if wanted:
        typer.echo(f"grader {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")] = False,  # noqa: FBT002
) -> None:
    """Grade notebooks of the course Neural Computation."""


_Submissions = Annotated[
    list[Path],
    typer.Argument(
        help="Notebooks, folders of them, or what a platform's download gives, zipped or not.", show_default=False
    ),
]
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
_Layout = Annotated[Layout, typer.Option("--layout", help="Whose download it is, where its names don't tell.")]
_Regrade = Annotated[bool, typer.Option("--regrade", help="Begin anew: grade what is finished, too.")]
_ClusterAddress = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="Of a dask.distributed scheduler: its workers grade.")
]


@app.command()
def grade(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    submissions: _Submissions,
    output: _Results = Path("results"),
    jobs: _Jobs = 0,
    assignment: _AssignmentId = None,
    course: _Course = None,
    layout: _Layout = Layout.AUTO,
    sandbox: _SandboxChoice = "auto",
    cluster: _ClusterAddress = None,
    keep_notebooks: _KeepNotebooks = False,  # noqa: FBT002 - typer's way
    regrade: _Regrade = False,  # noqa: FBT002 - typer's way
) -> None:
    """Grade a class: a report.json each, scores.json and scores.csv for all. Given again, it goes on where it was."""
    key, folder = open_course(course, assignment)
    taken = find_submissions(submissions, key.assignment, layout)
    show_skipped(taken.skipped)
    hidden = [folder / "reference", output / "reports", *{file.path for file in taken.submissions}]
    asked = Workforce(jobs or available_cores(), sandbox, cluster, keep_notebooks=keep_notebooks)
    try:
        with progress() as listener, employed(asked, key, folder, hidden, warn=_warn) as (workers, made_with):
            options = BatchOptions(regrade, made_with, keep_notebooks, encode_intake(taken))
            rows = grade_batch(taken.submissions, key, workers, output, listener, options)
    except KeyboardInterrupt:
        how = "the same command without --regrade" if regrade else "the same command"
        typer.echo(f"grader: stopped. Finished reports are kept: {how} goes on from there.", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    show_scores(rows)
    show_class(rows)
    typer.echo(f"{len(rows)} graded into {output}/: scores.csv, scores.json, and reports/<id>/report.json.")
    if show_problems(rows):
        raise typer.Exit(_GRADER_ERROR)


def _warn(line: str) -> None:
    typer.echo(line, err=True)


@app.command(name="export")
def export_results(
    results: Annotated[Path, typer.Argument(help="The folder that `grader grade` wrote.", show_default=False)],
    to: Annotated[Format, typer.Option("--to", help="Which platform or format.", show_default=False)],
    fill: Annotated[
        Path | None, typer.Option("--fill", help="The worksheet or gradebook that the platform exported.")
    ] = None,
    column: Annotated[
        str, typer.Option("--column", help="The assignment's column in a gradebook, where it isn't its title.")
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; results/export/<format>.")] = None,
) -> None:
    """Write what a platform reads: its own worksheet filled, feedback to upload, or scores in its format."""
    target = output or results / "export" / to.value
    graded = read_class(results)
    exported = export(
        to,
        graded.reports,
        fill=_read_worksheet(fill),
        fill_name=fill.name if fill else "",
        now=datetime.now(UTC),
        options=Options(column),
    )
    write_exported(target, exported.files)
    for line in (*graded.notes, *exported.notes):
        typer.echo(harmless(line), err=True)
    for one in exported.left_empty:
        typer.echo(f"Left empty: {one_line(one.submission)}: {one_line(one.reason)}", err=True)
    scored = len(graded.reports) - len({one.submission for one in exported.left_empty})
    listed = _listed(list(exported.files))
    typer.echo(f"{scored} of {len(graded.reports)} reports, for {to.value}, into {target}/: {listed}.")


def _read_worksheet(path: Path | None) -> bytes | None:
    try:
        return None if path is None else path.read_bytes()
    except OSError as error:
        message = f"{path}: can't be read: {error.strerror}. Name the file that the platform exported."
        raise UsageError(message) from error


def _listed(names: list[str]) -> str:
    shown = ", ".join(one_line(name, 60) for name in sorted(names)[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"  # noqa: PLR2004 - as many as are shown


@app.command()
def bundle(
    to: Annotated[Platform, typer.Argument(metavar="PLATFORM", help="Where it is to grade.", show_default=False)],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The zip; <platform>.zip.")] = None,
    assignment: _AssignmentId = None,
    course: _Course = None,
    packages: Annotated[
        list[str] | None, typer.Option("--package", help="To be installed for notebooks besides: scipy, pandas, …")
    ] = None,
) -> None:
    """Make the zip with which a platform grades by itself: the grader, one assignment's course, the scripts."""
    key, folder = open_course(course, assignment)
    path = output or Path(f"{to.value}.zip")
    if path.is_dir():
        message = f"{path}: is a folder. Name the zip with -o, as {path / f'{to.value}.zip'}."
        raise UsageError(message)
    write_results(path.parent, path.name, make_bundle(to, folder, key.assignment.id, packages=packages or ()))
    typer.echo(f"{path}: {key.assignment.title}, for {to.value}. The hidden part is in it: keep it from students.")


@app.command()
def doctor() -> None:
    """Show what this machine can seal student code with, layer by layer, and what that leaves open."""
    console = Console()
    console.print(
        f"Python {platform.python_version()} on {platform.platform()}, {available_cores()} cores", highlight=False
    )
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
    key, folder = open_course(course, assignment)
    with KernelRunner(find_sandbox(sandbox, [folder / "reference"])) as runner:
        found = run_selftest(folder, key, runner, jobs or available_cores(), _warn)
    for line in summary(found):
        typer.echo(line)
    if found.problems:
        for problem in found.problems:
            typer.echo(f"FAILED {harmless(problem)}")
        raise typer.Exit(_GRADER_ERROR)


@app.command()
def schema() -> None:
    """Print the JSON Schema of report.json."""
    typer.echo(published_schema(), nl=False)

"""The same from Python: `grader.grade(path)` for one notebook, `grader.grade_all(paths)` for a class.

import grader

report = grader.grade("notebook.ipynb", course="course")
print(report.score, [exercise.score for exercise in report.exercises])

for report in grader.grade_all(["moodle.zip"], course="course"):
    print(report.submission.id, report.score)
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from grader.answer_key import AnswerKey
from grader.errors import UsageError
from grader.intake import Layout, find_submissions
from grader.key_check import open_course
from grader.model import SubmissionFile
from grader.naming import did_you_mean
from grader.runner.sandbox import SandboxChoice
from grader.score_report import ScoreReport
from grader.workforce import Workforce, available_cores, employed

AnyPath: TypeAlias = str | os.PathLike[str]


def grade(
    path: AnyPath, *, course: AnyPath | None = None, assignment: str | None = None, sandbox: SandboxChoice = "auto"
) -> ScoreReport:
    """Grade one notebook.

    `course` is the folder with assignments/ and reference/ (by default the nearest one at or above the working folder),
    `assignment` its id where the course has several, `sandbox` as in `grader grade --sandbox`.

    Whatever the notebook does ends in a report: see its `status`. Raises UsageError (a path, a course, a machine that
    can't seal), AuthorError (a mistake in the course).
    """
    reports = list(grade_all([path], course=course, assignment=assignment, jobs=1, sandbox=sandbox))
    if len(reports) != 1:
        message = f"{os.fspath(path)}: holds {len(reports)} submissions. Name one notebook, or use grade_all."
        raise UsageError(message)
    return reports[0]


def grade_all(  # noqa: PLR0913 - by keyword, each with what the command has
    paths: Sequence[AnyPath],
    *,
    course: AnyPath | None = None,
    assignment: str | None = None,
    layout: Layout | str = Layout.AUTO,
    jobs: int = 0,
    sandbox: SandboxChoice = "auto",
    cluster: str | None = None,
) -> Generator[ScoreReport, None, None]:
    """Grade a class: yields each report as its submission ends, in that order.

    `paths` are notebooks, folders of them, and what platforms' downloads give (`layout`: whose, where the names don't
    tell); `jobs` at a time (0: as many as cores), or on the workers of the dask.distributed scheduler at `cluster`.
    Closing the iterator ends what still runs. Nothing is written: for a results folder that can be gone on with, use
    the command `grader grade`.

    Raises as `grade` does: for paths and courses at once, for machines with the first report.
    """
    if isinstance(paths, str | bytes | os.PathLike):
        message = f"grade_all takes a list of paths, not {paths!r} alone. Put it in brackets."
        raise UsageError(message)
    if jobs < 0:
        message = f"jobs={jobs}: name how many at a time, or 0 for as many as cores."
        raise UsageError(message)
    key, folder = open_course(None if course is None else Path(course), assignment)
    files = find_submissions([Path(path) for path in paths], key.assignment, _layout(layout)).submissions
    asked = Workforce(jobs or available_cores(), sandbox, cluster)
    return _reports(files, key, folder, asked)


def _layout(name: Layout | str) -> Layout:
    try:
        return Layout(name)
    except ValueError as error:
        known = ", ".join(Layout)
        message = f"layout={name!r}: there is no such layout.{did_you_mean(str(name), Layout)} Known are {known}."
        raise UsageError(message) from error


def _reports(
    files: Sequence[SubmissionFile], key: AnswerKey, course: Path, asked: Workforce
) -> Generator[ScoreReport, None, None]:
    hidden = [course / "reference", *{file.path for file in files}]
    with (
        employed(asked, key, course, hidden, warn=_warn) as (workers, _),
        closing(workers.grade(files)) as outcomes,
    ):
        for outcome in outcomes:
            yield outcome.report


def _warn(line: str) -> None:
    warnings.warn(line, stacklevel=2)

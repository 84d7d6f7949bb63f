"""What lies where the platform puts it ─▶ reports: with limits that fit, and with the seal that is to be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import msgspec

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import Assignment, load_assignment
from grader.autograde.container import Container, read_container
from grader.autograde.fitted_limits import MEBI, fitted_limits
from grader.autograde.platforms import Places, Terms
from grader.course import choose_assignment
from grader.errors import InternalError, SandboxUnavailable, UsageError
from grader.key_check import check_key
from grader.model import SubmissionFile
from grader.plaintext import one_line
from grader.runner import KernelRunner
from grader.runner.sandbox import find_sandbox
from grader.score_report import ReportStatus, ScoreReport
from grader.workers import grade_one

Say: TypeAlias = Callable[[str], None]
"""Takes a line for whoever looks after the autograder; students don't see it."""


def open_key(course: Path, terms: Terms, say: Say) -> AnswerKey:
    """The course's one assignment, checked, with limits that fit this container. Raises UsageError or AuthorError."""
    assignment = _only_assignment(course)
    container = read_container()
    limits = fitted_limits(assignment.limits, container, timeout_seconds=terms.timeout_seconds, slowness=terms.slowness)
    say(f"{_described(container)}; the platform waits {terms.timeout_seconds:.0f} s.")
    say(
        f"Limits: a cell {limits.cell_seconds:.0f} s, a call {limits.call_seconds:.0f} s, a run "
        f"{limits.submission_seconds:.0f} s, {limits.memory_bytes // MEBI} MiB."
    )
    return _checked_key(course, msgspec.structs.replace(assignment, limits=limits))


def check_course(course: Path, say: Say) -> None:
    """What can be found out where an image is built, on whatever machine. Raises UsageError or AuthorError."""
    key = _checked_key(course, _only_assignment(course))
    say(f"The course is sound: {one_line(key.assignment.title)}.")


def _only_assignment(course: Path) -> Assignment:
    if not course.is_dir():
        message = f"{course}: there is no course here. The bundle brings it along: make that anew, or say --course."
        raise UsageError(message)
    return load_assignment(course, choose_assignment(course, None))


def _checked_key(course: Path, assignment: Assignment) -> AnswerKey:
    key = load_answer_key(course, assignment)
    check_key(key, course)
    return key


def _described(container: Container) -> str:
    memory = (
        "no limit of memory" if container.memory_bytes is None else f"{container.memory_bytes // MEBI} MiB of memory"
    )
    return f"This container has {memory}, and {container.cores or 'no limit of'} processors"


@contextmanager
def sealed_runner(places: Places, say: Say) -> Iterator[KernelRunner]:
    """Raises SandboxUnavailable where students' code could not be kept from the course."""
    try:
        sandbox = find_sandbox("auto", [places.course, *places.hidden])
    except SandboxUnavailable as error:
        message = (
            f"{error}\nAn autograder has no such option: on this machine students' code could read the course, and "
            "write results of its own. Mostly Landlock is missing, which whoever runs the machine can switch on."
        )
        raise SandboxUnavailable(message) from error
    say(f"Sealed with: {', '.join(sandbox.layers)}.")
    with KernelRunner(sandbox) as runner:
        yield runner


def graded_report(file: SubmissionFile, key: AnswerKey, runner: KernelRunner) -> ScoreReport:
    """Raises InternalError where the grader failed, wholly or at one exercise: a part would pass for the whole."""
    outcome = grade_one(file, key, runner)
    if outcome.report.status is ReportStatus.GRADER_ERROR:
        said = "\n".join((*(remark.message for remark in outcome.report.remarks), *outcome.record.tracebacks))
        message = f"The grader failed. This is no fault of the submission.\n{said}"
        raise InternalError(message)
    return outcome.report

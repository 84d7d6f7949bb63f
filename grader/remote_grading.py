"""What a worker of a cluster does: it makes itself a key and kernels once, and grades with them what is sent to it."""

from __future__ import annotations

import platform
import threading
from dataclasses import dataclass

from grader.answer_key import AnswerKey
from grader.course_files import CourseFiles, key_from
from grader.errors import GradingStopped, SandboxUnavailable, UsageError
from grader.made_with import grader_digest
from grader.model import SubmissionFile
from grader.runner import KernelRunner
from grader.runner.sandbox import SandboxChoice, find_sandbox
from grader.workers import Outcome, grade_one


@dataclass(frozen=True, slots=True)
class Terms:
    """How a batch is graded: the same on every worker."""

    batch: str
    """A name for this batch alone."""
    assignment_id: str
    sandbox: SandboxChoice
    made_with: str
    """Which grader: a worker with another one could give other scores."""
    keep_notebooks: bool


@dataclass(frozen=True, slots=True)
class _Grading:
    key: AnswerKey
    runner: KernelRunner


# Per process, since the zygote is: threads of one worker share it.
_gradings: dict[str, _Grading] = {}
_ended: set[str] = set()
_lock = threading.Lock()


def grade_remotely(course: CourseFiles, terms: Terms, file: SubmissionFile, content: bytes) -> Outcome:
    """Raises UsageError where this worker has another grader, or can't seal student code as it should."""
    with _lock:
        if terms.batch in _ended:
            # It was on its way when the batch ended: made anew, the key would stay for good.
            message = "Grading was stopped."
            raise GradingStopped(message)
        if terms.batch not in _gradings:
            _gradings[terms.batch] = _make(course, terms)
        grading = _gradings[terms.batch]
    return grade_one(file, grading.key, grading.runner, content)


def _make(course: CourseFiles, terms: Terms) -> _Grading:
    if grader_digest() != terms.made_with:
        message = (
            f"The worker on {platform.node()} has another grader, or other packages, than the first. Install the same."
        )
        raise UsageError(message)
    try:
        sandbox = find_sandbox(terms.sandbox, [])
    except SandboxUnavailable as error:
        message = f"The worker on {platform.node()}: {error}"
        raise SandboxUnavailable(message) from error
    key = key_from(course, terms.assignment_id)
    return _Grading(key, KernelRunner(sandbox, keep_outputs=terms.keep_notebooks))


def end_grading(batch: str) -> None:
    """End all that runs of a batch on this worker, and forget its key."""
    with _lock:
        _ended.add(batch)
        grading = _gradings.pop(batch, None)
    if grading is not None:
        grading.runner.stop()
        grading.runner.close()

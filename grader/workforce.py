"""Who grades a batch: this machine's cores, or a cluster. Made ready, and let go in the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.answer_key import AnswerKey
from grader.course_files import read_course_files
from grader.errors import UsageError
from grader.made_with import grader_digest
from grader.remote_grading import Terms
from grader.runner import KernelRunner
from grader.runner.sandbox import SandboxChoice, find_sandbox
from grader.workers import Threads, Workers

if TYPE_CHECKING:
    from grader.cluster import ClusterWorkers

_NOT_SEALED = "WARNING: kernels are NOT sealed (--sandbox off). Whatever these notebooks do, they do as you."


@dataclass(frozen=True, slots=True)
class Workforce:
    """What was asked for."""

    jobs: int
    sandbox: SandboxChoice
    cluster: str | None = None
    """The address of a dask.distributed scheduler; `jobs` is then the workers' own affair."""
    keep_notebooks: bool = False


@contextmanager
def employed(
    asked: Workforce, key: AnswerKey, course: Path, hidden: Sequence[Path], warn: Callable[[str], None]
) -> Iterator[tuple[Workers, str]]:
    """The workers, and which grader they are (see `made_with`): one that doesn't seal is another.

    `hidden` are paths of this machine that student code must not read. Raises SandboxUnavailable, and UsageError where
    a cluster can't be had.
    """
    if asked.sandbox == "off":
        warn(_NOT_SEALED)
    if asked.cluster is not None:
        with _cluster(asked, asked.cluster, key, course) as workers:
            yield workers, _sealed_or_not(workers.terms.made_with, asked)
        return
    with KernelRunner(find_sandbox(asked.sandbox, list(hidden)), keep_outputs=asked.keep_notebooks) as runner:
        yield Threads(key, runner, asked.jobs), _sealed_or_not(grader_digest(), asked)


def _sealed_or_not(made_with: str, asked: Workforce) -> str:
    """What was graded unsealed doesn't count as finished where a seal is asked for: it could say anything."""
    return f"{made_with} unsealed" if asked.sandbox == "off" else made_with


def _cluster(asked: Workforce, address: str, key: AnswerKey, course: Path) -> AbstractContextManager[ClusterWorkers]:
    try:
        # Not for everybody: an extra, and slow to import.
        from grader.cluster import connected  # noqa: PLC0415
    except ImportError as error:
        message = f"--cluster needs a package more: pip install 'neural-computation-grader[cluster]' ({error})."
        raise UsageError(message) from error
    terms = Terms("", key.assignment.id, asked.sandbox, "", keep_notebooks=asked.keep_notebooks)
    return connected(address, key, read_course_files(course, key.assignment.id), terms)


def available_cores() -> int:
    """Those that this process may use: in a container fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1

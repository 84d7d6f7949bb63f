"""The same batch on a dask.distributed cluster: submissions go out to workers, reports come back as they finish.

The hidden part of the course goes from here to the workers' memory, not through the scheduler. A worker that dies
loses nothing: what it had goes to another.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import queue
import re
import socket
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from distributed import Client, Future, KilledWorker

from grader.answer_key import AnswerKey
from grader.assignment import Limits
from grader.course_files import CourseFiles
from grader.errors import AuthorError, GradingStopped, InternalError, UnreadableSubmission, UsageError
from grader.made_with import grader_digest
from grader.model import Execution, ProbePlan, Submission, SubmissionFile
from grader.pipeline import failed
from grader.remote_grading import Terms, end_grading, grade_remotely
from grader.report.run_record import run_record
from grader.submission import read_bytes
from grader.workers import Outcome, grade_one

_ADDRESS = re.compile(r"(?:(?:tcp|tls)://)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:/\s]+):(?P<port>\d+)")
_CONNECT_SECONDS = 15
# A pool that scales down to nothing has this long to come back.
_PATIENCE_SECONDS = 120
_LOOK_SECONDS = 5
_DIED = "The workers that were given this submission died, one after the other."
# dask raises its own kin of either.
_LOST = (asyncio.CancelledError, concurrent.futures.CancelledError)
# A machine is switched off now and then; what is lost that often is what ends them.
_MOST_LOSSES = 5


@contextmanager
def connected(address: str, key: AnswerKey, course: CourseFiles, terms: Terms) -> Iterator[ClusterWorkers]:
    """The workers of the scheduler at `address`. Raises UsageError where there are none, or not of one making."""
    _check_address(address)
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise _unreachable(address, error) from error
    with client:
        made_with = _one_grader(client, address)
        workers = ClusterWorkers(client, key, course, replace(terms, batch=uuid.uuid4().hex, made_with=made_with))
        try:
            yield workers
        finally:
            # The key and the kernels of this batch alone; others may use the same workers.
            with suppress(Exception):
                client.run(end_grading, workers.terms.batch)


def _check_address(address: str) -> None:
    """A client of its own waits long, and leaves a traceback, where nobody listens. Raises UsageError."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        message = f"--cluster {address}: is no address of a scheduler. That is like tcp://10.0.0.1:8786."
        raise UsageError(message)
    try:
        socket.create_connection((found["host"].strip("[]"), int(found["port"])), timeout=_CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise _unreachable(address, error) from error


def _unreachable(address: str, error: Exception) -> UsageError:
    return UsageError(f"--cluster {address}: can't be reached: {error}. Is `dask scheduler` running there?")


def _one_grader(client: Client, address: str) -> str:
    """What the workers grade with: the same on each, or scores would depend on who graded."""
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        made_with: dict[str, str] = client.run(grader_digest)
    except TimeoutError as error:
        message = f"--cluster {address}: has no workers. Start `dask worker {address}` where they should run."
        raise UsageError(message) from error
    except Exception as error:
        message = (
            f"--cluster {address}: a worker can't grade ({type(error).__name__}: {error}). Install this grader there."
        )
        raise UsageError(message) from error
    kinds = set(made_with.values())
    if len(kinds) > 1:
        odd = next(worker for worker, kind in made_with.items() if kind != next(iter(made_with.values())))
        message = f"--cluster {address}: {odd} has another grader, or other packages, than others. Install the same."
        raise UsageError(message)
    return kinds.pop()


@dataclass(slots=True)
class ClusterWorkers:
    """See `workers.Workers`."""

    client: Client
    key: AnswerKey
    course: CourseFiles
    terms: Terms
    _ended: queue.SimpleQueue[Future[Outcome]] = field(default_factory=queue.SimpleQueue)
    _handed_out: Future[CourseFiles] | None = None
    _sent_with_this: set[object] = field(default_factory=set)
    """Keys of what was sent to be graded with the course that is handed out now: many are lost at once."""
    _losses: Counter[str] = field(default_factory=Counter)
    """How often each submission was lost with its worker."""

    def grade(self, files: Sequence[SubmissionFile]) -> Generator[Outcome, None, None]:
        """See `Workers.grade`. Raises UsageError where the cluster is gone."""
        to_do, running = list(reversed(files)), dict[object, tuple[Future[Outcome], SubmissionFile]]()
        try:
            while to_do or running:
                # As many as can be on the way; not all, since the scheduler keeps what is sent.
                while to_do and len(running) < 2 * self._slots():
                    file = to_do.pop()
                    content = self._content(file)
                    if content is None:
                        yield grade_one(file, self.key, _NoKernel())
                    else:
                        future = self._submit(file, content)
                        running[future.key] = (future, file)
                if running:
                    ended = self._next_ended()
                    _, file = running.pop(ended.key)
                    outcome = self._outcome(ended, file)
                    if outcome is None:
                        to_do.append(file)
                    else:
                        yield outcome
        finally:
            self.client.cancel([future for future, _ in running.values()])

    def _slots(self) -> int:
        threads: dict[str, int] = self.client.nthreads()
        return max(1, sum(threads.values()))

    def _content(self, file: SubmissionFile) -> bytes | None:
        """None: it can't be read, and so needs no kernel; that is found again where it is graded."""
        try:
            return read_bytes(file, self.key.assignment.limits.notebook_bytes)
        except (UnreadableSubmission, InternalError):
            return None

    def _submit(self, file: SubmissionFile, content: bytes) -> Future[Outcome]:
        if self._handed_out is None:
            # Past the scheduler, straight to the workers; whoever joins later gets it from one of them.
            (self._handed_out,) = self.client.scatter([self.course], direct=True, broadcast=True, hash=False)
        future = self.client.submit(grade_remotely, self._handed_out, self.terms, file, content, pure=False)
        future.add_done_callback(self._ended.put)
        self._sent_with_this.add(future.key)
        return future

    def _next_ended(self) -> Future[Outcome]:
        """Raises UsageError where no worker has been there for long."""
        last_seen = time.monotonic()
        while True:
            try:
                return self._ended.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                pass
            if self._has_workers():
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > _PATIENCE_SECONDS:
                raise _gone("all its workers are gone")

    def _has_workers(self) -> bool:
        try:
            return bool(self.client.nthreads())
        except (OSError, RuntimeError):
            return False

    def _outcome(self, ended: Future[Outcome], file: SubmissionFile) -> Outcome | None:
        """None where what was sent, or what came of it, is lost: it is to be sent again. Raises what ends the batch."""
        try:
            outcome: Outcome = ended.result()
        except _LOST as problem:
            self._lost(ended)
            self._losses[file.id] += 1
            return None if self._losses[file.id] <= _MOST_LOSSES else self._failed(file, problem, _DIED)
        except (UsageError, AuthorError, GradingStopped):
            raise
        except KilledWorker as problem:
            return self._failed(file, problem, _DIED)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it costs one submission
            return self._failed(file, problem, "".join(traceback.format_exception(problem)))
        self._sent_with_this.discard(ended.key)
        return replace(outcome, file=file)

    def _lost(self, ended: Future[Outcome]) -> None:
        """Workers that held the course, or a result, have died; or the scheduler has. Raises UsageError."""
        if self.client.status != "running":
            raise _gone("the connection to the scheduler is lost")
        if ended.key not in self._sent_with_this:
            return  # lost with what was handed out before
        self._sent_with_this.clear()
        self._handed_out = None
        try:
            self.client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
        except TimeoutError as error:
            raise _gone("all its workers are gone") from error

    def _failed(self, file: SubmissionFile, problem: BaseException | None, said: str) -> Outcome:
        report = failed(file, self.key, problem)
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        return Outcome(file, report, run_record(started, 0.0, None, (said,)))


def _gone(what: str) -> UsageError:
    return UsageError(f"The cluster: {what}. Finished reports are kept; the same command goes on from there.")


class _NoKernel:
    """For submissions that end before any kernel is needed."""

    def run(self, submission: Submission, plan: ProbePlan, limits: Limits) -> Execution:
        del plan, limits
        message = f"{submission.file}: could be read only the second time."
        raise InternalError(message)

    def stop(self) -> None:
        pass

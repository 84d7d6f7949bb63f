"""This grader: whole, and its cells alone."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
from grader.batch import grade_batch
from grader.model import CellStatus, ProbePlan, SubmissionFile
from grader.pipeline import grade
from grader.runner import KernelRunner
from grader.runner.sandbox import find_sandbox
from grader.submission import read_submission
from tests.notebooks import ROOT


class Whole:
    """All that a student's submission gets: read, run in a sealed kernel, all functions called, judged."""

    def __init__(self) -> None:
        self.key = sheet_key()
        self.runner = KernelRunner(find_sandbox("auto"))
        self.runner.prepare()

    def run(self, notebook: Path) -> None:
        report = grade(_file(notebook), self.key, self.runner).report
        # Exercises 1, 3, 5 of 20 points each: what is wrongly done is not what should be timed.
        scores = {one.id: one.score for one in report.exercises}
        if any(scores[id_] != 20 for id_ in ("ex1", "ex3", "ex5")):
            message = f"{notebook}: {report.status}, {scores}"
            raise RuntimeError(message)

    def close(self) -> None:
        self.runner.close()


class CellsOnly(Whole):
    """The same work as plain nbclient and the floor: the cells are run, nothing is called, nothing is judged."""

    def run(self, notebook: Path) -> None:
        submission = read_submission(_file(notebook), notebook.read_bytes(), self.key.assignment)
        execution = self.runner.run(submission, ProbePlan((), ()), self.key.assignment.limits)
        if any(cell.status is not CellStatus.OK for cell in execution.cells):
            message = f"{notebook}: {execution.cells}"
            raise RuntimeError(message)


class Batches(Whole):
    """Whole batches, so many submissions at a time."""

    def seconds(self, notebooks: list[Path], results: Path, jobs: int) -> float:
        """Wall time of one batch, reports on the disk included."""
        files = [SubmissionFile(f"s{number}", path, path.name) for number, path in enumerate(notebooks)]
        started = monotonic()
        grade_batch(files, self.key, self.runner, results, jobs=jobs)
        return monotonic() - started


def sheet_key() -> AnswerKey:
    return load_answer_key(ROOT, load_assignment(ROOT, "attention"))


def _file(notebook: Path) -> SubmissionFile:
    return SubmissionFile("s", notebook, notebook.name)

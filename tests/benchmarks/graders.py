"""This grader: whole, and its cells alone."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from time import monotonic

import msgspec

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import Exercise, PlotCriterion, load_assignment
from grader.batch import BatchOptions, grade_batch
from grader.model import CellStatus, ProbePlan, SubmissionFile
from grader.pipeline import grade
from grader.runner import KernelRunner
from grader.runner.sandbox import find_sandbox
from grader.submission import read_submission
from grader.workers import Threads
from tests.notebooks import ROOT


class Whole:
    """All that a student's submission gets: read, run in a sealed kernel, all functions called, judged."""

    def __init__(self) -> None:
        self.key = sheet_key()
        self.runner = KernelRunner(find_sandbox("auto"))
        self.runner.prepare()

    def run(self, notebook: Path) -> None:
        report = grade(_file(notebook), self.key, self.runner).report
        # What is wrongly done is not what should be timed.
        if report.score != report.max_score:
            message = f"{notebook}: {report.status}, {report.score}"
            raise RuntimeError(message)

    def close(self) -> None:
        self.runner.close()


class WithoutFigures(Whole):
    """As `Whole`, but figures are not looked at, in the kernel or after: the difference is what they cost."""

    def __init__(self) -> None:
        super().__init__()
        exercises = tuple(_without_plots(exercise) for exercise in self.key.assignment.exercises)
        assignment = msgspec.structs.replace(self.key.assignment, exercises=exercises)
        self.key = replace(self.key, assignment=assignment, plots={})
        self._folder = tempfile.TemporaryDirectory(prefix="benchmark-")

    def run(self, notebook: Path) -> None:
        content = json.loads(notebook.read_bytes())
        first = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
        first["source"] = "\n".join((_BLIND, "".join(first["source"])))
        blind = Path(self._folder.name) / "notebook.ipynb"
        blind.write_text(json.dumps(content), encoding="utf-8")
        super().run(blind)

    def close(self) -> None:
        super().close()
        self._folder.cleanup()


# Run in the kernel, before the notebook's first cell: the hooks find nothing to look at.
_BLIND = "import grader.kernel_side.figure_recorder as _r; _r.FigureRecorder.look_at_all = lambda self: None"


def _without_plots(exercise: Exercise) -> Exercise:
    """With a criterion in place of those about plots that costs nothing to judge."""
    criteria = tuple(one for one in exercise.criteria if not isinstance(one, PlotCriterion))
    return msgspec.structs.replace(exercise, criteria=criteria, plots=())


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
        grade_batch(files, self.key, Threads(self.key, self.runner, jobs), results, options=BatchOptions(regrade=True))
        return monotonic() - started


def sheet_key() -> AnswerKey:
    return load_answer_key(ROOT, load_assignment(ROOT, "attention"))


def _file(notebook: Path) -> SubmissionFile:
    return SubmissionFile("s", notebook, notebook.name)

"""What all tests share: the course, its answer key, and one real batch over all sample submissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import Assignment, load_assignment
from grader.batch import grade_batch
from grader.intake import find_submissions
from grader.model import SubmissionFile
from grader.report.files import report_folder
from grader.report.json_report import decode_report
from grader.runner import KernelRunner
from grader.runner.sandbox import find_sandbox
from grader.score_report import ScoreReport
from grader.workers import Threads
from tests.notebooks import ROOT

# How long an example takes depends on what else the machine does.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

SUBMISSIONS = ROOT / "tests" / "submissions"


@pytest.fixture(scope="session")
def course() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def assignment(course: Path) -> Assignment:
    return load_assignment(course, "attention")


@pytest.fixture(scope="session")
def key(course: Path, assignment: Assignment) -> AnswerKey:
    return load_answer_key(course, assignment)


@pytest.fixture(scope="session")
def reference(course: Path) -> ModuleType:
    """The reference module, for tests that need a right function."""
    import importlib.util  # noqa: PLC0415 - here alone

    spec = importlib.util.spec_from_file_location("_reference_in_tests", course / "reference" / "attention.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def right_functions(reference: ModuleType) -> dict[str, Callable[..., Any]]:
    names = ("attentionQuery", "attentionQueryMatrix", "maskedAttentionQueryMatrix")
    return {name: getattr(reference, name) for name in names}


@pytest.fixture
def submission_file(tmp_path: Path) -> Callable[[bytes], SubmissionFile]:
    """Bytes ─▶ a file on disk that can be graded."""

    def write(content: bytes) -> SubmissionFile:
        path = tmp_path / "notebook.ipynb"
        path.write_bytes(content)
        return SubmissionFile("notebook", path, "notebook.ipynb")

    return write


@pytest.fixture(scope="session")
def runner() -> Iterator[KernelRunner]:
    """Real kernels, sealed as well as this machine can."""
    with KernelRunner(find_sandbox("auto")) as runner:
        yield runner


@pytest.fixture(scope="session")
def sample_results(key: AnswerKey, runner: KernelRunner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results folder of all of tests/submissions/, graded once in real kernels, two at a time."""
    results = tmp_path_factory.mktemp("results")
    grade_batch(find_submissions([SUBMISSIONS]).submissions, key, Threads(key, runner, 2), results)
    return results


@pytest.fixture(scope="session")
def sample_report(sample_results: Path) -> Callable[[str], ScoreReport]:
    def read(name: str) -> ScoreReport:
        return decode_report((report_folder(sample_results, name) / "report.json").read_bytes())

    return read

"""However many slots there are and however much of the seal, a report has the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey
from grader.batch import grade_batch
from grader.intake import find_submissions
from grader.runner import KernelRunner
from grader.runner.sandbox import Sandbox, find_sandbox
from grader.workers import Threads
from tests.conftest import SUBMISSIONS
from tests.runner.kernels import reduced_sandbox

# Right, wrong and hostile: what dies, what counts, what draws random numbers, what has threads.
SAMPLES = (
    "right_plain",
    "right_np_matrix",
    "right_memoised",
    "wrong_no_mask",
    "wrong_counts_calls",
    "wrong_nondeterministic",
    "wrong_kills_kernel",
    "messy_dies_at_exercise_3",
    "messy_kills_kernel",
    "messy_magics",
    "messy_prints_much",
    "messy_threads",
)


def _sandboxes() -> Iterator[tuple[str, Sandbox, int]]:
    full = find_sandbox("auto")
    yield "one slot", full, 1
    yield "two slots", full, 2
    yield "reduced", reduced_sandbox(), 2
    yield "off", Sandbox(), 2


@pytest.fixture(scope="module")
def reports(key: AnswerKey, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    graded = {}
    files = find_submissions([SUBMISSIONS / name for name in SAMPLES]).submissions
    for name, sandbox, jobs in _sandboxes():
        results: Path = tmp_path_factory.mktemp(name.replace(" ", "_"))
        with KernelRunner(sandbox) as runner:
            grade_batch(files, key, Threads(key, runner, jobs), results)
        graded[name] = {path.parent.name: path.read_bytes() for path in results.rglob("report.json")}
    return graded


@pytest.mark.parametrize("name", ["two slots", "reduced", "off"])
def test_reports_are_byte_for_byte_the_same(name: str, reports: dict[str, dict[str, bytes]]) -> None:
    assert len(reports["one slot"]) == len(SAMPLES)
    assert reports[name] == reports["one slot"]

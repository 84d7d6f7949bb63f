"""What the tests of plots share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias

import pytest

from grader.answer_key import AnswerKey
from grader.model import SubmissionFile
from grader.pipeline import grade
from grader.runner import KernelRunner
from grader.score_report import ScoreReport
from tests.checks.plots.ways import Cells, plotted

GradeCells: TypeAlias = Callable[[Cells], ScoreReport]
_AT_A_TIME = 2


@pytest.fixture(scope="session")
def grade_cells(
    key: AnswerKey, runner: KernelRunner, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[GradeCells]:
    """The report on the sheet with right functions and plots, except for these cells.

    What the tests that were chosen will ask for is graded ahead, two notebooks at a time.
    """
    folder = tmp_path_factory.mktemp("plots")

    def graded(number: int, content: bytes) -> ScoreReport:
        path = folder / f"{number}.ipynb"
        path.write_bytes(content)
        return grade(SubmissionFile(str(number), path, path.name), key, runner).report

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        wanted = dict.fromkeys(plotted(cells) for item in request.session.items for cells in _cells_of(item))
        ahead: dict[bytes, Future[ScoreReport]] = {
            content: pool.submit(graded, number, content) for number, content in enumerate(wanted)
        }

        def report(cells: Cells) -> ScoreReport:
            content = plotted(cells)
            return ahead[content].result() if content in ahead else graded(-1, content)

        yield report
        pool.shutdown(cancel_futures=True)


def _cells_of(item: pytest.Item) -> Iterator[Cells]:
    """What a test is about: `cells`, or something that has cells."""
    if isinstance(item, pytest.Function) and item.path.name == "test_ways.py" and hasattr(item, "callspec"):
        parameters: dict[str, Any] = item.callspec.params
        yield from (one for name, one in parameters.items() if name == "cells")
        yield from (one.cells for one in parameters.values() if hasattr(one, "cells"))

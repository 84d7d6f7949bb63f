"""Cold kernels, for machines that can't fork a warm one; and that many runs leave nothing in the grader."""

from __future__ import annotations

import gc
from pathlib import Path

import psutil
import pytest

from grader.model import Cell, CellStatus, FunctionProbe, ProbePlan, Submission
from grader.runner import KernelRunner
from grader.runner.sandbox import Sandbox, find_sandbox
from tests.runner.kernels import LIMITS, call, observed, run, statuses, value


def test_a_cold_kernel_runs_cells_and_calls() -> None:
    cells = (Cell(1, "def f(a): return a + 1", None), Cell(2, "%matplotlib qt\n1 / 0", None))
    plan = ProbePlan((FunctionProbe("f", 1, (call("f"),)),), (), (1,))
    with KernelRunner(Sandbox(), warm=False) as runner:
        execution = runner.run(Submission("x", "x", "", cells), plan, LIMITS)
    assert [cell.error_name for cell in execution.cells] == ["", "ZeroDivisionError"]
    assert [value(one) for one in observed(execution)] == [[2, 3, 4]]


def test_a_cold_kernel_that_dies_costs_its_cell() -> None:
    cells = (Cell(1, "import os; os._exit(1)", None), Cell(2, "x = 1", None))
    with KernelRunner(Sandbox(), warm=False) as runner:
        execution = runner.run(Submission("x", "x", "", cells), ProbePlan((), ()), LIMITS)
    assert statuses(execution) == [CellStatus.KILLED_KERNEL, CellStatus.OK]


@pytest.mark.parametrize("sealed", [True, False])
def test_many_runs_leave_no_descriptor_and_no_memory(sealed: bool) -> None:  # noqa: FBT001 - a parameter
    def descriptors() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(3):
        run("x = 1", "import os; os._exit(1)", sealed=sealed)
    me = psutil.Process()
    before, threads, resident = descriptors(), me.num_threads(), me.memory_info().rss
    for _ in range(15):
        run("x = 1", "import os; os._exit(1)", sealed=sealed)
    assert descriptors() == before
    assert me.num_threads() == threads
    assert me.memory_info().rss - resident < 20 * 2**20


def test_each_cell_keeps_what_it_showed_itself() -> None:
    """A cell that was not run, blank or left out, shows nothing; not what the one before it did."""
    sources = ("print(1)", "", "import ctypes; ctypes.string_at(0)", "2")
    cells = tuple(Cell(number, source, None) for number, source in enumerate(sources, start=1))
    with KernelRunner(find_sandbox("auto"), keep_outputs=True) as runner:
        outputs = runner.run(Submission("x", "x", "", cells), ProbePlan((), ()), LIMITS).outputs
    assert outputs is not None
    shown = {number: [one["output_type"] for one in several] for number, several in outputs.items()}
    assert shown == {1: ["stream"], 2: [], 3: [], 4: ["execute_result"]}

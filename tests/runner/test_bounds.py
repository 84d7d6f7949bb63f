"""Real sealed kernels: a cell that takes too much of something costs itself, and the rest of the notebook runs."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from grader.model import Cell, CellOutcome, CellStatus, Execution, FunctionProbe, ProbePlan, Submission, VariableProbe
from grader.runner import KernelRunner
from grader.runner.sandbox import Layer, find_sandbox
from tests.runner.kernels import LIMITS, Numbers_of, call, observed, reduced_sandbox, run, statuses, value

GENEROUS = msgspec.structs.replace(LIMITS, cell_seconds=20, submission_seconds=60)
needs_namespaces = pytest.mark.skipif(
    Layer.NAMESPACES not in find_sandbox("auto").layers, reason="this machine has no namespaces"
)


def first_of(execution: Execution) -> CellOutcome:
    """The cell that took too much, once it is seen that the next one ran, in the same or a later try."""
    assert statuses(execution)[1:] == [CellStatus.OK]
    assert execution.variables[-1].values == {"x": Numbers_of(1.0)}
    return execution.cells[0]


def outcome(source: str) -> CellOutcome:
    return first_of(run(source, "x = 1", limits=GENEROUS, x=2))


def outcome_without_namespaces(source: str) -> CellOutcome:
    cells = (Cell(1, source, None), Cell(2, "x = 1", None))
    plan = ProbePlan((), (VariableProbe(("x",), 2),))
    with KernelRunner(reduced_sandbox()) as runner:
        return first_of(runner.run(Submission("x", "x", "", cells), plan, GENEROUS))


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\na = np.ones(2**30)",
        "a = [0]\nwhile True: a *= 2",
        "import mmap\na = mmap.mmap(-1, 2**32)",
    ],
)
def test_memory(source: str) -> None:
    assert outcome(source).error_name in {"MemoryError", "OSError"}


def test_output_past_the_limit_in_the_kernel() -> None:
    """Sent past all that bounds output there: the grader counts, and ends it."""
    source = """
kernel = get_ipython().kernel
for _ in range(100):
    kernel.session.send(kernel.iopub_socket, "noise", {"text": "x" * 2**20})
"""
    assert outcome(source).status is CellStatus.FLOODED_OUTPUT


@pytest.mark.parametrize(
    "mebibytes",
    [
        6,
        12,
        64,
    ],
)
def test_one_huge_message(mebibytes: int) -> None:
    send = 'kernel.session.send(kernel.iopub_socket, "noise", {"text": "x" * SIZE})'
    source = f"kernel = get_ipython().kernel\n{send.replace('SIZE', str(mebibytes * 2**20))}"
    assert outcome(source).status is CellStatus.FLOODED_OUTPUT


@pytest.mark.parametrize("source", ["print('x' * 10**8)", "for n in range(10**5): print(n)", "display('x' * 10**8)"])
def test_ordinary_output_is_dropped_and_costs_nothing(source: str) -> None:
    assert outcome(source).status is CellStatus.OK


def test_many_small_outputs_are_no_flood() -> None:
    assert outcome("for n in range(20_000): print(n, flush=True)").status is CellStatus.OK


MANY_FILES = "for n in range(100):\n    with open(f'{n}', 'wb') as file: file.write(bytes(2**20))"


@needs_namespaces
@pytest.mark.parametrize("source", [MANY_FILES, "for n in range(20_000): open(f'{n}', 'w').close()"])
def test_the_disk_is_full_where_it_is_in_memory(source: str) -> None:
    seen = outcome(source)
    assert (seen.error_name, "No space left" in seen.error_text) == ("OSError", True)


def test_one_large_file() -> None:
    assert outcome("with open('x', 'wb') as file: file.write(bytes(2**27))").error_name == "OSError"


@pytest.mark.parametrize(
    "source",
    [
        MANY_FILES + "\nimport time; time.sleep(10)",
        "for n in range(12_000): open(f'{n}', 'w').close()\nimport time; time.sleep(10)",
    ],
)
def test_the_disk_is_watched_where_nothing_bounds_it(source: str) -> None:
    assert outcome_without_namespaces(source).status is CellStatus.FILLED_DISK


def test_threads_are_watched_where_nothing_bounds_them() -> None:
    source = """
import threading, time
threading.stack_size(2**18)
for _ in range(300): threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
time.sleep(10)
"""
    assert outcome_without_namespaces(source).status is CellStatus.OUT_OF_MEMORY


@pytest.mark.parametrize("source", ["import os\nos.fork()", "import subprocess\nsubprocess.run(['ls'])"])
def test_a_process_that_is_made_raises_and_the_kernel_goes_on(source: str) -> None:
    execution = run(f"y = 1\ntry:\n  pass\nfinally:\n  y = 2\n{source}", "x = y", x=2)
    assert execution.cells[0].error_name == "PermissionError"
    assert execution.variables[-1].values == {"x": Numbers_of(2.0)}


@pytest.mark.parametrize("sealed", [True, False])
def test_the_global_generator_is_the_same_in_each_kernel_and_can_be_reseeded(sealed: bool) -> None:  # noqa: FBT001 - a parameter
    source = "import numpy as np\nx = np.random.rand(3)\nnp.random.seed(7)\ny = np.random.rand(3)"
    first, again = (run(source, sealed=sealed, x=1, y=1).variables for _ in range(2))
    assert repr(first) == repr(again)
    np_random = np.random.RandomState(7).rand(3)  # what a seed gives anywhere
    assert first[1].values == {"y": Numbers_of(np_random.tolist())}
    assert first[0].values != first[1].values


@pytest.mark.parametrize("sealed", [True, False])
def test_threads_of_blas_are_fixed(sealed: bool) -> None:  # noqa: FBT001 - a parameter
    source = """
import os
import numpy as np
a = np.ones((500, 500)) @ np.ones((500, 500))
x = [int(os.environ[name]) for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")]
"""
    assert run(source, sealed=sealed, x=1).variables[0].values == {"x": Numbers_of([1, 1, 1])}  # type: ignore[arg-type]


def test_large_arguments_arrive() -> None:
    large = replace(call("f"), arguments=(np.ones(2**20),))
    (seen,) = run("def f(a): return len(a)", calls=(large,), limits=GENEROUS).functions
    assert value(seen.observations["f:public"]) == 2**20


@pytest.mark.parametrize("mebibytes", [1, 5, 20])
def test_an_error_with_a_long_message_is_an_error_and_no_more(mebibytes: int) -> None:
    """`raise ValueError(f"{a_list}")` is honest, and what stands above it in the cell is there."""
    source = f"def f(a): return a\nraise ValueError('x' * {mebibytes * 2**20})"
    execution = run(source, calls=(call("f"),))
    assert statuses(execution) == [CellStatus.RAISED]
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


def test_what_fills_the_disk_is_blamed_and_not_what_runs_next() -> None:
    """Without namespaces a watchdog looks ten times a second; a cell that ends before that is caught at its end."""
    deep = "import os\nfor _ in range(2500):\n    os.mkdir('d')\n    os.chdir('d')"
    cells = (Cell(1, "def f(a): return a", None), Cell(2, deep, None), Cell(3, "x = sum(range(10**7))", None))
    plan = ProbePlan((FunctionProbe("f", None, (call("f"),)),), ())
    with KernelRunner(reduced_sandbox()) as runner:
        execution = runner.run(Submission("x", "x", "", cells), plan, LIMITS)
    assert statuses(execution) == [CellStatus.OK, CellStatus.FILLED_DISK, CellStatus.OK]
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]

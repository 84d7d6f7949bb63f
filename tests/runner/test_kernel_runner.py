"""Real kernels: what happens to one cell or call happens to it alone, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from grader.assignment import Limits
from grader.errors import GradingStopped, KernelUnavailable
from grader.model import Cell, CellStatus, NoAnswer, ProbePlan, Silence, Submission
from grader.runner import KernelRunner
from grader.runner.sandbox import Sandbox, find_sandbox
from tests.notebooks import ROOT
from tests.runner.kernels import LIMITS, Numbers_of, call, observed, run, statuses, value

# --- cells -----------------------------------------------------------------------------------------------------------


def test_each_cell_has_its_outcome() -> None:
    execution = run("x = 1", "1 / 0", "def (:", "", "y = x + 1", y=5)
    ok, raised = CellStatus.OK, CellStatus.RAISED
    assert statuses(execution) == [ok, raised, raised, ok, ok]
    assert [cell.error_name for cell in execution.cells] == ["", "ZeroDivisionError", "SyntaxError", "", ""]
    assert [run.values for run in execution.variables] == [{"y": Numbers_of(2.0)}] * 2


def test_a_cell_that_takes_too_long_is_interrupted_and_the_rest_runs() -> None:
    execution = run("while True: pass", "x = 1", x=2)
    assert statuses(execution) == [CellStatus.TIMED_OUT, CellStatus.OK]
    assert execution.variables[0].values == {"x": Numbers_of(1.0)}


def test_a_cell_that_swallows_interrupts_is_left_out_of_the_next_try() -> None:
    stubborn = "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass"
    execution = run("x = 1", stubborn, "x += 1", x=3)
    assert statuses(execution) == [CellStatus.OK, CellStatus.TIMED_OUT, CellStatus.OK]
    assert execution.variables[0].values == {"x": Numbers_of(2.0)}


@pytest.mark.parametrize("source", ["import os; os._exit(1)", "import ctypes; ctypes.string_at(0)"])
def test_a_cell_that_kills_the_kernel_is_left_out_of_the_next_try(source: str) -> None:
    execution = run("x = 1", source, "def f(a): return a", calls=(call("f"),))
    assert statuses(execution) == [CellStatus.OK, CellStatus.KILLED_KERNEL, CellStatus.OK]
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


def test_time_that_is_up_ends_everything_truthfully() -> None:
    """What was run is asked, and of the rest nobody says that it isn't there."""
    limits = msgspec.structs.replace(LIMITS, submission_seconds=8)
    endless = ["while True: pass"] * 6
    execution = run("def f(a): return a", *endless, "def g(a): return a", calls=(call("f"),), after=1, limits=limits)
    assert statuses(execution)[0] is CellStatus.OK
    assert statuses(execution)[-1] is CellStatus.NOT_RUN
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]
    execution = run(*endless, "def f(a): return a", calls=(call("f"),), after=7, limits=limits)
    assert observed(execution) == [NoAnswer(Silence.NOT_ASKED)]


@pytest.mark.parametrize("source", ["exit", "quit()", "import sys; sys.exit(3)"])
def test_leaving_ends_the_cell_and_not_the_kernel(source: str) -> None:
    execution = run(source, "import time; time.sleep(0.5)", "def f(a): return a", calls=(call("f"),))
    assert statuses(execution)[1:] == [CellStatus.OK, CellStatus.OK]
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


# --- the kernel's world ----------------------------------------------------------------------------------------------


def test_the_environment_is_scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "1")
    source = "import os\nok = 'SECRET_TOKEN' not in os.environ and os.getcwd() == os.environ['HOME']"
    assert run(source, ok=1).variables[0].values == {"ok": Numbers_of(1.0)}


def test_figures_are_not_drawn() -> None:
    source = "from matplotlib import pyplot as plt\nplt.plot([1, 2])\nplt.gcf().canvas.draw = lambda: 1 / 0\nplt.show()"
    assert statuses(run(source)) == [CellStatus.OK]


def test_a_kernel_that_cannot_start_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    for warm in (True, False):
        with KernelRunner(Sandbox(), warm=warm) as runner, pytest.raises(KernelUnavailable):
            runner.run(Submission("x", "x", "", (Cell(1, "x = 1", None),)), ProbePlan((), ()), LIMITS)


def test_a_stop_ends_what_runs_and_refuses_what_comes() -> None:
    runner = KernelRunner(find_sandbox("auto"))
    cells = (Cell(1, "import time; time.sleep(60)", None),)
    limits = Limits(cell_seconds=60, submission_seconds=60)
    failures: list[Exception] = []

    def grade() -> None:
        try:
            runner.run(Submission("x", "x", "", cells), ProbePlan((), ()), limits)
        except GradingStopped as error:
            failures.append(error)

    thread = threading.Thread(target=grade)
    thread.start()
    time.sleep(2)
    runner.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()
    grade()
    runner.close()
    assert [str(one) for one in failures] == ["Grading was stopped."] * 2


def test_kernels_die_with_the_grader(tmp_path: Path) -> None:
    """SIGKILL gives the grader no time to clean up; its kernels must end all the same."""
    script = """
from grader.assignment import Limits
from grader.model import *
from grader.runner import KernelRunner
from grader.runner.sandbox import Sandbox
source = "import os, time; open(%r, 'w').write(str(os.getpid())); time.sleep(60)"
submission = Submission("x", "x", "", (Cell(1, source, None),))
KernelRunner(Sandbox()).run(submission, ProbePlan((), ()), Limits(cell_seconds=60))
"""
    written = tmp_path / "pid"
    environment: Mapping[str, str] = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    grader = subprocess.Popen([sys.executable, "-c", script % str(written)], env=environment)  # noqa: S603 - ours
    try:
        pid = int(_eventually(lambda: written.read_text() if written.exists() else ""))
    finally:
        grader.send_signal(signal.SIGKILL)
        grader.wait()
    _eventually(lambda: "" if _runs(pid) else "gone")


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:  # it may end between any two looks
        return False


def _eventually(look: Any, seconds: float = 30) -> str:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if found := look():
            return str(found)
        time.sleep(0.05)
    pytest.fail("it did not happen")

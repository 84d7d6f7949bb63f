"""Zygotes and what is left of them: nothing, whichever way they or the grader end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment import Limits
from grader.errors import GradingStopped, KernelUnavailable
from grader.kernel_side.remove_folder import remove_folder
from grader.model import Cell, CellStatus, ProbePlan, Submission
from grader.runner import KernelRunner
from grader.runner.sandbox import Sandbox, find_sandbox
from grader.runner.zygote import Zygote, ZygoteSupply, start_zygote
from tests.kernel_side.processes import environment

# Fails on the way to a kernel, after the fork: what the zygote does about it is what is tested.
NO_ORDER = {"scratch": "/nowhere", "sockets": "/nowhere", "environment": {}, "seal": {}, "cores": [0]}


@pytest.fixture(params=[True, False], ids=["sealed", "unsealed"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    return find_sandbox("auto" if request.param else "off")


@pytest.fixture
def running(sandbox: Sandbox) -> Iterator[Zygote]:
    one = start_zygote(sandbox.nest(), commands=not sandbox)
    yield one
    one.close()


def eventually(holds: Callable[[], object], seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.02)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    def runs(process: psutil.Process) -> bool:
        with suppress(psutil.NoSuchProcess):
            return bool(process.status() != psutil.STATUS_ZOMBIE)
        return False

    return [process for process in processes if runs(process)]


def family(number: int) -> list[psutil.Process]:
    top = psutil.Process(number)
    return [top, *top.children(recursive=True)]


# --- one zygote ------------------------------------------------------------------------------------------------------


def test_when_the_graders_end_closes_it_removes_its_folder_and_ends(running: Zygote) -> None:
    processes = family(running.process.pid)
    assert running.is_alive()
    running.control.close()
    running.process.wait(30)
    assert not running.folder.exists()
    assert alive(processes) == []
    assert not running.is_alive()


def test_a_kernel_that_cannot_start_says_why_and_the_zygote_goes_on(running: Zygote) -> None:
    for _ in range(2):
        forked = running.fork(NO_ORDER)
        assert b"Error" in os.read(forked.ready, 1000)
        os.close(forked.ready)
        os.close(forked.pidfd)
    assert running.is_alive()


def test_a_dead_zygote_is_seen_and_refuses_orders(running: Zygote) -> None:
    running.process.kill()
    running.process.wait()
    eventually(lambda: not running.is_alive())
    with pytest.raises(OSError):
        running.fork(NO_ORDER)


def test_each_kernel_has_a_folder_of_its_own_name(running: Zygote) -> None:
    names = [running.new_folder() for _ in range(3)]
    assert len(set(names)) == 3
    assert {name.parent for name in names} == {running.folder}


def test_others_pass_through_its_folder_and_cannot_list_it(running: Zygote) -> None:
    assert running.folder.stat().st_mode & 0o777 == 0o711


def test_sockets_paths_stay_short_however_deep_the_temporary_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with KernelRunner(Sandbox()) as runner:
        assert runs_a_cell(runner) is CellStatus.OK
    assert list(deep.iterdir()) == []


def test_a_zygote_that_cannot_start_says_so_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(KernelUnavailable, match="could not be started"):
        start_zygote(None, commands=True)


def test_namespaces_that_cannot_be_had_are_said_to_be_the_reason() -> None:
    nest = {"user_namespace": os.getuid() != 0, "visible": ["/no/such/folder"], "links": {}}
    with pytest.raises(KernelUnavailable, match="/no/such/folder"):
        start_zygote(nest, commands=False)


def test_an_interpreter_that_is_not_there_is_our_fault_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    before = set(Path(tempfile.gettempdir()).iterdir())
    try:
        with pytest.raises(KernelUnavailable):
            start_zygote(None, commands=True)
        assert set(Path(tempfile.gettempdir()).iterdir()) == before
    finally:
        for left in set(Path(tempfile.gettempdir()).iterdir()) - before:
            remove_folder(left)


def test_a_zygote_that_is_just_answering_another_thread_is_alive(running: Zygote) -> None:
    """The supply asks this while other slots fork kernels; who is told `dead` ends all that run."""
    looked, over = [], threading.Event()

    def look() -> None:
        while not over.is_set():
            looked.append(running.is_alive())

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(100):
        forked = running.fork(NO_ORDER)
        os.read(forked.ready, 1000)
        os.close(forked.ready)
        os.close(forked.pidfd)
    over.set()
    looking.join()
    assert all(looked)


# --- whenever one is asked for ---------------------------------------------------------------------------------------


def test_the_same_one_as_long_as_it_lives_and_then_another() -> None:
    supply = ZygoteSupply(None, commands=True)
    first = supply.current()
    assert supply.current() is first
    first.process.kill()
    first.process.wait()
    second = supply.current()
    assert second is not first
    assert not first.folder.exists()
    supply.close()
    assert not second.folder.exists()


def test_a_closed_supply_refuses_and_can_be_closed_again() -> None:
    supply = ZygoteSupply(None, commands=True)
    supply.close()
    supply.close()
    with pytest.raises(GradingStopped):
        supply.current()


@settings(deadline=None)
@given(st.lists(st.integers(-1, 5)))
def test_no_two_running_kernels_have_one_slot_and_slots_stay_small(steps: list[int]) -> None:
    """By the slot a kernel has its user; a negative step takes one, another gives one back."""
    supply, taken = ZygoteSupply(None, commands=True), set[int]()
    for step in steps:
        if step < 0:
            slot = supply.take_slot()
            assert slot not in taken
            assert slot <= len(taken)
            taken.add(slot)
        else:
            supply.give_back(step)
            taken.discard(step)


# --- with submissions running ----------------------------------------------------------------------------------------


def one_cell(source: str) -> Submission:
    return Submission("x", "x", "", (Cell(1, source, None), Cell(2, "x = 1", None)))


def runs_a_cell(runner: KernelRunner, source: str = "x = 1") -> CellStatus:
    execution = runner.run(one_cell(source), ProbePlan((), ()), Limits(cell_seconds=30))
    return execution.cells[0].status


def test_a_zygote_that_dies_is_replaced_and_no_cell_is_blamed(sandbox: Sandbox) -> None:
    seen: list[CellStatus] = []
    with KernelRunner(sandbox) as runner:
        assert runner._maker.supply is not None  # noqa: SLF001 - whose zygote is to die
        first = runner._maker.supply.current()  # noqa: SLF001 - as above
        thread = threading.Thread(target=lambda: seen.append(runs_a_cell(runner, "import time; time.sleep(3)")))
        thread.start()
        eventually(lambda: any(folder.name.startswith("k") for folder in first.folder.iterdir()))
        time.sleep(1)
        first.process.kill()
        thread.join()
        assert seen == [CellStatus.OK]
        assert runner._maker.supply.current() is not first  # noqa: SLF001 - as above


def test_nor_where_it_dies_just_before_a_kernel_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def dying(self: Zygote) -> Path:
        if not killed:
            self.process.kill()
            killed.append(self.process.wait())
        return new_folder(self)

    new_folder = Zygote.new_folder
    monkeypatch.setattr(Zygote, "new_folder", dying)
    with KernelRunner(Sandbox()) as runner:
        assert runs_a_cell(runner) is CellStatus.OK


GRADER = """
import sys, tempfile
from grader.assignment import Limits
from grader.model import *
from grader.runner import KernelRunner
from grader.runner.sandbox import find_sandbox
source = "print('on', flush=True)\\nimport time; time.sleep(600)"
submission = Submission("x", "x", "", (Cell(1, source, None),))
runner = KernelRunner(find_sandbox(sys.argv[1]))
runner.run(submission, ProbePlan((), ()), Limits(cell_seconds=600, submission_seconds=900))
"""


def left_by_a_grader_killed_by(number: signal.Signals, choice: str) -> set[str]:
    """Names in its folder for temporary files when it and all of its processes have ended."""
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        folder = Path(name)
        grader = subprocess.Popen([sys.executable, "-c", GRADER, choice], env=environment(folder))  # noqa: S603 - ours
        eventually(lambda: list(folder.glob("grader-*/k*/home")))
        time.sleep(1)
        processes = family(grader.pid)
        assert len(processes) > 2, "grader, zygote and kernel"
        grader.send_signal(number)
        grader.wait()
        eventually(lambda: not alive(processes))
        eventually(lambda: not list(folder.glob("grader-*")))
        return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("choice", ["auto", "off"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_grader_that_is_killed_leaves_no_process_and_no_folder(choice: str, number: signal.Signals) -> None:
    left = left_by_a_grader_killed_by(number, choice)
    assert [name for name in left if not name.endswith(".json")] == []


@pytest.mark.parametrize("choice", ["auto", "off"])
def test_nor_any_file(choice: str) -> None:
    assert left_by_a_grader_killed_by(signal.SIGKILL, choice) == set()


def test_the_temporary_folder_keeps_its_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        before = Path(name).stat().st_mode
        with KernelRunner(Sandbox()) as runner:
            assert runs_a_cell(runner) is CellStatus.OK
        assert Path(name).stat().st_mode == before


def test_what_a_kernel_started_ends_with_it() -> None:
    """Unsealed, where processes can be made: the zygote finds the orphans."""
    with tempfile.TemporaryDirectory() as name:
        told = Path(name, "pid")
        source = (
            "import subprocess, os\n"
            "child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
            f"open({str(told)!r}, 'w').write(str(child.pid))"
        )
        with KernelRunner(Sandbox()) as runner:
            assert runs_a_cell(runner, source) is CellStatus.OK
            number = int(json.loads(told.read_text()))
            eventually(lambda: not psutil.pid_exists(number))

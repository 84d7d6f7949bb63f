"""Cells with magics and shell commands run to their end in a sealed kernel."""

from __future__ import annotations

import pytest

from grader.model import CellStatus
from tests.runner.kernels import Numbers_of, run, statuses


def runs_to_its_end(source: str, *, sealed: bool = True) -> None:
    """All of the cell runs, and so does the next."""
    execution = run(f"{source}\nx = 1", "y = x + 1", sealed=sealed, y=2)
    assert statuses(execution) == [CellStatus.OK] * 2, execution.cells
    assert execution.variables[0].values == {"y": Numbers_of(2.0)}


@pytest.mark.parametrize(
    "source",
    [
        "!ls",
        "files = !ls\nfor file in files: print(file)",
        "%pip install x",
        "%conda install x",
        "!pip install -q x && echo done",
        "%sx ls",
        "%system ls",
        "!!ls",
        "%ls",
        "get_ipython().system('ls')",
    ],
)
def test_a_shell_command_costs_nothing_of_its_cell(source: str) -> None:
    runs_to_its_end(source)


@pytest.mark.parametrize("magic", ["bash", "sh", "script bash", "system", "!"])
def test_a_cell_that_is_a_script_is_passed_over(magic: str) -> None:
    assert statuses(run(f"%%{magic}\nls", "x = 1")) == [CellStatus.OK] * 2


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize("source", ["%matplotlib qt", "%matplotlib widget", "%matplotlib", "%matplotlib --list"])
def test_figures_are_inline_whatever_is_asked_for(source: str, sealed: bool) -> None:  # noqa: FBT001 - a parameter
    runs_to_its_end(f"{source}\nimport matplotlib\nassert 'inline' in matplotlib.get_backend()", sealed=sealed)


@pytest.mark.parametrize("sealed", [True, False])
def test_leaving_is_not_answered(sealed: bool) -> None:  # noqa: FBT001 - a parameter
    execution = run("quit()", "exit()", "x = 1", sealed=sealed, x=3)
    assert statuses(execution)[2] is CellStatus.OK
    assert execution.variables[0].values == {"x": Numbers_of(1.0)}


def test_unsealed_shell_commands_run() -> None:
    """Only where processes can't be made anyway is anything replaced."""
    execution = run("said = !echo 7\nx = int(said[0])", sealed=False, x=1)
    assert execution.variables[0].values == {"x": Numbers_of(7.0)}


@pytest.mark.parametrize("source", ["%time 1", "%timeit -n1 -r1 1", "%who", "%env A=1", "%load_ext autoreload"])
def test_ordinary_magics_are_as_ever(source: str) -> None:
    runs_to_its_end(source)


def test_the_folder_can_be_changed() -> None:
    runs_to_its_end("import os\nos.mkdir('data')\n%cd data")


def test_what_a_command_gave_can_be_asked_as_ever() -> None:
    runs_to_its_end("files = !ls\nprint(files.n, files.s)")


@pytest.mark.parametrize("magic", ["python3", "python", "perl", "ruby"])
def test_a_script_in_another_language_is_passed_over(magic: str) -> None:
    assert statuses(run(f"%%{magic}\nls", "x = 1")) == [CellStatus.OK] * 2

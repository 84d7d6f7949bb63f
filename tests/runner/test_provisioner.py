"""Our kernels for anybody who knows jupyter_client alone: by the entry point, from plain nbclient."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from grader.runner.provisioner import PROVISIONER, WarmProvisioner
from tests.kernel_side.processes import environment

SPEC = {
    "argv": ["python"],
    "display_name": "x",
    "language": "python",
    "metadata": {"kernel_provisioner": {"provisioner_name": PROVISIONER}},
}
# In a process of its own: what lives as long as the process should end with it.
PLAIN = """
import json, sys, nbformat
from nbclient import NotebookClient
for sources in json.loads(sys.argv[1]):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="sealed", timeout=60, allow_errors=True).execute()
    print(json.dumps([cell.outputs for cell in notebook.cells]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """For temporary files of the process: its path is short, as those of sockets are."""
    with tempfile.TemporaryDirectory(prefix="t-") as name:
        yield Path(name)


def outputs_of(folder: Path, specs: Path, *notebooks: list[str]) -> list[list[Any]]:
    """Each notebook's outputs, cell by cell, run one after the other by nbclient with a kernel spec of ours."""
    kernel = specs / "kernels" / "sealed"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(SPEC))
    ended = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", PLAIN, json.dumps(notebooks)],
        env={**environment(folder), "JUPYTER_PATH": str(specs), "JUPYTER_RUNTIME_DIR": str(specs / "runtime")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_it_is_registered() -> None:
    (ours,) = entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER)
    assert ours.load() is WarmProvisioner


def test_plain_nbclient_executes_notebooks_pictures_and_all(folder: Path, tmp_path: Path) -> None:
    draw = "from matplotlib import pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    notebook = ["print('hello')", draw, "1 + 1", "1 / 0"]
    for said, shown, result, failed in outputs_of(folder, tmp_path, notebook, notebook):
        assert [output["text"] for output in said] == ["hello\n"]
        assert any(output.get("data", {}).get("image/png", "").startswith("iVBOR") for output in shown)
        assert result[0]["data"]["text/plain"] == "2"
        assert failed[0]["ename"] == "ZeroDivisionError"


def test_one_notebook_knows_nothing_of_the_one_before(folder: Path, tmp_path: Path) -> None:
    first = ["x = 1\nopen('left', 'w').close()"]
    second = ["import os\nprint('x' in globals(), 'left' in os.listdir())"]
    _, ((seen,),) = outputs_of(folder, tmp_path, first, second)
    assert seen["text"] == "False False\n"


def test_its_kernels_are_sealed(folder: Path, tmp_path: Path) -> None:
    (((failed,),),) = outputs_of(folder, tmp_path, ["import os\nos.fork()"])
    assert failed["ename"] == "PermissionError"


def test_nothing_is_left_afterwards(folder: Path, tmp_path: Path) -> None:
    outputs_of(folder, tmp_path, ["open('left', 'w').close()"])
    assert list(folder.iterdir()) == []

"""The floor: a bare fork of a warm process runs a notebook's cells. No kernel, no messages, no seal, no probes.

Fair to both sides: the same imports are warm, the same small sheet was run before, the same settings for BLAS; cells
are compiled and run in one namespace, figures are built and closed after each cell as the inline backend does, and
nothing is drawn. Nobody can grade for less than it costs to run the student's code.
"""

from __future__ import annotations

import gc
import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

import matplotlib as mpl

mpl.use("agg")

import numpy as np
from matplotlib import pyplot as plt

_SHEET = """
figure, axes = plt.subplots()
plt.bar(range(3), [1, 2, 3])
plt.xlabel("x"); plt.ylabel("y"); plt.title("t"); plt.legend(["l"])
plt.show()
plt.plot([1, 2, 3], label="l")
plt.figure(figsize=(2, 2))
plt.imshow(np.eye(3))
plt.colorbar()
plt.tight_layout()
plt.show()
print(np.eye(2))
"""


class Floor:
    def __init__(self) -> None:
        plt.show = _close
        self._null = os.open(os.devnull, os.O_RDWR)
        with redirect_stdout(io.StringIO()):
            exec(compile(_SHEET, "<sheet>", "exec"), {"np": np, "plt": plt})  # noqa: S102 - our own few lines
        plt.close("all")
        # As the zygote does: fewer pages are copied for a child.
        gc.collect()
        gc.freeze()

    def run(self, notebook: Path) -> None:
        child = os.fork()
        if child == 0:
            self._run_cells(notebook)
        _, status = os.waitpid(child, 0)
        if status != 0:
            message = f"{notebook}: a cell raised"
            raise RuntimeError(message)

    def _run_cells(self, notebook: Path) -> NoReturn:
        """In the child; never returns."""
        try:
            for standard in range(3):
                os.dup2(self._null, standard)
            namespace: dict[str, Any] = {"__name__": "__main__"}
            for number, source in enumerate(_code_cells(notebook)):
                exec(compile(source, f"<cell {number}>", "exec"), namespace)  # noqa: S102 - that is the work
                _close()
            self.after_cells(namespace)
        except BaseException:  # noqa: BLE001 - the exit status tells
            os._exit(1)
        os._exit(0)

    def after_cells(self, namespace: dict[str, Any]) -> None:
        """What else is done in the fork: nothing."""

    def close(self) -> None:
        os.close(self._null)


def _code_cells(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_bytes())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _close(*_: object, **__: object) -> None:
    """What showing comes to where nothing is drawn."""
    plt.close("all")

"""`python -m grader.kernel_side -f CONNECTION_FILE`: an ipykernel that also answers probes."""

from __future__ import annotations

import ctypes
import random
import signal
import sys

import numpy as np
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from grader.kernel_side.probe import register

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    if sys.platform == "linux":
        # A grader that is killed takes its kernels along; ipykernel's own parent poller needs a free interpreter lock.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    app = IPKernelApp.instance(config=_config())
    app.initialize(sys.argv[1:])
    # `quit()` in a notebook asks the front end to close; the kernel has to go on and answer.
    app.kernel.shell.ask_exit = lambda: None
    # Interactive backends (widget, qt, tk) need what a grading machine lacks, and nobody looks at figures here.
    app.kernel.shell.register_magic_function(_inline, magic_name="matplotlib")
    register(app.kernel)
    # A notebook that draws without a seed gets the same numbers each time that it is graded.
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the global generator is what students use
    app.start()


def _inline(_line: str) -> None:
    shell = IPKernelApp.instance().shell
    if shell is not None:
        shell.enable_matplotlib("inline")


def _config() -> Config:
    config = Config()
    config.HistoryManager.enabled = False
    # Figures are not drawn: nobody looks at them here, and PNGs are most of a notebook's cost.
    config.InlineBackend.figure_formats = set()
    return config


if __name__ == "__main__":
    main()

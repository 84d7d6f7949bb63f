"""`python -m grader.kernel_side -f FILE`: a kernel of its own, unsealed, where nothing warm can be forked."""

from __future__ import annotations

import signal
import sys

from ipykernel.kernelapp import IPKernelApp

from grader.kernel_side import linux
from grader.kernel_side.magics import replace_magics
from grader.kernel_side.probe import register
from grader.kernel_side.warm_shell import kernel_config, reseed


def main() -> None:
    if sys.platform == "linux":
        # A grader that is killed takes its kernels along; ipykernel's own parent poller needs a free interpreter lock.
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    app = IPKernelApp.instance(config=kernel_config())
    app.initialize(sys.argv[1:])
    replace_magics(app.kernel.shell)
    register(app.kernel)
    reseed(0)
    app.start()


if __name__ == "__main__":
    main()

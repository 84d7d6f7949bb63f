"""What a zygote does once so that its kernels needn't: the imports, and IPython's shell, built before any fork."""

from __future__ import annotations

import gc
import random
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.profiledir import ProfileDir
from IPython.core.pylabtools import activate_matplotlib
from IPython.utils.capture import capture_output
from matplotlib_inline.backend_inline import configure_inline_support
from traitlets.config import Config

from grader.kernel_side.magics import replace_magics

_INLINE = "module://matplotlib_inline.backend_inline"


def kernel_config() -> Config:
    """Of shell and backend. Figures are not drawn: PNGs are most of a notebook's cost, and nobody looks at them."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InlineBackend.figure_formats = set()
    config.InteractiveShell.colors = "nocolor"
    config.IPCompleter.use_jedi = False
    return config


def build_shell(folder: Path) -> Any:
    """The shell of all kernels to come, its profile in `folder`; each kernel is a fork and has it for itself."""
    profile = ProfileDir(location=str(folder / "profile"))
    shell: Any = ZMQInteractiveShell.instance(
        config=kernel_config(), profile_dir=profile, compiler_class=XCachingCompiler, user_ns={}
    )
    # Interactive, as in any notebook: a figure that isn't shown is shown, and closed, when its cell ends.
    activate_matplotlib(_INLINE)
    configure_inline_support(shell, _INLINE)
    # pyplot draws all open figures when a cell ends, for windows that there are none of.
    plt.uninstall_repl_displayhook()
    # %cd and the like remember things; on the disk they would be the zygote's, and out of reach.
    shell.db = {}
    replace_magics(shell)
    # ipykernel has each cell transformed to see whether it awaits anything, and IPython once more to run it.
    shell.transform_cell = lru_cache(maxsize=2)(shell.transform_cell)
    _use_once(shell)
    return shell


def freeze() -> None:
    """What is there now is never collected, and so never touched: its pages stay shared between all kernels."""
    gc.collect()
    gc.freeze()


_SHEET = """
import numpy as np
from matplotlib import pyplot as plt
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


def _use_once(shell: Any) -> None:
    """Run a small sheet: much is imported, cached and compiled at the first use only. No trace of it is left."""
    namespace, names = dict(shell.user_ns), dict(shell.user_ns_hidden)
    state = np.random.get_state()  # noqa: NPY002 - the global generator is what students use
    # There is no kernel yet that could send what is shown.
    shell._showtraceback = lambda *_: None  # noqa: SLF001 - ipykernel's hook, taken away again below
    with capture_output():
        ended = shell.run_cell(_SHEET, store_history=True)
        shell.run_cell("1 / 0", store_history=True)
    ended.raise_error()
    del shell._showtraceback  # noqa: SLF001 - as above
    plt.close("all")
    np.random.set_state(state)  # noqa: NPY002 - as above
    shell.user_ns.clear()
    shell.user_ns.update(namespace)
    shell.user_ns_hidden.clear()
    shell.user_ns_hidden.update(names)
    shell.execution_count = 1
    shell.history_manager.reset(new_session=False)


def reseed(number: int) -> None:
    """Start the global generators anew: forks would draw the same numbers, and each grading other ones."""
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002 - the global generator is what students use

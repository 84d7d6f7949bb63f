"""Magics that a sealed kernel answers in its own way, so that a cell that holds one still runs to its end."""

from __future__ import annotations

import sys
from typing import Any

from IPython.utils.text import SList
from matplotlib_inline.config import InlineBackend

_CLOSING = ("", "inline")
_NO_COMMANDS = "Shell commands are not run while grading."
_SCRIPT_MAGICS = ("!", "bash", "perl", "pypy", "python", "python2", "python3", "ruby", "script", "sh", "sx", "system")
_SHELL_MAGICS = ("pip", "conda", "mamba", "micromamba", "uv", "sx", "system")


def replace_magics(shell: Any) -> None:
    """Figures are inline whatever is asked for, and leaving ends nothing."""

    def matplotlib(line: str) -> None:
        shell.enable_matplotlib("inline")
        # Other backends leave figures open at the end of a cell, so that the next cell can go on with them.
        InlineBackend.instance(parent=shell).close_figures = line.strip() in _CLOSING

    def ask_exit() -> None:
        """`quit()` asks the front end to close; the kernel has to go on and answer."""

    # Interactive backends (widget, qt, tk) need what a grading machine lacks.
    shell.register_magic_function(matplotlib, magic_name="matplotlib")
    shell.ask_exit = ask_exit


def replace_shell_commands(shell: Any) -> None:
    """Only where processes can't be made anyway: there `!ls` would raise, and cost the rest of its cell."""

    def say() -> None:
        sys.stdout.write(_NO_COMMANDS + "\n")

    def system(_command: str) -> None:
        say()
        shell.user_ns["_exit_code"] = 0

    def getoutput(_command: str, *_: Any, **__: Any) -> SList:
        say()
        return SList()

    def magic(_line: str, _cell: str | None = None) -> None:
        say()

    shell.system = shell.system_piped = shell.system_raw = system
    shell.getoutput = getoutput
    for name in _SHELL_MAGICS:
        shell.register_magic_function(magic, magic_kind="line", magic_name=name)
    for name in _SCRIPT_MAGICS:
        shell.register_magic_function(magic, magic_kind="cell", magic_name=name)

"""Scripts in a process of their own, since what they put on can't be taken off; and system calls that are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.notebooks import ROOT

# Puts a filter on this process, and all that it starts, which refuses these calls and allows all others.
REFUSE = """
import struct
from grader.kernel_side import linux
from grader.kernel_side.seal import install_filter

def refuse(*numbers):
    code = struct.pack("<HBBI", 0x20, 0, 0, 0)
    for number in numbers:
        code += struct.pack("<HBBI", 0x15, 0, 1, number) + struct.pack("<HBBI", 0x06, 0, 0, 0x50001)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    install_filter((code + struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF0000)).hex())

def refuse_named(*names):
    import platform
    from grader.runner.sandbox.syscall_numbers import NUMBERS
    refuse(*(NUMBERS[platform.machine()][name] for name in names))
"""
LANDLOCK_CALLS = "'landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self'"


def answer_of(script: str, *arguments: str, folder: Path | None = None) -> Any:
    """What the script's `say(value)` said last, as JSON. It fails the test if the script fails."""
    said = "import json, sys\ndef say(value): print(json.dumps(value), flush=True)\n"
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", said + REFUSE + script, *arguments],
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def environment(folder: Path | None) -> dict[str, str]:
    """As this process has it, with its temporary files in `folder`."""
    places = {} if folder is None else {"TMPDIR": str(folder)}
    return {**os.environ, "PYTHONPATH": str(ROOT), **places}

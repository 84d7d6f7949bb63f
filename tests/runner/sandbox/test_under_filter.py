"""The filter in a real process: Linux takes it, computing goes on, and ways out are shut."""

from __future__ import annotations

import json
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.runner.sandbox.bpf import compile_filter
from grader.runner.sandbox.system_calls import rules
from tests.notebooks import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="a filter is for Linux on x86_64 or aarch64",
)

OTHER_ERRORS = {"TIOCSTI": "ENOTTY", "xattr": "ENOTSUP", "no such call": "ENOSYS"}
REFUSED = {
    "fork",
    "subprocess",
    "posix_spawn",
    "exec",
    "kill",
    "socket",
    "socket in an earlier thread",
    "F_SETOWN",
    "O_ASYNC",
    "another's limits",
    "memfd_create",
    "io_uring_setup",
    "seccomp",
}


def sealed(folder: Path, *options: str, covered: bool = False) -> subprocess.CompletedProcess[bytes]:
    program = compile_filter(rules(truncation_is_covered=covered), platform.machine())
    command = [sys.executable, "-m", "tests.runner.sandbox.under_filter", str(folder / "own"), *options]
    return subprocess.run(command, input=program, capture_output=True, cwd=ROOT, check=False, timeout=120)  # noqa: S603


@pytest.mark.parametrize("covered", [True, False])
def test_what_a_sealed_process_can_do(tmp_path: Path, covered: bool) -> None:  # noqa: FBT001
    ended = sealed(tmp_path, covered=covered)
    assert ended.returncode == 0, ended.stderr.decode()
    outcomes = json.loads(ended.stdout)
    errors = {name: outcome for name, outcome in outcomes.items() if outcome != "done"}
    assert errors == dict.fromkeys(REFUSED, "EPERM") | OTHER_ERRORS
    assert len(outcomes) > len(errors) + 10


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is a second table of x86_64")
def test_a_call_by_the_second_table_ends_the_process(tmp_path: Path) -> None:
    assert sealed(tmp_path, "--by-x32").returncode == -signal.SIGSYS

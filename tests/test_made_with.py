"""Which grader it is: nothing that could change a score may leave the word as it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from grader.made_with import grader_digest
from tests.notebooks import ROOT

SCRIPT = """
import sys
sys.path[1:1] = sys.argv[1:]
from grader.made_with import grader_digest
print(grader_digest())
"""


def digest_with(*paths: Path) -> str:
    command = [sys.executable, "-c", SCRIPT, *map(str, paths)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - ours
    return ended.stdout.strip()


def test_it_is_the_same_in_every_process_and_another_with_another_package(tmp_path: Path) -> None:
    assert digest_with() == digest_with() == grader_digest()
    (tmp_path / "torch-2.9.0.dist-info").mkdir()
    assert digest_with(tmp_path) != grader_digest()

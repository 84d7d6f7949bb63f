"""Folders of killed graders go, and nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader.runner.private_folder import make_private_folder, remove_abandoned
from tests.notebooks import ROOT

MAKES_ONE = """
import os, signal, sys
from grader.runner.private_folder import make_private_folder
home = make_private_folder(sys.argv[1])
(home.path / "k0").mkdir()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def abandoned(tmp_path: Path) -> Path:
    """What a grader leaves that is killed."""
    ended = subprocess.run([sys.executable, "-c", MAKES_ONE, str(tmp_path)], cwd=ROOT, check=False)  # noqa: S603 - ours
    assert ended.returncode == -signal.SIGKILL
    (folder,) = tmp_path.iterdir()
    return folder


def test_a_killed_graders_folder_is_removed(abandoned: Path, tmp_path: Path) -> None:
    assert (abandoned / "k0").is_dir()
    remove_abandoned(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_living_graders_folder_is_not(tmp_path: Path) -> None:
    home = make_private_folder(str(tmp_path))
    remove_abandoned(str(tmp_path))
    assert home.path.is_dir()
    assert home.path.stat().st_mode & 0o777 == 0o711
    home.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_graders_folder_is_left_alone(abandoned: Path, tmp_path: Path) -> None:
    """Neither a link, nor another user's, nor one that only has the name."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / ".owner").touch()
    (tmp_path / "grader-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "grader-notes").mkdir()
    if os.getuid() == 0:
        os.chown(abandoned, 12345, 12345)
    remove_abandoned(str(tmp_path))
    assert (tmp_path / "elsewhere" / ".owner").exists()
    assert (tmp_path / "grader-notes").is_dir()
    assert abandoned.exists() == (os.getuid() == 0)

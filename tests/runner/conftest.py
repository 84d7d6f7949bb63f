"""Each test of a runner leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.runner.kernels import shared_runner


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each test no kernel runs and no folder of one is there."""
    del tmp_path  # asked for so that pytest makes it before tempfile looks elsewhere
    shared_runner(sealed=True)
    shared_runner(sealed=False)
    before = set(psutil.Process().children(recursive=True))
    # Short, since the paths of Unix sockets are: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield
        assert {process for process in psutil.Process().children(recursive=True) if _runs(process)} <= before
        assert list(Path(folder).iterdir()) == []


def _runs(process: psutil.Process) -> bool:
    """A zombie has ended; its parent has not looked yet."""
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False

"""Each test of a runner leaves nothing behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each test no kernel runs and no folder of one is there."""
    del tmp_path  # asked for so that pytest makes it before tempfile looks elsewhere
    before = set(psutil.Process().children(recursive=True))
    # Short, since the paths of Unix sockets are: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield
        assert set(psutil.Process().children(recursive=True)) <= before
        assert list(Path(folder).iterdir()) == []

"""A folder that student code filled is removed, whatever is in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from grader.kernel_side.remove_folder import remove_folder


def test_thousands_of_folders_in_each_other(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        inner = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    remove_folder(tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "link").symlink_to(tmp_path / "kept")
    remove_folder(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
    assert (tmp_path / "kept" / "file").exists()


def test_locked_folders_and_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a" / "locked" / "b").mkdir(parents=True)
    (tmp_path / "a" / "locked").chmod(0)
    remove_folder(tmp_path / "a")
    remove_folder(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_what_cannot_be_removed_stays_and_nobody_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    for name in ("rename", "rmdir", "unlink"):
        monkeypatch.setattr(Path, name, refused)
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    remove_folder(tmp_path / "a")
    assert (tmp_path / "a" / "b").exists()

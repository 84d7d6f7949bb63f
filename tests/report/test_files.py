"""Where reports go, and that a reader never sees half a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.files import report_folder, write_atomically

ROOT = Path("results")


@given(st.text(max_size=300))
def test_a_folder_is_always_below_reports_and_can_be_made(submission_id: str) -> None:
    folder = report_folder(ROOT, submission_id.encode("utf-8", "replace").decode())
    assert folder.parts[:2] == ("results", "reports")
    for name in folder.parts[2:]:
        assert name not in {"", ".", "..", "report.json", "run.json"}
        assert len(name.encode()) < 200
        assert not set(name) & set('<>:"|?*\\/\x00')


@given(st.lists(st.text(st.sampled_from('aA:?*. _"/'), min_size=1, max_size=4), min_size=2, max_size=6, unique=True))
def test_different_ids_never_share_a_folder(ids: list[str]) -> None:
    kept = [one for one in ids if all(one.split("/"))]
    assert len({report_folder(ROOT, one) for one in kept}) == len(kept)


def test_plain_names_stay_as_they_are() -> None:
    assert report_folder(ROOT, "alice müller/sheet 🙂") == ROOT / "reports" / "alice müller" / "sheet 🙂"


def test_a_write_replaces_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.json"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert [one.name for one in path.parent.iterdir()] == ["file.json"]


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file.json"
    write_atomically(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file.json"]

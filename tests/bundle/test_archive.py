"""A bundle's bytes depend on its contents alone, and its scripts can be run where it is unpacked."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

from grader.bundle.archive import zip_archive

_FILES = {"b/run": b"#!/bin/sh\necho ran\n", "a.txt": b"a" * 1000}


def test_the_same_files_in_another_order_give_the_same_bytes() -> None:
    turned = dict(reversed(_FILES.items()))
    assert zip_archive(_FILES, ["b/run"]) == zip_archive(turned, ["b/run"])


def test_names_and_contents_come_out_again_and_no_date_is_told() -> None:
    with zipfile.ZipFile(io.BytesIO(zip_archive(_FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == _FILES
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_unpacks_it_makes_scripts_executable_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(zip_archive(_FILES, ["b/run"]))
    subprocess.run(["unzip", "-q", "bundle.zip"], cwd=tmp_path, check=True)  # noqa: S607 - the tool that everybody has
    ran = subprocess.run([tmp_path / "b" / "run"], capture_output=True, check=True, text=True)  # noqa: S603 - ours
    assert ran.stdout == "ran\n"
    assert not (tmp_path / "a.txt").stat().st_mode & 0o111

"""Bundles as whoever gets them sees them."""

from __future__ import annotations

import functools
import io
import subprocess
import zipfile
from pathlib import Path

from grader.bundle import Platform, make_bundle
from tests.notebooks import ROOT


@functools.cache
def bundle(platform: Platform, course: Path = ROOT, assignment_id: str = "attention") -> bytes:
    """Made once: the tests only look at it."""
    return make_bundle(platform, course, assignment_id)


def files_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def unzip(content: bytes, folder: Path) -> None:
    """With the permissions that the zip asks for, as the platforms do."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder.parent / f"{folder.name}.zip"
    archive.write_bytes(content)
    subprocess.run(["unzip", "-q", "-o", archive, "-d", folder], check=True)  # noqa: S603, S607 - the tool that everybody has
    archive.unlink()


def is_valid_bash(script: bytes) -> bool:
    return subprocess.run(["bash", "-n"], input=script, check=False).returncode == 0  # noqa: S607 - found as anywhere

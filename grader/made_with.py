"""Which grader it is, as one word: two graders that could give different reports never have the same."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from grader.version import __version__


@cache
def grader_digest() -> str:
    """SHA-256 over version, code, Python, and all installed packages: notebooks may import any of them."""
    digest = hashlib.sha256(f"{__version__} {platform.python_implementation()} {sys.version_info[:3]}".encode())
    for part in (*sorted(_sources()), *sorted(_installed())):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _sources() -> Iterator[bytes]:
    """The package's own code: while it is worked on, the version stays as it is."""
    home = Path(__file__).parent
    for path in home.rglob("*.py"):
        yield path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes()


def _installed() -> Iterator[bytes]:
    """By the names of their folders, which hold name and version: reading a hundred files would take longer."""
    for place in map(Path, sys.path):
        yield from (path.name.encode() for path in place.glob("*.dist-info"))

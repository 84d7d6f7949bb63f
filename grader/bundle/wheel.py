"""This very grader as a wheel, so that a platform grades with what the instructor has tried out.

Made of what is installed: the package's folder, and the metadata that its installer left. So it comes out the same from
an ordinary install as from an editable one, and needs neither a build backend nor a network. The format is in
https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

import grader
from grader.bundle.archive import zip_archive
from grader.errors import InternalError, UsageError
from grader.version import __version__

PROJECT = "neural-computation-grader"
_TAG = "py3-none-any"
_MEND = "Install it again: pip install -e ."
# As pyproject.toml's shared-data: the kernel that Jupyter finds by this name.
_KERNEL = "data/share/jupyter/kernels/sealed-python/kernel.json"


def own_wheel() -> tuple[str, bytes]:
    """(file name, content); the same bytes for the same installation.

    Raises UsageError where what is installed and what its metadata say are not of one version.
    """
    installed = installed_distribution()
    stem = f"{re.sub('[-_.]+', '_', PROJECT)}-{installed.version}"
    info = f"{stem}.dist-info"
    files = {f"grader/{name}": content for name, content in _package(Path(grader.__file__).parent)}
    files[f"{stem}.data/{_KERNEL}"] = files["grader/runner/kernel.json"]
    files.update({f"{info}/{name}": content for name, content in _metadata(installed)})
    files[f"{info}/RECORD"] = _record(files, f"{info}/RECORD")
    return f"{stem}-{_TAG}.whl", zip_archive(files)


def installed_distribution() -> Distribution:
    """What the installer has noted of this grader. Raises UsageError where that isn't of the code that runs.

    An editable install's metadata stay as they were when it was made, whatever its pyproject.toml has come to say.
    """
    try:
        installed = distribution(PROJECT)
    except PackageNotFoundError as error:
        message = f"The package {PROJECT} is not installed, only its code is there. {_MEND}"
        raise UsageError(message) from error
    own = {Requirement(line) for line in installed.requires or () if "extra ==" not in line}
    if installed.version != __version__ or own != (_dependencies_in_source() or own):
        message = f"The grader was installed as {installed.version}, and has changed since. {_MEND}"
        raise UsageError(message)
    return installed


def _dependencies_in_source() -> set[Requirement]:
    """What the pyproject.toml beside the package says; empty where there is none, in an ordinary install."""
    path = Path(grader.__file__).parent.parent / "pyproject.toml"
    if not path.is_file():
        return set()
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    return {Requirement(line) for line in project.get("dependencies", ())} if project.get("name") == PROJECT else set()


def _package(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All files of the package but caches, and what editors leave."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in parts):
            yield "/".join(parts), path.read_bytes()


def _metadata(installed: Distribution) -> Iterator[tuple[str, bytes]]:
    yield "METADATA", _noted(installed, "METADATA").encode()
    yield "entry_points.txt", _noted(installed, "entry_points.txt").encode()
    yield "WHEEL", f"Wheel-Version: 1.0\nGenerator: grader {__version__}\nRoot-Is-Purelib: true\nTag: {_TAG}\n".encode()
    for name in installed.metadata.get_all("License-File") or ():
        yield f"licenses/{name}", _noted(installed, f"licenses/{name}").encode()


def _noted(installed: Distribution, name: str) -> str:
    text = installed.read_text(name)
    if text is None:
        message = f"{PROJECT} is installed without {name}: no wheel can be made of it. Install it again."
        raise InternalError(message)
    return text


def _record(files: Mapping[str, bytes], own_name: str) -> bytes:
    """A line a file: path, SHA-256, size; the record itself has neither."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name in sorted(files):
        digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
        writer.writerow([name, f"sha256={digest}", len(files[name])])
    writer.writerow([own_name, "", ""])
    return text.getvalue().encode()

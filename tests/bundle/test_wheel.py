"""The wheel that bundles carry is one that pip installs, and that is this very grader."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import grader
from grader.bundle import wheel
from grader.bundle.wheel import PROJECT, own_wheel
from grader.errors import UsageError
from grader.version import __version__

_INFO = f"neural_computation_grader-{__version__}.dist-info"


@pytest.fixture(scope="module")
def built() -> tuple[str, bytes]:
    return own_wheel()


def test_two_wheels_have_the_same_bytes(built: tuple[str, bytes]) -> None:
    assert own_wheel() == built


def test_the_record_names_every_file_with_its_digest(built: tuple[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(built[1])) as archive:
        record = {row[0]: row[1:] for row in csv.reader(archive.read(f"{_INFO}/RECORD").decode().splitlines())}
        assert set(record) == set(archive.namelist())
        assert record.pop(f"{_INFO}/RECORD") == ["", ""]
        for name, (digest, size) in record.items():
            content = archive.read(name)
            sha256 = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={sha256}", str(len(content)))


def test_it_holds_the_whole_package_and_no_cache(built: tuple[str, bytes]) -> None:
    folder = Path(grader.__file__).parent
    sources = {path.relative_to(folder.parent).as_posix() for path in folder.rglob("*.py")}
    with zipfile.ZipFile(io.BytesIO(built[1])) as archive:
        names = set(archive.namelist())
    assert sources <= names
    assert {"grader/bundle/templates/gradescope/setup.sh", "grader/report/report.schema.json"} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_pip_installs_it_and_it_runs(built: tuple[str, bytes], tmp_path: Path) -> None:
    """Beside the packages that are here already: nothing is downloaded."""
    (tmp_path / built[0]).write_bytes(built[1])
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)  # noqa: S603 - ours
    pip = [sys.executable, "-m", "pip", "--python", str(environment / "bin" / "python"), "install"]
    options = ["--no-deps", "--no-index", str(tmp_path / built[0])]
    subprocess.run([*pip, *options], check=True, capture_output=True)  # noqa: S603 - ours
    (library,) = environment.glob("lib/python*/site-packages")
    others = library / "others.pth"
    # A .pth file would also start the editable install that is tested here; a path alone doesn't.
    others.write_text(f"import sys; sys.path.append({sysconfig.get_path('purelib')!r})\n", encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str | Path) -> str:
        ended = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, env=variables)  # noqa: S603 - ours
        return ended.stdout.strip()

    assert run(environment / "bin" / "grader", "--version") == f"grader {__version__}"
    where = run(environment / "bin" / "python", "-c", "import grader; print(grader.__file__)")
    assert Path(where).is_relative_to(environment)
    assert (environment / "share/jupyter/kernels/sealed-python/kernel.json").is_file()
    provisioners = "import importlib.metadata as m; print([e.name for e in m.distribution('%s').entry_points])"
    assert PROJECT in run(environment / "bin" / "python", "-c", provisioners % PROJECT)


def test_an_installation_that_the_code_has_left_behind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel that lacks a dependency would fail on the platform, months later."""
    monkeypatch.setattr(wheel, "_dependencies_in_source", lambda: {Requirement("something-new")})
    with pytest.raises(UsageError, match=r"has changed since\. Install it again"):
        own_wheel()


def test_code_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheel, "PROJECT", "neural-computation-grader-elsewhere")
    with pytest.raises(UsageError, match="is not installed"):
        own_wheel()


def test_its_metadata_are_the_installed_ones(built: tuple[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(built[1])) as archive:
        assert archive.read(f"{_INFO}/METADATA").decode() == distribution(PROJECT).read_text("METADATA")
        assert b"Root-Is-Purelib: true" in archive.read(f"{_INFO}/WHEEL")
        assert f"{_INFO}/licenses/LICENSE" in archive.namelist()

"""Gradescope's two scripts stand where it looks for them, and the one that builds finds itself a Python."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.bundle import Platform
from tests.bundle.unpacked import bundle, files_of, unzip


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_scripts_are_at_the_root_and_executable(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle(Platform.GRADESCOPE))) as archive:
        assert archive.getinfo(name).external_attr >> 16 & 0o777 == 0o755
        content = archive.read(name)
    assert content.startswith(b"#!/usr/bin/env bash\n")
    assert b"set -euo pipefail" in content
    assert b"\r" not in content


def test_the_instructor_is_told_the_points_and_to_keep_the_zip() -> None:
    readme = files_of(bundle(Platform.GRADESCOPE))["README.md"].decode()
    assert "*Autograder points* to 100" in readme
    assert "give it to nobody" in readme


# --- setup.sh, where there is no Python that will do -----------------------------------------------------------------

_TOOLS = ("bash", "env", "cat", "id", "chmod", "chown", "mkdir", "cp")
# A Python of the script's own: says which version it is, makes environments that hold itself, and installs nothing.
_STUB = """#!/bin/bash
echo "$0 $*" >>"$LOG"
case "$*" in
  *sys.version_info*) exit {usable} ;;
  --version) echo "Python {version}" ;;
  "-m venv --clear "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
esac
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A machine of a few tools and no Python, at which setup.sh is run."""
    unzip(bundle(Platform.GRADESCOPE), tmp_path / "root" / "source")
    (tmp_path / "bin").mkdir()
    for tool in _TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    return tmp_path


def _put(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    (folder / name).chmod(0o755)


def _apt(bare: Path, *versions: str) -> None:
    """An apt-get that knows these versions of Python."""
    _put(bare / "python", "stub", _STUB.format(usable=0, version="3.x"))
    known = " | ".join(f"*python{version}-venv" for version in versions) or "nothing"
    text = f"""#!/bin/bash
echo "apt-get $*" >>"$LOG"
case "$*" in
  {known}) cp "{bare}/python/stub" "{bare}/bin/${{@: -2:1}}" ;;
  install*python*) exit 100 ;;
esac
"""
    _put(bare / "bin", "apt-get", text)


def _set_up(bare: Path, **variables: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    (bare / "python").mkdir(exist_ok=True)
    log = bare / "log"
    log.touch()
    environment = {"PATH": str(bare / "bin"), "LOG": str(log), "GRADER_ROOT": str(bare / "root"), **variables}
    script = [bare / "bin" / "bash", bare / "root" / "source" / "setup.sh"]
    ended = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return ended, log.read_text(encoding="utf-8").splitlines()


def test_a_python_that_is_there_is_taken_the_newest_first(bare: Path) -> None:
    _put(bare / "bin", "python3", _STUB.format(usable=1, version="3.10"))
    _put(bare / "bin", "python3.11", _STUB.format(usable=0, version="3.11"))
    _put(bare / "bin", "python3.13", _STUB.format(usable=0, version="3.13"))
    ended, log = _set_up(bare)
    assert ended.returncode == 0, ended.stderr
    assert "The grader runs on Python 3.13" in ended.stdout
    assert f"-r {bare}/root/source/requirements.txt" in next(line for line in log if " -m pip install" in line)
    assert not [line for line in log if line.startswith("apt-get")]


def test_on_ubuntu_24_04_its_own_python_gets_what_makes_environments(bare: Path) -> None:
    (bare / "python").mkdir()
    _apt(bare, "3.12")
    ended, log = _set_up(bare)
    assert ended.returncode == 0, ended.stderr
    assert "apt-get install -y --no-install-recommends python3.12 python3.12-venv" in log


def test_on_ubuntu_22_04_the_ppa_comes_before_a_release_candidate(bare: Path) -> None:
    (bare / "python").mkdir()
    _apt(bare, "3.11")
    _put(bare / "bin", "add-apt-repository", '#!/bin/bash\necho "add-apt-repository $*" >>"$LOG"\nexit 1\n')
    ended, log = _set_up(bare)
    assert ended.returncode == 0, ended.stderr
    asked = [line.split()[-1] for line in log if line.startswith(("apt-get install", "add-apt"))]
    assert asked == ["python3.12-venv", "ppa:deadsnakes/ppa", "python3.11-venv"]


def test_without_any_way_to_python_the_build_fails_and_says_the_mend(bare: Path) -> None:
    ended, _ = _set_up(bare)
    assert ended.returncode == 1
    assert "Choose one of Gradescope's Ubuntu base images" in ended.stderr


def test_a_python_that_was_asked_for_and_won_t_do_is_not_replaced(bare: Path) -> None:
    _put(bare / "bin", "mine", _STUB.format(usable=1, version="3.9"))
    _put(bare / "bin", "python3.12", _STUB.format(usable=0, version="3.12"))
    ended, _ = _set_up(bare, GRADER_PYTHON="mine")
    assert ended.returncode == 1
    assert "mine is no Python of 3.11 or newer" in ended.stderr

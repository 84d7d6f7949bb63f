"""A disk that is full or can't be written, for real: said clearly, nothing half, and the same command goes on later."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.report.json_report import decode_report
from tests.notebooks import ROOT, filled_sheet

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0 or shutil.which("unshare") is None,
    reason="a small disk of its own needs Linux, root, and unshare",
)

# A private mount namespace: the disk is gone when the last command has ended.
SCRIPT = """
set -u
mount -t tmpfs -o size=$SIZE,mode=755 tmpfs "$DISK" || exit 99
"$PYTHON" -m grader grade "$CLASS" -o "$DISK/out" -j 1 >"$LOGS/first" 2>&1
echo $? >"$LOGS/first.code"
cp -r "$DISK/out" "$LOGS/full" 2>/dev/null
mount -o remount,size=32m tmpfs "$DISK"
"$PYTHON" -m grader grade "$CLASS" -o "$DISK/out" -j 1 >"$LOGS/second" 2>&1
echo $? >"$LOGS/second.code"
cp -r "$DISK/out" "$LOGS/out"
mount -o remount,ro tmpfs "$DISK"
"$PYTHON" -m grader grade "$CLASS" -o "$DISK/elsewhere" -j 1 >"$LOGS/third" 2>&1
echo $? >"$LOGS/third.code"
"""


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A batch on a disk with room for some of its reports, again with more room, and on one that is read-only."""
    for name in ("in", "disk", "logs"):
        (tmp_path / name).mkdir()
    for number in range(8):
        (tmp_path / "in" / f"student {number}.ipynb").write_bytes(filled_sheet())
    environment = {
        **os.environ,
        "SIZE": "100k",
        "DISK": str(tmp_path / "disk"),
        "LOGS": str(tmp_path / "logs"),
        "CLASS": str(tmp_path / "in"),
        "PYTHON": sys.executable,
    }
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", SCRIPT]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=120)  # noqa: S603 - fixed words
    return tmp_path / "logs"


def test_a_full_disk_is_said_and_the_rest_comes_when_there_is_room(logs: Path) -> None:
    first = (logs / "first").read_text(encoding="utf-8")
    assert (logs / "first.code").read_text().strip() == "2", first
    assert "can't be written: No space left on device. Make room" in first
    assert "Traceback" not in first
    whole = [decode_report(path.read_bytes()) for path in (logs / "full").rglob("report.json")]
    assert 0 < len(whole) < 8, "some fit, others didn't, and none is half"
    assert not list((logs / "full").rglob("*.part"))

    second = (logs / "second").read_text(encoding="utf-8")
    assert (logs / "second.code").read_text().strip() == "0", second
    assert f"{len(whole)} are finished already and kept" in second
    rows = json.loads((logs / "out" / "scores.json").read_bytes())["submissions"]
    assert [row["status"] for row in rows] == ["graded"] * 8

    third = (logs / "third").read_text(encoding="utf-8")
    assert (logs / "third.code").read_text().strip() == "2", third
    assert "can't be written: Read-only file system" in third

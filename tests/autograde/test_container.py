"""The limits that a platform sets are seen from inside, by either version of control groups, however it is mounted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.autograde.container import Container, read_container

MEBI = 2**20


def _seen(folder: Path, groups: str, files: Mapping[str, str]) -> Container:
    (folder / "cgroup").write_text(groups, encoding="utf-8")
    for name, content in files.items():
        (folder / "mounted" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "mounted" / name).write_text(content, encoding="ascii")
    return read_container(folder / "cgroup", folder / "mounted")


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        pytest.param(
            "0::/\n",
            {"memory.max": "805306368\n", "cpu.max": "50000 100000\n"},
            Container(768 * MEBI, 0.5),
            id="version 2, in a namespace of its own",
        ),
        pytest.param(
            "0::/system/job\n",
            {"system/job/memory.max": "max\n", "system/memory.max": str(512 * MEBI), "memory.max": "max"},
            Container(512 * MEBI, None),
            id="version 2, a group above is the tight one",
        ),
        pytest.param(
            "9:name=systemd:/\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n",
            {
                "memory/memory.limit_in_bytes": "805306368",
                "cpu/cpu.cfs_quota_us": "50000",
                "cpu/cpu.cfs_period_us": "100000",
            },
            Container(768 * MEBI, 0.5),
            id="version 1, named as on the host, mounted as the outermost",
        ),
        pytest.param(
            "4:memory:/x\n1:cpu:/x\n0::/\n",
            {
                "memory/x/memory.limit_in_bytes": "9223372036854771712",
                "memory/memory.limit_in_bytes": "9223372036854771712",
                "cpu/x/cpu.cfs_quota_us": "-1",
                "cpu/x/cpu.cfs_period_us": "100000",
            },
            Container(None, None),
            id="version 1 without limits",
        ),
        pytest.param("0::/\n", {"memory.max": "many", "cpu.max": ""}, Container(), id="what isn't a number"),
        pytest.param("no groups at all", {}, Container(), id="another form"),
        pytest.param("0::/../../x\n", {"cpu.max": "max 100000"}, Container(), id="a group outside of what is mounted"),
    ],
)
def test_limits(groups: str, files: Mapping[str, str], expected: Container, tmp_path: Path) -> None:
    assert _seen(tmp_path, groups, files) == expected


def test_without_control_groups_there_is_no_limit(tmp_path: Path) -> None:
    assert read_container(tmp_path / "none", tmp_path) == Container()


def test_this_machine_can_be_asked() -> None:
    here = read_container()
    assert here.memory_bytes is None or here.memory_bytes > 0
    assert here.cores is None or here.cores > 0

"""The benchmark runs, and says all that it should; how fast anything is, no test can tell on a busy machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.benchmarks import diagnosis
from tests.benchmarks.__main__ import main

if sys.platform != "linux":
    pytest.skip("CPU and memory are read from /proc", allow_module_level=True)


def test_it_prints_every_ratio(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["-n", "1", "--flat", "3", "--json", str(tmp_path / "numbers.json")])
    printed = capfd.readouterr().out
    for kind in ("CPU", "wall"):
        for name in ("grader", "grader, cells only"):
            for other in ("floor", "nbclient"):
                start = f"{kind}: {name} = "
                assert any(line.startswith(start) and line.endswith(other) for line in printed.splitlines())
    assert "figures, described and judged: " in printed
    assert "2 slots = " in printed
    assert "after 3 submissions: " in printed
    numbers = json.loads((tmp_path / "numbers.json").read_bytes())
    for one in numbers["contenders"].values():
        assert len(one["each"]["cpu_seconds"]) == 1
        assert min(one["cpu_seconds"], one["wall_seconds"], one["peak_bytes"]) > 0


def test_a_peer_that_is_not_installed_is_skipped_with_the_reason(tmp_path: Path) -> None:
    from tests.benchmarks.rounds import workers  # noqa: PLC0415 - here alone

    with workers({"nbgrader": sys.executable, "floor": sys.executable}, tmp_path) as (able, skipped):
        assert "floor" in able
        assert set(able) | set(skipped) == {"nbgrader", "floor"}
        assert all("not installed" in reason for reason in skipped.values())


def test_what_the_diagnosis_costs_is_said_for_each_kind(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {kind: names[:1] for kind, names in diagnosis.KINDS.items()}
    monkeypatch.setattr(diagnosis, "KINDS", kinds)
    diagnosis.main(["-n", "1"])
    printed = capfd.readouterr().out
    assert all(kind in printed for kind in kinds)
    assert "The first time, with the making of the indices: " in printed

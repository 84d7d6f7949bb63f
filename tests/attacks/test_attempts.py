"""Every attempt succeeds without a seal, and does no harm with one: as root and as a user, with namespaces and without.

Each mode is one process that tries them all (see run_attempts), beside honest notebooks; three modes run at a time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeAlias

import pytest

from tests.attacks.attempts import ATTEMPTS
from tests.notebooks import ROOT

Report: TypeAlias = Mapping[str, Any]

_ORDINARY_USER = 12345
_LATEST_SECONDS = 900
_AS_ROOT = ("root", "root_without_namespaces")
_MODES = {
    "off": ("--sandbox", "off"),
    "root": ("--sandbox", "required"),
    "root_without_namespaces": ("--sandbox", "auto", "--without-namespaces"),
    "user": ("--sandbox", "required"),
    "user_without_namespaces": ("--sandbox", "auto", "--without-namespaces"),
}
_SEALED = [mode for mode in _MODES if mode != "off"]
_IS_ROOT = sys.platform == "linux" and os.geteuid() == 0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can seal kernels")


@pytest.fixture(scope="session")
def reports() -> Iterator[Mapping[str, Future[Report]]]:
    """What came of all attempts in each mode, as soon as it is known."""
    possible = [mode for mode in _MODES if _IS_ROOT or mode not in _AS_ROOT]
    with ThreadPoolExecutor(3) as pool:
        yield {mode: pool.submit(_run, mode) for mode in possible}


def _run(mode: str) -> Report:
    user = ("--user", str(_ORDINARY_USER)) if _IS_ROOT and mode.startswith("user") else ()
    command = [sys.executable, "-m", "tests.attacks.run_attempts", *_MODES[mode], *user]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_LATEST_SECONDS, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr[-3000:]
    report: Report = json.loads(done.stdout.splitlines()[-1])
    return report


def _report(reports: Mapping[str, Future[Report]], mode: str) -> Report:
    if mode not in reports:
        pytest.skip("only root can try this as root")
    return reports[mode].result()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_without_a_seal_it_succeeds(name: str, reports: Mapping[str, Future[Report]]) -> None:
    """Else a seal that stops nothing would pass the tests below."""
    attempt, report = ATTEMPTS[name], _report(reports, "off")
    told = report["attempts"][name]
    if attempt.needs_root and report["user"] != 0:
        pytest.skip("only root can do this")
    if attempt.may_lack and not told["bites"]:
        pytest.skip(attempt.may_lack)
    assert told["bites"], told


def test_at_least_forty_attempts_succeed_without_a_seal(reports: Mapping[str, Future[Report]]) -> None:
    told = _report(reports, "off")["attempts"].values()
    assert sum(one["bites"] for one in told) >= 40


@pytest.mark.parametrize("mode", _SEALED)
@pytest.mark.parametrize("name", ATTEMPTS)
def test_with_a_seal_it_does_no_harm(name: str, mode: str, reports: Mapping[str, Future[Report]]) -> None:
    told = _report(reports, mode)["attempts"][name]
    assert not told["harm"], told
    # These are of the round: whichever of the attempts that ran side by side did it.
    assert told["neighbour_ok"], told["round"]
    assert told["files_as_before"], (told["round"], told["changed"])
    assert not told["left_running"], (told["round"], told["left_running"])
    assert not told["folders"], (told["round"], told["folders"])


@pytest.mark.parametrize("mode", _MODES)
def test_nothing_is_left_at_the_end(mode: str, reports: Mapping[str, Future[Report]]) -> None:
    assert _report(reports, mode)["after_close"] == {"running": [], "folders": []}


@pytest.mark.parametrize("mode", _SEALED)
def test_a_mode_is_what_it_says(mode: str, reports: Mapping[str, Future[Report]]) -> None:
    report = _report(reports, mode)
    assert (report["user"] == 0) == mode.startswith("root")
    assert "landlock" in report["layers"] or "namespaces" in report["layers"]
    if mode.endswith("without_namespaces"):
        assert "namespaces" not in report["layers"]

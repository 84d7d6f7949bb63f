"""Limits on a platform: right work has the time that a slow machine takes, and the platform never ends us first."""

from __future__ import annotations

import pytest

from grader.assignment import Limits
from grader.autograde.container import Container
from grader.autograde.fitted_limits import LEAST_MEMORY, MEBI, OWN_MEMORY, OWN_SECONDS, fitted_limits
from grader.autograde.platforms import TERMS, Platform
from grader.errors import UsageError

GRADESCOPE = TERMS[Platform.GRADESCOPE]


def _fitted(limits: Limits, container: Container, timeout_seconds: float = 600, slowness: float = 1) -> Limits:
    return fitted_limits(limits, container, timeout_seconds=timeout_seconds, slowness=slowness)


def test_half_a_processor_gets_twice_the_time() -> None:
    fitted = _fitted(Limits(), Container(cores=0.5))
    assert (fitted.cell_seconds, fitted.call_seconds, fitted.submission_seconds) == (60, 10, 240)


def test_several_processors_get_no_less_time() -> None:
    assert _fitted(Limits(), Container(cores=8)) == Limits()


def test_gradescopes_half_processor_counts_where_no_quota_is_seen() -> None:
    fitted = _fitted(Limits(), Container(), GRADESCOPE.timeout_seconds, GRADESCOPE.slowness)
    assert fitted.submission_seconds == 240


@pytest.mark.parametrize("seconds", [30, 120, 5000])
@pytest.mark.parametrize("timeout_seconds", [150, 600, 2400])
def test_two_runs_and_all_else_are_over_before_the_platform_loses_patience(
    seconds: float, timeout_seconds: float
) -> None:
    limits = Limits(cell_seconds=seconds, call_seconds=seconds, submission_seconds=seconds)
    fitted = _fitted(limits, Container(cores=0.25), timeout_seconds)
    assert 2 * fitted.submission_seconds + OWN_SECONDS <= timeout_seconds
    assert max(fitted.cell_seconds, fitted.call_seconds) <= fitted.submission_seconds


def test_too_little_time_is_said_with_how_much_it_takes() -> None:
    with pytest.raises(UsageError, match=r"30 s are too short .* wait 120 s"):
        _fitted(Limits(), Container(), 30)


def test_memory_is_what_the_container_leaves() -> None:
    assert _fitted(Limits(), Container(768 * MEBI)).memory_bytes == 768 * MEBI - OWN_MEMORY
    assert _fitted(Limits(memory_bytes=100 * MEBI), Container(768 * MEBI)).memory_bytes == 100 * MEBI
    assert _fitted(Limits(), Container(None)).memory_bytes == Limits().memory_bytes


def test_a_container_without_room_is_refused_before_a_student_is_blamed() -> None:
    with pytest.raises(UsageError, match="has 400 MiB of memory, and grading needs 448"):
        _fitted(Limits(), Container(400 * MEBI))
    assert _fitted(Limits(), Container(OWN_MEMORY + LEAST_MEMORY)).memory_bytes == LEAST_MEMORY


def test_what_the_platform_doesn_t_touch_stays() -> None:
    limits = Limits(output_bytes=7, disk_bytes=8 * MEBI, notebook_bytes=9, cells=10)
    fitted = _fitted(limits, Container(768 * MEBI, 0.5))
    assert (fitted.output_bytes, fitted.disk_bytes, fitted.notebook_bytes, fitted.cells) == (7, 8 * MEBI, 9, 10)

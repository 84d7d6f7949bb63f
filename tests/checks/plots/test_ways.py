"""Plots of real notebooks, drawn by real kernels: right ones in many ways, wrong ones, and those of wrong functions."""

from __future__ import annotations

import re

import pytest

from grader.score_report import ScoreReport
from tests.checks.plots.conftest import GradeCells
from tests.checks.plots.faults import FAULTS, STUB, Fault
from tests.checks.plots.right_heatmaps import HEATMAP_WAYS
from tests.checks.plots.right_rows import ROW_WAYS
from tests.checks.plots.right_ways import WHOLE_WAYS, WORDED_WAYS
from tests.checks.plots.ways import FULL, Cells, both_heatmaps, every_row, judged
from tests.checks.plots.wrong_ways import ELSEWHERE, WRONG_WAYS, Wrong
from tests.notebooks import RIGHT


def not_full(report: ScoreReport) -> dict[str, object]:
    """What is lost, with what was said of it."""
    return {place: one for place, one in judged(report).items() if one.score != FULL[place]}


@pytest.mark.parametrize("cells", [pytest.param(every_row(code), id=name) for name, code in ROW_WAYS.items()])
def test_rows_drawn_right_are_full(cells: Cells, grade_cells: GradeCells) -> None:
    """Protects all who draw bars in another way than the reference would."""
    assert not_full(grade_cells(cells)) == {}


@pytest.mark.parametrize("cells", [pytest.param(both_heatmaps(code), id=name) for name, code in HEATMAP_WAYS.items()])
def test_heatmaps_drawn_right_are_full(cells: Cells, grade_cells: GradeCells) -> None:
    """Protects all who draw a heatmap, or its colour bar, in another way than the reference would."""
    assert not_full(grade_cells(cells)) == {}


@pytest.mark.parametrize("cells", [pytest.param(cells, id=name) for name, cells in WORDED_WAYS.items()])
def test_labels_in_any_wording_are_full(cells: Cells, grade_cells: GradeCells) -> None:
    """Protects those who name their axes in German, in letters, or in words of their own."""
    assert not_full(grade_cells(cells)) == {}


@pytest.mark.parametrize("cells", [pytest.param(cells, id=name) for name, cells in WHOLE_WAYS.items()])
def test_plots_drawn_anywhere_in_the_exercise_are_full(cells: Cells, grade_cells: GradeCells) -> None:
    """Protects those who use cells, backends, figures and helpers otherwise than the sheet has them."""
    assert not_full(grade_cells(cells)) == {}


@pytest.mark.parametrize("wrong", [pytest.param(wrong, id=name) for name, wrong in WRONG_WAYS.items()])
def test_what_is_wrong_costs_its_own_criterion_and_is_named(wrong: Wrong, grade_cells: GradeCells) -> None:
    """Guards that a wrong plot isn't full, that nothing else pays for it, and that the student learns what is wrong."""
    lost = _lost_as_expected(wrong, grade_cells(wrong.cells))
    assert all(lost.values()), "each says why"
    said = "\n".join(lost.values())
    assert [pattern for pattern in wrong.said if not re.search(pattern, said, re.IGNORECASE)] == [], said


@pytest.mark.parametrize("wrong", [pytest.param(wrong, id=name) for name, wrong in ELSEWHERE.items()])
def test_a_plot_under_another_heading_is_half(wrong: Wrong, grade_cells: GradeCells) -> None:
    """Protects those who drew the right plot in the wrong place from losing all of it."""
    report = grade_cells({name: source.format_map(RIGHT) for name, source in wrong.cells.items()})
    assert "plot_elsewhere" in [remark.id for remark in report.remarks]
    _lost_as_expected(wrong, report)


@pytest.mark.parametrize("fault", [pytest.param(fault, id=name) for name, fault in FAULTS.items()])
def test_a_function_s_fault_costs_its_plots_nothing(fault: Fault, grade_cells: GradeCells) -> None:
    """Follow-through: a fault is paid for once, where it was made."""
    report = grade_cells(fault.cells)
    assert not_full(report) == {}
    if fault.costs is not None:
        (score,) = ((one.score, one.max_score) for one in report.exercises if one.id == fault.costs)
        assert score[0] is not None
        assert score[0] < score[1], "the fault itself was paid for"


def test_old_globals_are_no_masked_attention(grade_cells: GradeCells) -> None:
    """The stub returns what Exercise 4 has left: follow-through doesn't make the unmasked attention right."""
    report = grade_cells(STUB)
    assert _scores_lost(report) == {"ex6.heatmap": 0, "ex6.result_plot": 0}


def test_ways_are_many() -> None:
    """Guards the data: as many ways as were asked for."""
    assert len(ROW_WAYS) + len(HEATMAP_WAYS) + len(WHOLE_WAYS) + len(WORDED_WAYS) >= 40
    assert len(WRONG_WAYS) + len(ELSEWHERE) >= 40
    assert len(FAULTS) >= 12


def _scores_lost(report: ScoreReport) -> dict[str, float | None]:
    return {place: one.score for place, one in judged(report).items() if one.score != FULL[place]}


def _lost_as_expected(wrong: Wrong, report: ScoreReport) -> dict[str, str]:
    """Asserts that just these criteria lose, and as much; returns what was said of each."""
    found = judged(report)
    lost = _scores_lost(report)
    assert {place: lost.get(place) for place in {*wrong.left, *lost}} == {
        place: lost.get(place) if wrong.left[place] is None else wrong.left[place] for place in wrong.left
    }, {place: found[place].message for place in lost}
    assert all(score is not None for score in lost.values())
    assert set(wrong.left) == set(lost)
    return {place: found[place].message for place in lost}

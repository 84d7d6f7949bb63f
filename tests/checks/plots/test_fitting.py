"""A heatmap is known whichever way round it is drawn, and so is what is wrong with its axes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import Tolerance
from grader.checks.plots.fitting import Drawn, Fit, cut_off, fit, fits
from grader.checks.plots.shown import Shown, all_shown
from grader.figures import Axes, ColorScale, Figure, Figures, Grid, LayerKind, Series
from grader.model import FloatArray

TOLERANCE = Tolerance()
VALUES: FloatArray = np.arange(12.0).reshape(3, 4) ** 1.5
WIDE = (-100.0, 100.0)
_Pair = tuple[float, float]


def shown(layer: Series | Grid, x_limits: tuple[float, float] = WIDE, y_scale: str = "linear") -> Shown:
    axes = Axes(1, "", "", "", "linear", y_scale, x_limits, WIDE, (layer,))
    (one,) = all_shown(Figures((Figure(1, 1, (axes,)),)))
    return one


def heatmap(
    values: FloatArray, first: tuple[float, float], row: tuple[float, float], column: tuple[float, float]
) -> Shown:
    place, per_row, per_column = (np.array(one) for one in (first, row, column))
    colors = ColorScale(np.nan, np.nan, "")
    return shown(Grid(1, LayerKind.MESH, values, place, per_row, per_column, colors))


@given(turned=st.booleans(), rows_back=st.booleans(), columns_back=st.booleans(), along_x=st.booleans())
def test_every_way_of_drawing_each_entry_at_its_place_is_right(
    *, turned: bool, rows_back: bool, columns_back: bool, along_x: bool
) -> None:
    """An array may be stored backwards, or turned, if its coordinates are, too."""
    values = VALUES.T if turned else VALUES
    rows, columns = values.shape
    row_axis, column_axis = (np.array([1.0, 0.0]), np.array([0.0, 1.0]))[:: 1 if along_x else -1]
    first = row_axis * (rows - 1) * rows_back + column_axis * (columns - 1) * columns_back
    stored = values[:: -1 if rows_back else 1, :: -1 if columns_back else 1]
    drawn = heatmap(
        stored, tuple(first), tuple(row_axis * (-1) ** rows_back), tuple(column_axis * (-1) ** columns_back)
    )
    found = fit(drawn, Drawn(VALUES), TOLERANCE)
    assert found == Fit(("x", "y") if turned != along_x else ("y", "x"), ("", ""))


def test_what_is_numbered_backwards_or_by_other_numbers_is_said() -> None:
    backwards = fit(heatmap(VALUES[::-1], (0, 0), (0, 1), (1, 0)), Drawn(VALUES), TOLERANCE)
    scaled = fit(heatmap(VALUES, (0, 0), (0, 1), (0.25, 0)), Drawn(VALUES), TOLERANCE)
    assert backwards is not None
    assert scaled is not None
    assert "backwards" in backwards.misnumbered[0]
    assert "runs from 0 to 0.75" in scaled.misnumbered[1]


def test_what_looks_alike_from_all_sides_fits_in_all_ways() -> None:
    same = np.ones((3, 3))
    found = {one.axes for one in fits(heatmap(same, (0, 0), (0, 1), (1, 0)), Drawn(same), TOLERANCE)}
    assert found == {("x", "y"), ("y", "x")}


def test_other_values_don_t_fit() -> None:
    other = VALUES + np.eye(3, 4) * 1e-2
    assert fit(heatmap(other, (0, 0), (0, 1), (1, 0)), Drawn(VALUES), TOLERANCE) is None


def test_nothing_is_right_where_nothing_is() -> None:
    masked = np.where(VALUES > 0, VALUES, np.nan)
    assert fit(heatmap(masked, (0, 0), (0, 1), (1, 0)), Drawn(VALUES), TOLERANCE) is not None
    assert fit(heatmap(np.full((3, 4), np.nan), (0, 0), (0, 1), (1, 0)), Drawn(np.zeros((3, 4))), TOLERANCE) is None


def test_what_the_limits_cut_off_is_counted() -> None:
    line = Series(1, LayerKind.LINE, np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 0.0]]))
    found = fit(shown(line), Drawn(np.array([1.0, 2.0, 0.0])), TOLERANCE)
    assert found is not None
    assert cut_off(shown(line), found) == ""
    assert cut_off(shown(line, (-0.5, 1.0)), found).startswith("1 of 3 marks")
    assert "logarithmic" in cut_off(shown(line, y_scale="log"), found)

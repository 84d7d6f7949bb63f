"""The tolerance, and NaN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.assignment import Tolerance
from grader.checks.arrays import all_near, all_the_same, changed_entries, first, fitted, wrong_entries

TOLERANCE = Tolerance(relative=1e-4, absolute=1e-6)
_arrays = npst.arrays(np.float64, npst.array_shapes(max_dims=2, max_side=4), elements=st.floats(-1e6, 1e6))


@given(_arrays)
def test_an_array_is_near_itself_and_not_near_anything_clearly_else(array: np.ndarray) -> None:
    assert all_near(array, array, TOLERANCE)
    further = np.where(array < 0, -1.0, 1.0) * (1e-5 + 1e-3 * np.abs(array))
    assert wrong_entries(array + further, array, TOLERANCE).all()


@given(_arrays, st.data())
def test_nan_and_infinity_are_wrong_whatever_is_expected(array: np.ndarray, data: st.DataObject) -> None:
    index = data.draw(st.tuples(*[st.integers(0, side - 1) for side in array.shape]))
    broken = array.copy()
    broken[index] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    wrong = wrong_entries(broken, array, TOLERANCE)
    assert wrong[index]
    assert wrong.sum() == 1
    assert first(wrong) == index


@given(st.floats(-1e3, 1e3))
def test_float32_passes(value: float) -> None:
    """Policy: float32 passes, nothing looser."""
    array = np.array([value])
    assert all_near(array.astype(np.float32).astype(np.float64), array, TOLERANCE)


@pytest.mark.parametrize(
    ("got", "expected", "near"),
    [
        (1 + 0.99e-4, 1.0, True),
        (1 + 1.1e-4, 1.0, False),
        (0.99e-6, 0.0, True),
        (1.1e-6, 0.0, False),
        (1 / 64, 0.0157, False),
    ],
)
def test_the_edge_of_the_tolerance(got: float, expected: float, near: bool) -> None:  # noqa: FBT001
    assert all_near(np.array([got]), np.array([expected]), TOLERANCE) is near


def test_other_shapes_are_not_near() -> None:
    assert not all_near(np.zeros((2, 1)), np.zeros((1, 2)), TOLERANCE)


def test_a_vector_may_be_a_row_or_a_column_and_nothing_else_is_bent() -> None:
    vector = np.arange(3.0)
    for shape in ((3,), (1, 3), (3, 1)):
        fit = fitted(vector.reshape(shape), (3,))
        assert fit is not None
        assert fit.tolist() == [0, 1, 2]
    assert fitted(np.zeros((1, 1, 3)), (3,)) is None
    assert fitted(np.zeros((3, 3)), (9,)) is None
    assert fitted(np.zeros((2, 3)), (3, 2)) is None
    assert fitted(np.zeros((4,)), (3,)) is None
    assert fitted(np.zeros((1, 3)), (3, 1)) is None


@pytest.mark.parametrize("expected", [np.inf, -np.inf])
def test_no_number_is_near_to_infinity(expected: float) -> None:
    """A share of infinity is infinite: without care every number would be."""
    numbers, infinite = np.array([0.0, 1e300, -expected]), np.full(3, expected)
    assert wrong_entries(numbers, infinite, Tolerance()).all()
    assert changed_entries(numbers, infinite, Tolerance()).all()
    assert not changed_entries(infinite, infinite, Tolerance()).any()


_any_number = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf])


@given(npst.arrays(np.float64, npst.array_shapes(max_dims=2, max_side=4), elements=_any_number))
def test_two_values_of_the_students_are_the_same_whatever_they_are(array: np.ndarray) -> None:
    """NaN as NaN, infinity as infinity: the masked logits of a function that forgot its softmax, say."""
    assert all_the_same(array, array.copy(), TOLERANCE)
    assert not all_the_same(array, np.where(np.isfinite(array), np.nan, 0.0), TOLERANCE)

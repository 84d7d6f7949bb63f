"""Comparing arrays: the one place that knows the tolerance, and what NaN means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Tolerance
from grader.model import FloatArray


def wrong_entries(got: FloatArray, expected: FloatArray, tolerance: Tolerance) -> NDArray[np.bool_]:
    """Where `got` is not `expected`, entry by entry; both of one shape.

    Written as "not near", since every comparison with NaN is false: a NaN is wrong, whatever is expected.
    """
    with np.errstate(all="ignore"):
        near = np.abs(got - expected) <= tolerance.absolute + tolerance.relative * np.abs(expected)
    # Of infinity any share is infinite: all numbers would be near to it.
    near &= np.isfinite(expected)
    wrong: NDArray[np.bool_] = ~near
    return wrong


def all_near(got: FloatArray, expected: FloatArray, tolerance: Tolerance) -> bool:
    return got.shape == expected.shape and not wrong_entries(got, expected, tolerance).any()


def all_the_same(one: FloatArray, other: FloatArray, tolerance: Tolerance) -> bool:
    return one.shape == other.shape and not changed_entries(one, other, tolerance).any()


def changed_entries(one: FloatArray, other: FloatArray, tolerance: Tolerance) -> NDArray[np.bool_]:
    """Where two values of the student's differ. Neither is expected: NaN is the same as NaN, infinity as itself."""
    both_nan = np.isnan(one) & np.isnan(other)
    changed: NDArray[np.bool_] = wrong_entries(one, other, tolerance) & ~(both_nan | (one == other))
    return changed


def first(wrong: NDArray[np.bool_]) -> tuple[int, ...]:
    """The index of the first true entry, in reading order."""
    return tuple(int(position) for position in np.unravel_index(int(np.argmax(wrong)), wrong.shape))


def fitted(values: FloatArray, shape: tuple[int, ...]) -> FloatArray | None:
    """`values` in the `shape` expected, or None where they don't have it.

    A vector may come as one row or one column: `np.matrix` knows nothing else.
    """
    if values.shape == shape:
        return values
    is_row_or_column = len(shape) == 1 and values.ndim == 2 and 1 in values.shape  # noqa: PLR2004 - a matrix
    return values.reshape(shape) if is_row_or_column and values.size == shape[0] else None

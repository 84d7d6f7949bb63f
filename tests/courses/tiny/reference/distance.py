"""The reference of the tests' second assignment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def norm(vector: NDArray[np.float64]) -> float:
    """The Euclidean length of a vector."""
    return float(np.sqrt((vector**2).sum()))


def hidden_cases() -> dict[str, dict[str, list[float]]]:
    """Longer vectors, and the null vector."""
    return {"five_elements": {"vector": [1, -2, 3, -4, 5.5]}, "zero": {"vector": [0, 0, 0]}}

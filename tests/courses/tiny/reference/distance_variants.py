"""What students do otherwise: sum → root."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

State = Mapping[str, Any]
Step = Callable[[State], State]


def stages(function: str) -> list[tuple[str, tuple[str, ...], list[tuple[str | None, Step]]]]:
    """The stages of `norm`, each with what can go wrong in it."""
    assert function == "norm"
    sums: list[tuple[str | None, Step]] = [
        (None, lambda s: {"sum": (s["vector"] ** 2).sum()}),
        ("not_squared", lambda s: {"sum": np.abs(s["vector"]).sum()}),
        ("only_two", lambda s: {"sum": (s["vector"][:2] ** 2).sum()}),
    ]
    roots: list[tuple[str | None, Step]] = [
        (None, lambda s: {"length": np.sqrt(s["sum"])}),
        ("no_root", lambda s: {"length": s["sum"]}),
    ]
    return [("sum", ("length",), sums), ("root", ("length",), roots)]

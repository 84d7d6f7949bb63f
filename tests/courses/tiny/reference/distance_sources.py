"""Students that never were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

STYLES = ("arrays", "loop")
_SUMS = {
    "arrays": {"": "(vector**2).sum()", "not_squared": "np.abs(vector).sum()", "only_two": "(vector[:2] ** 2).sum()"},
    "loop": {
        "": "sum(x * x for x in vector)",
        "not_squared": "sum(map(abs, vector))",
        "only_two": "sum(x * x for x in vector[:2])",
    },
}
_KNOWN = {"not_squared", "only_two", "no_root", "missing_return", "not_implemented"}


def source(function: str, misconceptions: AbstractSet[str], style: str) -> str | None:
    """`norm` with these misconceptions."""
    if misconceptions - _KNOWN:
        return None
    if "not_implemented" in misconceptions:
        return f"def {function}(vector):\n    ...\n"
    chosen = next((id_ for id_ in _SUMS[style] if id_ in misconceptions), "")
    root = "" if "no_root" in misconceptions else " ** 0.5"
    end = "print(length)" if "missing_return" in misconceptions else "return length"
    return f"import numpy as np\ndef {function}(vector):\n    length = ({_SUMS[style][chosen]}){root}\n    {end}\n"


def fill(
    cells: Sequence[str], functions: Mapping[str, str], style: str, lost: tuple[str, str] | None = None
) -> list[str]:
    """The sheet has one code cell, and asks for no plots."""
    assert style in STYLES
    assert lost is None
    return [functions["norm"] if "def norm" in cell else cell for cell in cells]

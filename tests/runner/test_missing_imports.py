"""Imports of a package that isn't there are taken out, and nothing else."""

from __future__ import annotations

import pytest

from grader.model import Cell, CellOutcome, CellStatus
from grader.runner.missing_imports import missing_package, without_imports_of


def without(source: str) -> str | None:
    cell = without_imports_of("gone", Cell(1, source, None))
    return None if cell is None else cell.source


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("import gone", "pass"),
        ("import gone.sub as g, math as m", "import math as m"),
        ("from gone import (\n    a,\n    b,\n)\nx = 1", "pass\nx = 1"),
        ("import gone; import math", "pass; import math"),
        (
            "try:\n    import gone\nexcept ImportError:\n    gone = None",
            "try:\n    pass\nexcept ImportError:\n    gone = None",
        ),
        ("ü = 'ü'; import gone  # ü", "ü = 'ü'; pass  # ü"),
        ("%matplotlib inline\n!ls\nimport gone\nimport gone2", "%matplotlib inline\n!ls\npass\nimport gone2"),
        ("import gone2\nfrom . import gone", None),
        ("import gone\nthis is no python", None),
        ("(" * 10_000, None),
        ("import gone\x00", None),
    ],
)
def test_only_these_imports_go(source: str, left: str | None) -> None:
    assert without(source) == left


@pytest.mark.parametrize(
    ("name", "text", "package"),
    [
        ("ModuleNotFoundError", "No module named 'torch.nn'", "torch"),
        ("ModuleNotFoundError", "No module named 'torch'", "torch"),
        ("ImportError", "cannot import name 'x'", None),
        ("ValueError", "No module named 'torch'", None),
    ],
)
def test_the_missing_package(name: str, text: str, package: str | None) -> None:
    assert missing_package(CellOutcome(1, CellStatus.RAISED, name, text)) == package

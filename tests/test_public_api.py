"""The architecture, guarded: what is exported, and what a kernel pays for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import grader
from grader import errors
from tests.notebooks import ROOT


def test_everything_exported_is_there_and_sorted() -> None:
    assert grader.__all__ == sorted(grader.__all__)
    for name in grader.__all__:
        assert getattr(grader, name) is not None


def test_what_is_not_exported_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'secrets'"):
        grader.secrets  # noqa: B018 - the access is the test


def test_a_fault_has_one_owner() -> None:
    """Student's, author's, caller's and grader's own faults never share a class."""
    owners = (
        errors.SubmissionError,
        errors.AuthorError,
        errors.UsageError,
        errors.GradingStopped,
        errors.InternalError,
    )
    classes = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    kinds = [kind for kind in classes if issubclass(kind, errors.GradingError)]
    for kind in kinds:
        assert kind is errors.GradingError or sum(issubclass(kind, owner) for owner in owners) == 1


def test_a_kernel_loads_nothing_else_of_ours() -> None:
    """What student code shares a process with: no answer key, no check, no report."""
    ours = "sorted(name for name in sys.modules if name.split('.')[0] == 'grader')"
    script = f"import sys, grader.kernel_side.probe; print({ours})"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    assert ended.stdout.strip() == str(
        [
            "grader",
            "grader.kernel_side",
            "grader.kernel_side.encode",
            "grader.kernel_side.figure_description",
            "grader.kernel_side.figure_recorder",
            "grader.kernel_side.moments",
            "grader.kernel_side.probe",
            "grader.version",
        ]
    )


def test_modules_and_functions_stay_small() -> None:
    """A module one subject, below 400 lines; a function one thing, below 50."""
    import ast  # noqa: PLC0415 - here alone

    for path in [*(ROOT / "grader").rglob("*.py"), *(ROOT / "reference").glob("*.py")]:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") < 400, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, (path, node.name)

"""Another assignment is a folder and a module: nothing in grader/ knows attention."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
from grader.model import SubmissionFile
from grader.pipeline import grade
from grader.runner import KernelRunner
from tests.notebooks import ROOT, code_notebook

TINY = Path(__file__).parent / "courses" / "tiny"


@pytest.fixture(scope="module")
def tiny_key() -> AnswerKey:
    return load_answer_key(TINY, load_assignment(TINY, "distance"))


@pytest.mark.parametrize(
    ("source", "score"),
    [
        ("import math\ndef norm(vector):\n    return math.hypot(*vector)", 5),
        ("def norm(vector):\n    return [sum(x * x for x in vector) ** 0.5][0]", 5),
        # The values' 3 points, times 1 - 0.5 and 1 - 0.25.
        ("def norm(vector):\n    return sum(abs(x) for x in vector)", 3.12),
        ("def norm(vector):\n    return sum(x * x for x in vector)", 4.25),
        ("def norm(vector):\n    return 5", 2),
        ("def norm(vector):\n    return [3, 4]", 0),
        ("def norm(vector):\n    print(5)", 0),
        ("", 0),
    ],
)
def test_it_is_graded(
    source: str,
    score: float,
    tiny_key: AnswerKey,
    submission_file: Callable[[bytes], SubmissionFile],
    runner: KernelRunner,
) -> None:
    report = grade(submission_file(code_notebook(source)), tiny_key, runner).report
    assert (report.status, report.score, report.max_score) == ("graded", score, 5)


def test_grader_speaks_of_no_assignment() -> None:
    """Names of the sheet's functions, misconceptions and exercises belong into assignments/ and reference/."""
    words = re.compile(r"attention|softmax|_mat\b|\bex[1-6]\b|queries")
    for path in (ROOT / "grader").rglob("*.py"):
        assert not words.search(_code_alone(path.read_text(encoding="utf-8"))), path


def _code_alone(source: str) -> str:
    """The source without comments and docstrings, which may speak of examples."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
            node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)

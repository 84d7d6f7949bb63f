"""Whether a function is still as the sheet has it, by its text."""

from __future__ import annotations

import pytest

from grader.answer_key import AnswerKey
from grader.model import Cell, Submission
from grader.stubs import definitions, unchanged_stubs

STUB = "def attentionQuery(query, keys, values):\n    # please implement\n    return attention, result"


def stubs(key: AnswerKey, *sources: str) -> frozenset[str]:
    cells = tuple(Cell(number, source, None) for number, source in enumerate(sources, start=1))
    return unchanged_stubs(Submission("x", "x", "", cells), key)


@pytest.mark.parametrize(
    "source",
    [
        STUB,
        STUB + "\n",
        STUB.replace("    # please implement\n", ""),
        STUB.replace("please implement", "todo!"),
        "import numpy as np\n\n" + STUB + "\n\nx = 1",
        STUB.replace("    ", "\t"),
        STUB.replace("attention, result", "attention,result  # as given"),
    ],
)
def test_comments_and_white_space_make_no_difference(source: str, key: AnswerKey) -> None:
    assert stubs(key, source) == {"attentionQuery"}


@pytest.mark.parametrize(
    "source",
    [
        "",
        STUB.replace("return", "attention = 1\n    return"),
        STUB.replace("attention, result", "result"),
        STUB.replace("attentionQuery", "attentionQuery2"),
        "attentionQuery = 5",
        STUB.replace("attention, result", "attention, (\nresult)"),
    ],
)
def test_anything_else_is_no_stub(source: str, key: AnswerKey) -> None:
    assert stubs(key, source) == frozenset()


def test_a_stub_that_is_defined_anew_is_none(key: AnswerKey) -> None:
    own = "def attentionQuery(query, keys, values):\n    return keys, values"
    assert stubs(key, STUB, own) == frozenset()
    assert stubs(key, STUB + "\n\n" + own) == frozenset()


def test_the_sheets_own_cells_are_stubs(key: AnswerKey) -> None:
    assert stubs(key, *key.sheet_sources) == {one.name for one in key.assignment.functions}


def test_endless_lines_are_cut(key: AnswerKey) -> None:
    assert stubs(key, STUB + "\n    x = 1" * 100_000) == frozenset()
    assert len(definitions("f", ["def f():\n" + "    pass\n" * 1000])[0]) <= 101

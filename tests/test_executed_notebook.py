"""Outputs are student's making: the notebook that is written is valid whatever they are."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import executed_notebook as module
from grader.executed_notebook import executed_notebook

STREAM = {"output_type": "stream", "name": "stdout", "text": "hello"}
PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBOR"}}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}


def written(*outputs: Any) -> Any:
    """The outputs of a single cell, read back."""
    notebook = nbformat.reads(executed_notebook([("code", "x = 1")], {1: outputs}).decode(), as_version=4)
    nbformat.validate(notebook)
    return notebook.cells[0].outputs


def test_cells_are_as_they_were_and_outputs_where_they_belong() -> None:
    cells = [("markdown", "# T"), ("code", "a"), ("raw", "r"), ("code", "b"), ("strange", "s")]
    notebook = nbformat.reads(executed_notebook(cells, {2: [STREAM], 4: [PICTURE, ERROR]}).decode(), as_version=4)
    nbformat.validate(notebook)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", "# T"),
        ("code", "a"),
        ("raw", "r"),
        ("code", "b"),
        ("raw", "s"),
    ]
    assert [len(cell.get("outputs", [])) for cell in notebook.cells] == [0, 1, 0, 2, 0]


@pytest.mark.parametrize(
    "output",
    [
        {},
        {"output_type": "stream"},
        {"output_type": "script", "text": "x"},
        {**STREAM, "text": 5},
        {**STREAM, "name": None},
        {**PICTURE, "data": {"image/png": 5}},
        {**PICTURE, "data": None},
        {**PICTURE, "surprise": 1},
        {**ERROR, "traceback": "t"},
        [],
        "x",
        None,
    ],
)
def test_what_is_no_output_is_left_out_and_the_rest_stays(output: Any) -> None:
    assert written(STREAM, output, ERROR) == [STREAM, ERROR]


def test_text_that_utf_8_cannot_hold_is_written_all_the_same() -> None:
    (output,) = written({**STREAM, "text": "a\ud800b"})
    assert output.text == "a?b"


def test_after_too_much_nothing_more_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_OUTPUT", 1000)
    assert written(STREAM, {**STREAM, "text": "x" * 1000}, STREAM) == [STREAM]


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


_OUTPUTS: tuple[dict[str, Any], ...] = (STREAM, PICTURE, ERROR)
_alike = st.sampled_from(_OUTPUTS).flatmap(
    lambda one: st.fixed_dictionaries({key: st.just(value) | _json for key, value in one.items()})
)


@settings(max_examples=50, deadline=None)
@given(st.lists(_json | _alike, max_size=3))
def test_whatever_the_outputs_are_the_notebook_is_valid(outputs: list[Any]) -> None:
    assert len(written(*outputs)) <= len(outputs)


@pytest.mark.parametrize("depth", [10, 100, 200, 300, 400, 500, 700, 900])
def test_data_that_is_nested_deeply_breaks_nothing(depth: int) -> None:
    nested: Any = 1
    for _ in range(depth):
        nested = {"a": nested}
    kept = written({**PICTURE, "data": {"application/json": nested}}, STREAM)
    assert kept[-1] == STREAM

"""Notebooks for tests: the sheet with some cells filled, and code cells without a sheet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHEET = ROOT / "assignments" / "attention" / "attention.ipynb"

RIGHT = {
    "attentionQuery": """\
def attentionQuery(query, keys, values):
    logits = np.array(keys) @ query / np.sqrt(len(query))
    exponentials = np.exp(logits - logits.max())
    attention = exponentials / exponentials.sum()
    return attention, attention @ np.array(values)
""",
    "keys_mat": "keys_mat, values_mat, queries_mat = np.array(keys), np.array(values), np.array(queries)",
    "attentionQueryMatrix": """\
def attentionQueryMatrix(queries, keys, values):
    logits = queries @ keys.T / np.sqrt(keys.shape[1])
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    attention = exponentials / exponentials.sum(axis=1, keepdims=True)
    return attention, attention @ values
""",
    "maskedAttentionQueryMatrix": """\
def maskedAttentionQueryMatrix(queries, keys, values):
    logits = queries @ keys.T / np.sqrt(keys.shape[1])
    logits = np.where(np.tri(*logits.shape), logits, -np.inf)
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    attention = exponentials / exponentials.sum(axis=1, keepdims=True)
    return attention, attention @ values
""",
}
_PLACES = {
    "attentionQuery": "def attentionQuery(",
    "keys_mat": "# keys_mat",
    "attentionQueryMatrix": "def attentionQueryMatrix(",
    "maskedAttentionQueryMatrix": "def maskedAttentionQueryMatrix(",
}


def filled_sheet(sources: Mapping[str, str] | None = None, last: str | None = None) -> bytes:
    """The sheet as a notebook file, with right functions except where `sources` says otherwise.

    `last` becomes the source of the notebook's last cell.
    """
    notebook = json.loads(SHEET.read_text(encoding="utf-8"))
    places = {
        name: next(cell for cell in notebook["cells"] if words in "".join(cell["source"]))
        for name, words in _PLACES.items()
    }
    for name, source in {**RIGHT, **(sources or {})}.items():
        places[name]["source"] = source
    if last is not None:
        notebook["cells"][-1]["source"] = last
    return json.dumps(notebook).encode()


def code_notebook(*sources: str, **fields: Any) -> bytes:
    """A notebook of these code cells."""
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for i, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}).encode()

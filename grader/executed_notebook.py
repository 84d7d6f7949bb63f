"""The notebook as it was run, with what its cells showed, for an instructor who wants to look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import nbformat

_MOST_OUTPUT = 64 * 2**20


def executed_notebook(cells: Iterable[tuple[str, str]], outputs: Mapping[int, Sequence[Mapping[str, Any]]]) -> bytes:
    """A notebook of format 4 from its cells (type, source), counted from 1, and the outputs of each.

    Outputs are student's making: what is no output of the format is left out, and so is what comes after too much.
    """
    notebook = nbformat.v4.new_notebook()
    room = _MOST_OUTPUT
    for number, (kind, source) in enumerate(cells, start=1):
        if kind != "code":
            notebook.cells.append(_text_cell(kind, source))
            continue
        cell = nbformat.v4.new_code_cell(source)
        for output in outputs.get(number, ()):
            room -= len(str(output))
            if room > 0 and _is_valid(output):
                cell.outputs.append(nbformat.from_dict(output))
        notebook.cells.append(cell)
    text: str = nbformat.writes(notebook)
    return text.encode("utf-8", "replace")


def _text_cell(kind: str, source: str) -> Any:
    return nbformat.v4.new_markdown_cell(source) if kind == "markdown" else nbformat.v4.new_raw_cell(source)


def _is_valid(output: Mapping[str, Any]) -> bool:
    try:
        nbformat.validate(nbformat.from_dict(output), ref="output", version=4)
    except Exception:  # noqa: BLE001 - hostile data may break the validator in any way
        return False
    return True

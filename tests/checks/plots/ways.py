"""The sheet with right functions and right plots, of which a test replaces some cells; and what comes of grading it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from grader.score_report import ScoreReport
from tests.notebooks import RIGHT, SHEET

Cells = Mapping[str, str]
"""Name of a code cell ─▶ its source."""

NAMES = (
    "imports",
    "data",
    "attentionQuery",
    *("apply_2", "first_2", "second_2"),
    *("keys_mat", "attentionQueryMatrix"),
    *("apply_4", "first_4", "second_4"),
    "maskedAttentionQueryMatrix",
    *("apply_6", "first_6", "second_6"),
)
"""The sheet's code cells, in order."""

FULL = {
    "ex2.attention_plot": 4.0,
    "ex2.attention_labels": 2.0,
    "ex2.result_plot": 4.0,
    "ex2.result_labels": 2.0,
    "ex4.heatmap": 4.0,
    "ex4.heatmap_labels": 3.0,
    "ex4.color_bar": 2.0,
    "ex4.result_plot": 3.0,
    "ex4.result_labels": 2.0,
    "ex6.heatmap": 4.0,
    "ex6.heatmap_labels": 3.0,
    "ex6.color_bar": 2.0,
    "ex6.result_plot": 3.0,
    "ex6.result_labels": 2.0,
}
"""Exercise and criterion ─▶ its points."""


@dataclass(frozen=True, slots=True)
class Judged:
    score: float | None
    message: str


def bars(numbers: str, x: str | None, y: str | None, more: str = "") -> str:
    """Source of a bar plot."""
    labels = [f"plt.{axis}label({text!r})" for axis, text in (("x", x), ("y", y)) if text is not None]
    return "\n".join([f"plt.bar(range(len({numbers})), {numbers})", *labels, *([more] if more else [])])


def heatmap(
    numbers: str = "attention",
    x: str | None = "Key-index",
    y: str | None = "Query-index",
    more: str = "plt.colorbar()",
    options: str = "",
) -> str:
    """Source of a heatmap."""
    labels = [f"plt.{axis}label({text!r})" for axis, text in (("x", x), ("y", y)) if text is not None]
    drawn = f"plt.imshow({numbers}, {options})" if options else f"plt.imshow({numbers})"
    return "\n".join([drawn, *labels, *([more] if more else [])])


def attention_bars(numbers: str = "attention") -> str:
    return bars(numbers, "Key-index", "Attention-score")


def result_bars(numbers: str) -> str:
    return bars(numbers, "Element-index", "Element-value")


PLOTS = {
    "apply_2": "attention, result = attentionQuery(queries[0], keys, values)",
    "first_2": attention_bars(),
    "second_2": result_bars("result"),
    "apply_4": "attention, result = attentionQueryMatrix(queries_mat, keys_mat, values_mat)",
    "first_4": heatmap(),
    "second_4": result_bars("result[0]"),
    "apply_6": "attention, result = maskedAttentionQueryMatrix(queries_mat, keys_mat, values_mat)",
    "first_6": heatmap(),
    "second_6": result_bars("result[0]"),
}


def plotted(cells: Cells) -> bytes:
    """The sheet as a notebook file, with right functions and plots except where `cells` says otherwise."""
    notebook = json.loads(SHEET.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    places = dict(zip(NAMES, code, strict=True))
    for name, source in {**RIGHT, **PLOTS, **cells}.items():
        places[name]["source"] = source
    return json.dumps(notebook).encode()


def every_row(code: str) -> Cells:
    """All four plots of a row of numbers, drawn by this code of `numbers`, `index_label` and `value_label`."""

    def cell(numbers: str, index: str, value: str) -> str:
        return f"numbers, index_label, value_label = {numbers}, {index!r}, {value!r}\n{code}"

    element = ("Element-index", "Element-value")
    return {
        "first_2": cell("attention", "Key-index", "Attention-score"),
        "second_2": cell("result", *element),
        "second_4": cell("result[0]", *element),
        "second_6": cell("result[0]", *element),
    }


def both_heatmaps(code: str) -> Cells:
    """Both heatmaps, drawn by this code of `attention`."""
    return {"first_4": code, "first_6": code}


def all_labelled(key: str, query: str, attention: str, element: str, value: str) -> Cells:
    """All six plots with these labels."""
    heat = heatmap(x=key, y=query)
    return {
        "first_2": bars("attention", key, attention),
        "second_2": bars("result", element, value),
        "first_4": heat,
        "second_4": bars("result[0]", element, value),
        "first_6": heat,
        "second_6": bars("result[0]", element, value),
    }


def judged(report: ScoreReport) -> dict[str, Judged]:
    """Exercise and criterion ─▶ what came of it, for all that is about plots."""
    return {
        place: Judged(one.score, one.message)
        for exercise in report.exercises
        for one in exercise.criteria
        if (place := f"{exercise.id}.{one.id}") in FULL
    }

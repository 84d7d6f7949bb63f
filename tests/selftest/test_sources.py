"""The sources that the self-test grades."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import PlotCriterion, load_assignment
from grader.errors import UsageError
from grader.selftest.sources import load_sources
from tests.checks.diagnosis.diagnosed import FUNCTIONS, STYLES, defined, source, sources
from tests.notebooks import ROOT
from tests.test_answer_key import course_copy

__all__ = ["course_copy"]  # a fixture


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_without_misconceptions_they_are_right(function: str, style: str, key: AnswerKey) -> None:
    called = defined(source(function, style=style), function)
    for one in key.calls[function].values():
        came = called(*one.arguments.values())
        assert all(np.allclose(got, wanted) for got, wanted in zip(came, one.expected, strict=True)), one.case.id


@pytest.mark.parametrize("function", FUNCTIONS)
def test_styles_are_different_code(function: str) -> None:
    assert len({source(function, "unscaled", style=style) for style in STYLES}) == len(STYLES)


def test_what_can_not_be_has_no_source() -> None:
    assert sources().source("attentionQuery", {"no_mask"}, "arrays") is None
    assert sources().source("attentionQueryMatrix", {"no_such_thing"}, "arrays") is None
    assert sources().source("attentionQuery", {"scaled_by_sqrt_dk"}, "arrays") is None


def test_pairs_are_of_different_stages() -> None:
    pairs = set(sources().pairs("maskedAttentionQueryMatrix"))
    assert frozenset({"unscaled", "sigmoid"}) in pairs
    assert frozenset({"no_mask", "swapped_return"}) in pairs
    assert frozenset({"unscaled", "scaled_by_dk"}) not in pairs
    assert frozenset({"swapped_return", "uses_globals"}) not in pairs


def test_a_notebook_is_the_sheet_filled_in() -> None:
    made = sources()
    filled = {name: source(name) for name in FUNCTIONS}
    cells = json.loads(made.notebook(filled, "arrays"))["cells"]
    assert [cell["cell_type"] for cell in cells] == [kind for kind, _ in made.key.sheet_cells]
    text = [source for kind, source in made.key.sheet_cells if kind == "markdown"]
    assert [cell["source"] for cell in cells if cell["cell_type"] == "markdown"] == text
    assert set(filled.values()) <= {cell["source"] for cell in cells}
    assert any(cell["source"].startswith("def make_data") for cell in cells)


@pytest.mark.parametrize("style", STYLES)
def test_what_is_lost_is_another_notebook(style: str) -> None:
    made = sources()
    filled = {name: source(name, style=style) for name in FUNCTIONS}
    criteria = [
        (exercise.id, criterion.id)
        for exercise in made.key.assignment.exercises
        for criterion in exercise.criteria
        if isinstance(criterion, PlotCriterion)
    ]
    notebooks = {made.notebook(filled, style), *(made.notebook(filled, style, lost) for lost in criteria)}
    assert len(notebooks) == 1 + len(criteria)


def test_cells_that_are_missing_are_the_authors_fault(course_copy: Path) -> None:
    path = course_copy / "reference" / "attention_sources.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\ndef fill(*_):\n    return []\n", encoding="utf-8")
    made = load_sources(course_copy, sources().key)
    with pytest.raises(UsageError, match=r"fill should give 15 cells"):
        made.notebook({}, "arrays")


def test_a_course_without_sources_is_told_what_is_missing(course_copy: Path) -> None:
    (course_copy / "reference" / "attention_sources.py").unlink()
    key = load_answer_key(ROOT, load_assignment(ROOT, "attention"))
    with pytest.raises(UsageError, match=r"attention_sources\.py: there is no such file"):
        load_sources(course_copy, key)

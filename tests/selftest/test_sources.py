"""The sources that the self-test grades."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
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
    filled = {name: source(name) for name in FUNCTIONS}
    cells = ["".join(cell["source"]) for cell in json.loads(sources().notebook(filled))["cells"]]
    assert len(cells) == len(sources().key.sheet_sources)
    assert set(filled.values()) <= set(cells)
    assert any(cell.startswith("def make_data") for cell in cells)


def test_a_course_without_sources_is_told_what_is_missing(course_copy: Path) -> None:
    (course_copy / "reference" / "attention_sources.py").unlink()
    key = load_answer_key(ROOT, load_assignment(ROOT, "attention"))
    with pytest.raises(UsageError, match=r"attention_sources\.py: there is no such file"):
        load_sources(course_copy, key)

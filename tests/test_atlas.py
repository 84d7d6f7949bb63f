"""A function as stages with variants: what a choice of them computes, and authors' mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import Assignment, load_assignment
from grader.atlas import Atlas, Pipeline, Stage, Variant, make_atlas
from grader.errors import AnswerKeyError
from grader.misconceptions import load_misconceptions
from grader.reference_module import load_reference
from tests.notebooks import ROOT
from tests.test_answer_key import course_copy

__all__ = ["course_copy"]  # a fixture

FUNCTIONS = ["attentionQuery", "attentionQueryMatrix", "maskedAttentionQueryMatrix"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_is_right_is_the_reference(function: str, key: AnswerKey) -> None:
    pipeline = key.atlas.pipelines[function]
    assert pipeline.faults(pipeline.right) == frozenset()
    for one in key.calls[function].values():
        outputs = pipeline.predict(pipeline.right, one.arguments).outputs
        assert all(np.allclose(outputs[name], wanted) for name, wanted in zip(outputs, one.expected, strict=True))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_computing_together_what_is_common_changes_nothing(function: str, key: AnswerKey) -> None:
    pipeline = key.atlas.pipelines[function]
    arguments = key.calls[function]["three_keys"].arguments
    every = list(pipeline.combinations())
    some = [every[place] for place in np.sort(np.random.default_rng(1).choice(len(every), 300, replace=False))]
    for combination, together in pipeline.predict_each(some, arguments):
        alone = pipeline.predict(combination, arguments)
        assert together.raised == alone.raised
        assert together.outputs.keys() == alone.outputs.keys()
        for name, array in alone.outputs.items():
            assert np.array_equal(array, together.outputs[name], equal_nan=True)


def pipeline() -> Pipeline:
    def divide(state: Any) -> dict[str, float]:
        return {"y": 1 / state["x"]}

    def refuse(_: Any) -> dict[str, float]:
        raise ValueError("no")

    first = Stage("first", ("y", "z"), (Variant(None, divide), Variant("refused", refuse)))
    second = Stage("second", ("z",), (Variant(None, lambda s: {"z": s["y"] + 1}), Variant("off", lambda _: {"z": 9})))
    return Pipeline((first, second), ("y", "z"))


def test_a_step_that_raises_ends_the_call() -> None:
    raised = pipeline().predict((1, 0), {"x": np.array(2.0)})
    assert raised.raised
    assert raised.outputs == {}


def test_faults_are_those_of_the_chosen_variants() -> None:
    assert pipeline().faults((1, 1)) == {"refused", "off"}
    assert pipeline().misconceptions() == {"refused", "off"}


def test_combinations_of_one_output_leave_the_other_stages_right() -> None:
    assert list(pipeline().combinations("y")) == [(0, 0), (1, 0)]
    assert list(pipeline().combinations(most_faults=1)) == [(0, 0), (0, 1), (1, 0)]


Make = Callable[[str], Atlas]


@pytest.fixture
def make(assignment: Assignment, tmp_path: Path) -> Make:
    def of(source: str) -> Atlas:
        path = tmp_path / "attention_variants.py"
        path.write_text(source, encoding="utf-8")
        return make_atlas(assignment, load_misconceptions(ROOT, assignment), load_reference(path))

    return of


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ("5", "should list"),
        ("[('a', ('result',), [5])]", "should list"),
        ("[]", "first step should be the right one"),
        ("[('a', ('result',), [('unscaled', f)])]", "first step should be the right one"),
        ("[('a', ('result',), [(None, f), ('unscald', f)])]", r'"unscald" has no entry .* Did you mean "unscaled"\?'),
        ("1 / 0", "stages raised ZeroDivisionError"),
    ],
)
def test_an_authors_mistakes_are_named(stages: str, said: str, make: Make) -> None:
    source = f"def f(s): return {{}}\ndef stages(function, *, scale):\n    return {stages}\n"
    with pytest.raises(AnswerKeyError, match=said) as caught:
        make(source)
    assert "attention_variants.py" in str(caught.value)


def test_a_course_needs_no_variants(assignment: Assignment) -> None:
    assert make_atlas(assignment, (), None).pipelines == {}


def test_right_steps_that_are_not_the_reference_are_refused(course_copy: Path) -> None:
    """They would name a mistake that nobody made."""
    path = course_copy / "reference" / "attention_variants.py"
    text = path.read_text(encoding="utf-8")
    assert '{"sqrt_dk": root("keys"), ' in text
    path.write_text(text.replace('{"sqrt_dk": root("keys"), ', '{"sqrt_dk": root("values"), '), encoding="utf-8")
    with pytest.raises(AnswerKeyError, match=r'attentionQuery.*what the reference gives, but on the case "'):
        load_answer_key(course_copy, load_assignment(course_copy, "attention"))

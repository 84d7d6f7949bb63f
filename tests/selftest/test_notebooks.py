"""Which notebooks the self-test makes, what has to be full in each, and that it says so where it isn't."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.answer_key import AnswerKey
from grader.runner import KernelRunner
from grader.selftest.notebooks import Notebook, notebooks, problems_with
from tests.checks.diagnosis.diagnosed import FUNCTIONS, STYLES, sources
from tests.notebooks import ROOT

RIGHT = "right, in the style arrays"


@pytest.fixture(scope="module")
def made() -> dict[str, Notebook]:
    reference = (ROOT / "reference" / "attention.py").read_text(encoding="utf-8")
    return {one.title: one for one in notebooks(sources(), reference)}


def test_each_criterion_of_a_plot_is_lost_once_and_every_style_loses_some(made: dict[str, Notebook]) -> None:
    lost = [one for one in made.values() if one.lost is not None]
    assert len(lost) == 14
    assert all(any(one.title.endswith(f"in the style {style}") for one in lost) for style in STYLES)
    assert all(not one.wrong and one.plotted == set(FUNCTIONS) for one in lost)
    assert len({one.content for one in lost}) == len(lost)


@pytest.mark.parametrize(
    ("misconception", "plotted"),
    [
        ("no_mask", set(FUNCTIONS)),
        ("renamed_function", set(FUNCTIONS)),
        ("result_transposed", {"attentionQuery"}),  # of one query it can't be made; the others' results are turned
        ("strict_mask", {"attentionQuery", "attentionQueryMatrix"}),  # the first query sees nothing: not a number
        ("mutates_inputs", set()),
        ("missing_return", set()),
    ],
)
def test_what_can_be_plotted_has_to_be_full(misconception: str, plotted: set[str], made: dict[str, Notebook]) -> None:
    assert made[f"{misconception}, in the style arrays"].plotted == plotted


def test_a_loss_that_is_none_is_a_problem(made: dict[str, Notebook], key: AnswerKey, runner: KernelRunner) -> None:
    claimed = replace(made[RIGHT], lost=("ex2", "attention_plot"))
    assert list(problems_with([claimed], key, runner, 1)) == [f"{RIGHT}: ex2.attention_plot: lost, but got 4.0 of 4.0."]


def test_a_loss_that_nobody_expects_is_a_problem(
    made: dict[str, Notebook], key: AnswerKey, runner: KernelRunner
) -> None:
    lost = replace(next(one for title, one in made.items() if title.startswith("ex4.color_bar lost")), lost=None)
    (problem,) = problems_with([lost], key, runner, 1)
    assert "ex4.color_bar: right, but got 0.0 of 2.0." in problem

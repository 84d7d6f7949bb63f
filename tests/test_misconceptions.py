"""misconceptions.toml: every id of the policy is there, and mistakes in the file are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.misconceptions import load_misconceptions
from tests.notebooks import ROOT

# The ids are an interface: other programs look for them.
IDS = frozenset(
    """
    unscaled scaled_by_dk scaled_by_n_keys scaled_by_dv multiplied_by_sqrt_dk scale_after_softmax hard_coded_scale
    query_key_swapped cosine_similarity softmax_over_queries softmax_over_all no_softmax unnormalised_exp
    linear_normalisation sigmoid softmax_twice unstable_softmax no_mask strict_mask mask_transposed mask_after_softmax
    mask_logits_zero mask_additive_small mask_allows_next result_transposed result_uses_attention_transposed
    result_uses_raw_scores result_uses_keys result_not_summed result_uses_unmasked_attention swapped_return
    returns_only_attention returns_only_result missing_return not_implemented uses_globals hard_coded_shape
    mutates_inputs nondeterministic renamed_function
    """.split()  # noqa: SIM905 - forty lines otherwise
)


def test_every_id_is_there(assignment: Assignment) -> None:
    assert len(IDS) == 40
    assert {entry.id for entry in load_misconceptions(ROOT, assignment)} >= IDS


def test_what_is_only_remarked_costs_nothing_and_all_else_does(assignment: Assignment) -> None:
    free = {entry.id for entry in load_misconceptions(ROOT, assignment) if entry.cost == 0}
    assert free == {"unstable_softmax", "renamed_function"}


def test_hints_and_explanations_are_sentences(assignment: Assignment) -> None:
    for entry in load_misconceptions(ROOT, assignment):
        assert entry.hint[-1] in ".?", entry.id
        assert entry.explanation[-1] == ".", entry.id
        assert entry.title[-1] not in ".?", entry.id


def test_hints_hold_no_code(assignment: Assignment) -> None:
    """A hint doesn't give the answer away."""
    for entry in load_misconceptions(ROOT, assignment):
        assert not any(code in entry.hint for code in ("np.", "axis=", "sqrt(", "exp(", "@", "return ")), entry.id


def course(tmp_path: Path, text: str) -> Path:
    folder = tmp_path / "assignments" / "attention"
    folder.mkdir(parents=True)
    (folder / "misconceptions.toml").write_text(text, encoding="utf-8")
    return tmp_path


ENTRY = """
[[misconceptions]]
id = "odd"
title = "odd"
explanation = "Odd."
hint = "Even?"
cost = 0.5
"""


def test_a_course_needs_none(assignment: Assignment, tmp_path: Path) -> None:
    assert load_misconceptions(tmp_path, assignment) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY + ENTRY, '"odd" is there 2 times'),
        (
            ENTRY + 'returns = ["atention"]',
            r'odd\.returns: no function has the output "atention"\. Did you mean',
        ),
        (ENTRY.replace("0.5", "1.5"), "cost: Expected `float` <= 1"),
        (ENTRY.replace("0.5", "-1.0"), "cost: Expected `float` >= 0"),
        (ENTRY.replace('"Odd."', '" "'), "explanation"),
    ],
)
def test_mistakes_are_named(text: str, said: str, assignment: Assignment, tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=said):
        load_misconceptions(course(tmp_path, text), assignment)

"""What the self-test says of a name: exact, hidden, in part, unknown, wrong."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from grader.selftest.naming import Naming, Question, answer, answers, pairs
from tests.checks.diagnosis.diagnosed import sources
from tests.notebooks import ROOT

MASKED = "maskedAttentionQueryMatrix"


def question(*misconceptions: str, function: str = MASKED) -> Question:
    return Question(function, frozenset(misconceptions), "arrays")


@pytest.mark.parametrize(
    ("misconceptions", "naming", "named"),
    [
        (("unscaled", "no_mask"), Naming.EXACT, ("no_mask", "unscaled")),
        (("unscaled", "unstable_softmax"), Naming.EXACT, ("unscaled",)),
        (("unscaled", "linear_normalisation"), Naming.HIDDEN, ("linear_normalisation",)),
        (("unscaled", "nondeterministic"), Naming.HIDDEN, ("nondeterministic",)),
        (("no_softmax", "result_uses_raw_scores"), Naming.UNKNOWN, ()),
        (("no_softmax", "returns_only_result"), Naming.IN_PART, ("returns_only_result",)),
        (("shift_over_queries", "strict_mask"), Naming.UNKNOWN, ()),
        (("not_implemented", "unscaled"), Naming.HIDDEN, ("not_implemented",)),
        (("uses_globals", "unscaled"), Naming.EXACT, ("unscaled", "uses_globals")),
    ],
)
def test_names(misconceptions: tuple[str, ...], naming: Naming, named: tuple[str, ...]) -> None:
    found = answer(question(*misconceptions), sources())
    assert (found.naming, found.named, found.is_full) == (naming, named, False)


def test_a_name_that_was_not_asked_for_is_wrong() -> None:
    """A variant under another's name, as an author might have it by mistake."""
    made = sources()
    pipeline = made.key.atlas.pipelines[MASKED]
    first, *rest = pipeline.stages
    others = {"unscaled": "scaled_by_dk", "scaled_by_dk": "unscaled"}
    names = [one.misconception and others.get(one.misconception, one.misconception) for one in first.variants]
    renamed = tuple(replace(one, misconception=name) for one, name in zip(first.variants, names, strict=True))
    mistaken = replace(pipeline, stages=(replace(first, variants=renamed), *rest))
    atlas = replace(made.key.atlas, pipelines={**made.key.atlas.pipelines, MASKED: mistaken})
    wrong = replace(made, key=replace(made.key, atlas=atlas))
    assert answer(question("unscaled", "no_mask"), wrong).naming is Naming.WRONG


def test_full_marks_for_a_fault_are_seen() -> None:
    """With a tolerance that passes everything."""
    made = sources()
    loose = msgspec.structs.replace(made.key.assignment.tolerance, relative=0.999, absolute=0.999)
    key = replace(made.key, assignment=msgspec.structs.replace(made.key.assignment, tolerance=loose))
    found = answer(question("scaled_by_dk", "unstable_softmax", function="attentionQuery"), replace(made, key=key))
    assert found.is_full


def test_several_processes_answer_in_order() -> None:
    asked = [question("unscaled", "no_mask"), question("sigmoid", "result_uses_keys")] * 8
    found = list(answers(asked, ROOT, "attention", 2))
    assert [one.question for one in found] == asked
    assert all(one.naming is Naming.EXACT for one in found)


def test_there_are_thousands_of_pairs() -> None:
    every = list(pairs(sources()))
    assert len(every) > 3000
    assert all(len(one.misconceptions) == 2 for one in every)
    assert str(every[0]).startswith("attentionQuery (arrays) with ")

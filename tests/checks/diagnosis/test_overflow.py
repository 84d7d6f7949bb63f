"""An overflow beside another fault is remarked where the formula itself stays finite, and only there."""

from __future__ import annotations

import pytest

from grader.answer_key import AnswerKey
from tests.checks.diagnosis.diagnosed import diagnosed_source, source

MATRIX = "attentionQueryMatrix"


@pytest.mark.parametrize(
    ("misconceptions", "remarked"),
    [
        (("unscaled",), False),
        (("unscaled", "unstable_softmax"), True),
        (("result_uses_keys", "unstable_softmax"), True),
        (("swapped_return", "unstable_softmax"), True),
        # The exponentials themselves are infinite: that is the fault named, and no other.
        (("unnormalised_exp",), False),
        # What raises for other sizes raises there too: nothing is known of overflow.
        (("hard_coded_shape",), False),
    ],
)
def test_it_is_remarked(misconceptions: tuple[str, ...], *, remarked: bool, key: AnswerKey) -> None:
    found = diagnosed_source(MATRIX, source(MATRIX, *misconceptions), key)
    assert set(found.misconceptions) == set(misconceptions) - {"unstable_softmax"}
    assert [remark.id for remark in found.remarks] == (["unstable_softmax"] if remarked else [])

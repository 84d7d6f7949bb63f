"""Near misses are found, strangers are not."""

from __future__ import annotations

import pytest

from grader.naming import did_you_mean, kinship, renamed

SHEET = ["attentionQuery", "attentionQueryMatrix", "maskedAttentionQueryMatrix"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("attention_query", "attentionQuery"),
        ("AttentionQuery", "attentionQuery"),
        ("atentionQuery", "attentionQuery"),
        ("attention_query_mat", "attentionQueryMatrix"),
        ("attentionMatrix", "attentionQueryMatrix"),
        ("attentionQueryMatrixMasked", "maskedAttentionQueryMatrix"),
        ("masked_attention_matrix", "maskedAttentionQueryMatrix"),
    ],
)
def test_the_closest_name_is_meant(given: str, wanted: str) -> None:
    assert max(SHEET, key=lambda name: kinship(given, name)) == wanted
    assert renamed(SHEET, [given]) == {wanted: given}


@pytest.mark.parametrize("stranger", ["softmax", "plot_attention", "f", "make_data", "np", "_", "", "é" * 5000])
def test_strangers_are_left_alone(stranger: str) -> None:
    assert renamed(SHEET, [stranger]) == {}


def test_each_name_is_used_once_and_the_closest_pair_first() -> None:
    found = renamed(SHEET, ["maskedAttentionMatrix", "attentionMatrix", "attention"])
    assert found == {
        "maskedAttentionQueryMatrix": "maskedAttentionMatrix",
        "attentionQueryMatrix": "attentionMatrix",
        "attentionQuery": "attention",
    }


def test_did_you_mean() -> None:
    assert did_you_mean("pionts", ["points", "title"]) == ' Did you mean "points"?'
    assert did_you_mean("zzz", ["points", "title"]) == ""

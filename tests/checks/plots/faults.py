"""Faults of functions whose outputs are then plotted faithfully: they are paid for where they were made."""

from __future__ import annotations

from dataclasses import dataclass

from tests.checks.plots.ways import Cells, heatmap
from tests.notebooks import RIGHT

_SINGLE, _MATRIX, _MASKED = "attentionQuery", "attentionQueryMatrix", "maskedAttentionQueryMatrix"


@dataclass(frozen=True, slots=True)
class Fault:
    cells: Cells
    costs: str | None
    """The exercise that loses something; None: which one is not the matter here."""


def _altered(function: str, old: str, new: str) -> Cells:
    """The right function with something in it replaced, which must be there."""
    before, found, after = RIGHT[function].partition(old)
    if not found:
        raise ValueError(old)
    return {function: before + new + after}


def _returning(function: str, returned: str, before: str = "") -> Cells:
    head, _, last = RIGHT[function].rpartition("    return ")
    result = last.strip().removeprefix("attention, ")
    return {function: f"{head}    result = {result}\n{before}    return {returned}\n"}


def _instead(function: str, *lines: str) -> Cells:
    head = RIGHT[function].partition("\n")[0]
    return {function: "\n".join([head, *(f"    {line}" for line in lines)])}


_NAN_ON_TOP = "np.tri(*logits.shape, -1)"

FAULTS: dict[str, Fault] = {
    "unscaled_1": Fault(_altered(_SINGLE, " / np.sqrt(len(query))", ""), "ex1"),
    "unscaled_3": Fault(_altered(_MATRIX, " / np.sqrt(keys.shape[1])", ""), "ex3"),
    "unscaled_5": Fault(_altered(_MASKED, " / np.sqrt(keys.shape[1])", ""), "ex5"),
    "unscaled_everywhere": Fault(
        {
            **_altered(_SINGLE, " / np.sqrt(len(query))", ""),
            **_altered(_MATRIX, " / np.sqrt(keys.shape[1])", ""),
            **_altered(_MASKED, " / np.sqrt(keys.shape[1])", ""),
        },
        "ex3",
    ),
    "softmax_over_queries_3": Fault(_altered(_MATRIX, "exponentials.sum(axis=1", "exponentials.sum(axis=0"), "ex3"),
    "no_softmax_1": Fault(_altered(_SINGLE, "exponentials / exponentials.sum()", "logits"), "ex1"),
    "no_mask_5": Fault(_altered(_MASKED, "np.tri(*logits.shape)", "np.ones(logits.shape)"), "ex5"),
    "strict_mask_5": Fault(
        {_MASKED: RIGHT[_MASKED].replace("np.tri(*logits.shape)", _NAN_ON_TOP).replace("-np.inf", "-1e9")}, "ex5"
    ),
    "strict_mask_with_nan_5": Fault(_altered(_MASKED, "np.tri(*logits.shape)", _NAN_ON_TOP), "ex5"),
    "mask_transposed_5": Fault(_altered(_MASKED, "np.tri(*logits.shape)", "np.tri(*logits.shape).T"), "ex5"),
    "swapped_return_1": Fault(_returning(_SINGLE, "result, attention"), "ex1"),
    "swapped_return_3": Fault(_returning(_MATRIX, "result, attention"), "ex3"),
    "swapped_return_noticed_3": Fault(
        {
            **_returning(_MATRIX, "result, attention"),
            "apply_4": "result, attention = attentionQueryMatrix(queries_mat, keys_mat, values_mat)",
        },
        "ex3",
    ),
    "returns_only_attention_1": Fault(
        {
            **_returning(_SINGLE, "attention"),
            "apply_2": "attention = attentionQuery(queries[0], keys, values)\nresult = attention @ np.array(values)",
        },
        "ex1",
    ),
    "noise_1": Fault(_returning(_SINGLE, "attention + 0.001 * np.random.randn(*attention.shape), result"), "ex1"),
    "noise_3": Fault(_returning(_MATRIX, "attention + 0.001 * np.random.randn(*attention.shape), result"), "ex3"),
    "mutates_values_1": Fault(_returning(_SINGLE, "attention, result", "    values[0] *= 0\n"), "ex1"),
    "mutates_values_3": Fault(_returning(_MATRIX, "attention, result", "    values[0] *= 0\n"), "ex3"),
    "doubles_queries_3": Fault(_altered(_MATRIX, "    logits", "    queries *= 2\n    logits"), "ex3"),
    "matrices_mixed_up": Fault(
        {"keys_mat": "keys_mat, values_mat, queries_mat = np.array(queries), np.array(values), np.array(keys)"}, "ex3"
    ),
    "result_transposed_3": Fault(_returning(_MATRIX, "attention, result.T"), "ex3"),
    "result_uses_keys_1": Fault(_altered(_SINGLE, "attention @ np.array(values)", "attention @ np.array(keys)"), "ex1"),
    "uses_globals_3": Fault(
        _altered(_MATRIX, "    logits", "    queries, keys, values = queries_mat, keys_mat, values_mat\n    logits"),
        "ex3",
    ),
    "constant_1": Fault(
        _instead(_SINGLE, "return np.ones(64) / 64, np.arange(16.0)"),
        "ex1",
    ),
    "constant_3": Fault(_instead(_MATRIX, "return np.ones((64, 64)) / 64, np.ones((64, 16))"), "ex3"),
    "renamed_1": Fault(
        {
            _SINGLE: RIGHT[_SINGLE].replace(_SINGLE, "attention_query").replace(" / np.sqrt(len(query))", ""),
            "apply_2": "attention, result = attention_query(queries[0], keys, values)",
        },
        "ex1",
    ),
    "calls_wrong_one_before": Fault(
        {
            **_altered(_SINGLE, " / np.sqrt(len(query))", ""),
            **_instead(
                _MATRIX,
                "pairs = [attentionQuery(query, list(keys), list(values)) for query in queries]",
                "return np.array([a for a, _ in pairs]), np.array([r for _, r in pairs])",
            ),
        },
        "ex3",
    ),
    "wrong_function_right_plots": Fault(
        {
            **_altered(_MATRIX, " / np.sqrt(keys.shape[1])", ""),
            "apply_4": (
                "logits = queries_mat @ keys_mat.T / 8 ** 0.5\n"
                "attention = np.exp(logits) / np.exp(logits).sum(axis=1)[:, None]\nresult = attention @ values_mat"
            ),
        },
        "ex3",
    ),
    "unscaled_transposed_to_match": Fault(
        {
            **_altered(_MATRIX, " / np.sqrt(keys.shape[1])", ""),
            "first_4": heatmap("attention.T", x="Query-index", y="Key-index"),
        },
        "ex3",
    ),
}

STUB = {
    _MASKED: (
        "def maskedAttentionQueryMatrix(queries, keys, values):\n    # please implement\n    return attention, result"
    )
}
"""Hands back what Exercise 4 has left as globals: nothing of it is the student's own masked attention."""

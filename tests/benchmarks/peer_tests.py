"""Three tests for peers, one for each function: right values on one set of data. Far less than the grader asks."""

from __future__ import annotations

_EXPECTED = """\
import numpy as np
generator = np.random.default_rng(1)
queries, keys, values = (generator.normal(size=(8, columns)) for columns in (4, 4, 6))
logits = queries @ keys.T / 2
weights = np.exp(logits)
weights /= weights.sum(axis=1, keepdims=True)
masked = np.exp(logits) * np.tri(8)
masked /= masked.sum(axis=1, keepdims=True)
"""
_SAME = "np.testing.assert_allclose({}, {}, rtol=1e-4, atol=1e-6)\n"

TESTS = {
    "attentionQuery": _EXPECTED
    + "attention, result = attentionQuery(queries[0], list(keys), list(values))\n"
    + _SAME.format("attention", "weights[0]")
    + _SAME.format("result", "weights[0] @ values"),
    "attentionQueryMatrix": _EXPECTED
    + "attention, result = attentionQueryMatrix(queries, keys, values)\n"
    + _SAME.format("attention", "weights")
    + _SAME.format("result", "weights @ values"),
    "maskedAttentionQueryMatrix": _EXPECTED
    + "attention, result = maskedAttentionQueryMatrix(queries, keys, values)\n"
    + _SAME.format("attention", "masked")
    + _SAME.format("result", "masked @ values"),
}
"""Name of each function ─▶ source that raises where it is wrong. It needs the function and numpy alone."""

"""The reference for the sheet *Attention*: the three functions, the sheet's data, and the hidden cases.

Attention is scaled dot-product attention, softmax(Q Kᵀ / √d_k) V (Vaswani et al. 2017, section 3.2.1,
https://arxiv.org/abs/1706.03762). "Attention scores" on the sheet are the weights after the softmax.

This file never leaves the instructor's machine, and no kernel that runs student code may read it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Data = dict[str, FloatArray]


def attentionQuery(  # noqa: N802 - the sheet's name
    query: FloatArray, keys: Sequence[FloatArray], values: Sequence[FloatArray], *, scale: str = "sqrt_dk"
) -> tuple[FloatArray, FloatArray]:
    """Attention of one query (d_k,) over n keys (d_k,) and values (d_v,): weights (n,), result (d_v,)."""
    attention, result = attentionQueryMatrix(query[np.newaxis], np.array(keys), np.array(values), scale=scale)
    return attention[0], result[0]


def attentionQueryMatrix(  # noqa: N802 - the sheet's name
    queries: FloatArray, keys: FloatArray, values: FloatArray, *, scale: str = "sqrt_dk"
) -> tuple[FloatArray, FloatArray]:
    """Queries (m, d_k), keys (n, d_k), values (n, d_v): weights (m, n), result (m, d_v)."""
    attention = _softmax(_logits(queries, keys, scale))
    return attention, attention @ values


def maskedAttentionQueryMatrix(  # noqa: N802 - the sheet's name
    queries: FloatArray, keys: FloatArray, values: FloatArray, *, scale: str = "sqrt_dk"
) -> tuple[FloatArray, FloatArray]:
    """As attentionQueryMatrix, with a causal mask: query i sees keys 0..i, itself included."""
    logits = _logits(queries, keys, scale)
    future = np.arange(len(keys))[np.newaxis, :] > np.arange(len(queries))[:, np.newaxis]
    attention = _softmax(np.where(future, -np.inf, logits))
    return attention, attention @ values


def _logits(queries: FloatArray, keys: FloatArray, scale: str) -> FloatArray:
    divisors = {"sqrt_dk": np.sqrt(keys.shape[-1]), "none": 1.0}
    if scale not in divisors:
        message = f'scale = "{scale}" is unknown. Use one of: {", ".join(divisors)}.'
        raise ValueError(message)
    logits: FloatArray = queries @ keys.T / divisors[scale]
    return logits


def _softmax(logits: FloatArray) -> FloatArray:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    weights: FloatArray = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return weights


# --- data ------------------------------------------------------------------------------------------------------------


def sheet_data(*, keyLength: int, valueLength: int, items: int, seed: int, numItems: int) -> Data:  # noqa: N803
    """The sheet's `make_data`, number for number, with a generator of its own instead of numpy's global one.

    `items` is unused, there as here.
    """
    del items
    generator = np.random.RandomState(seed)
    keys, values, queries = [], [], []
    for item in range(numItems):
        if item % 8 == 0:
            base_key_query = generator.randn(keyLength) * 0.5
            base_value = generator.rand(valueLength) * 1 - 0.5
        keys.append(base_key_query + generator.randn(keyLength) * 0.2)
        queries.append(base_key_query + generator.randn(keyLength) * 0.2)
        values.append(base_value + generator.rand(valueLength) * 5 - 2.5)
    return {"keys": np.array(keys), "values": np.array(values), "queries": np.array(queries)}


# What the sheet's data can't tell apart: there √(number of keys) = 8 = d_k, queries and keys are equally many, and all
# weights are nearly alike. So here no two of (queries, keys, d_k, d_v, √keys) are equal where it matters. Two cases
# have the sizes of another one: a function that knows its data by its size answers with the other's values. One is
# larger than the sheet's data in each of its sizes, one has a single query.
_HIDDEN = {
    #                           queries, keys, d_k, d_v, norm of the vectors
    "more_keys_than_queries": (5, 7, 3, 4, 1.2),
    "many_more_keys": (4, 9, 2, 6, 1.5),
    "more_queries_than_keys": (8, 5, 6, 3, 1.4),
    "one_query": (1, 6, 5, 3, 1.5),
    "six_items": (6, 6, 5, 2, 1.0),
    "six_other_items": (6, 6, 5, 2, 1.3),
    "ten_items": (10, 10, 3, 7, 1.5),
    "larger_vectors": (7, 7, 4, 5, 5.0),
    "other_data_of_the_sheet's_size": (64, 64, 8, 16, 1.4),
    "more_of_everything": (70, 70, 12, 20, 1.8),
}


def hidden_cases() -> dict[str, Data]:
    """Cases of other sizes and larger vectors. The name of a case is all that a student learns of it."""
    generator = np.random.default_rng(20260401)
    return {name: _random_case(generator, *shape) for name, shape in _HIDDEN.items()}


def _random_case(generator: np.random.Generator, queries: int, keys: int, d_k: int, d_v: int, norm: float) -> Data:
    return {
        "queries": _vectors(generator, queries, d_k, norm),
        "keys": _vectors(generator, keys, d_k, norm),
        "values": generator.uniform(-3.0, 3.0, size=(keys, d_v)),
    }


def _vectors(generator: np.random.Generator, count: int, length: int, norm: float) -> FloatArray:
    """`count` random directions, each with about the given norm (0.8 to 1.2 times)."""
    directions = generator.standard_normal((count, length))
    norms = norm * generator.uniform(0.8, 1.2, size=(count, 1))
    vectors: FloatArray = directions / np.linalg.norm(directions, axis=1, keepdims=True) * norms
    return vectors


def stability_cases() -> dict[str, Data]:
    """Logits beyond exp's range (709), those of the first query too, which is all that attentionQuery sees.

    Small integers and d_k = 4 make them exact in float32. Their spread stays below 10 000, so that -1e4 masks them.
    """
    generator = np.random.default_rng(20260402)
    case = {
        "queries": np.roll(generator.integers(-40, 41, size=(8, 4)), 4, axis=0).astype(np.float64),
        "keys": generator.integers(-40, 41, size=(8, 4)).astype(np.float64),
        "values": generator.integers(-3, 4, size=(8, 3)).astype(np.float64),
    }
    return {"large_logits": case}

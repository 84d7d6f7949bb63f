"""The reference against formulas written another way, and its data against the sheet's own cell."""

from __future__ import annotations

import json
import math
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.notebooks import SHEET

SHEET_DATA = {"keyLength": 8, "valueLength": 16, "items": 32, "seed": 42, "numItems": 64}


def by_hand(queries: Any, keys: Any, values: Any, *, masked: bool) -> tuple[list[list[float]], list[list[float]]]:
    """The definition, entry by entry, with fsum."""
    attention, result = [], []
    for i, query in enumerate(queries):
        seen = range(min(i + 1, len(keys)) if masked else len(keys))
        logits = [math.fsum(a * b for a, b in zip(query, keys[j], strict=True)) / math.sqrt(len(query)) for j in seen]
        total = math.fsum(math.exp(x - max(logits)) for x in logits)
        row = [math.exp(x - max(logits)) / total for x in logits] + [0.0] * (len(keys) - len(logits))
        attention.append(row)
        result.append([math.fsum(w * v for w, v in zip(row, column, strict=True)) for column in np.transpose(values)])
    return attention, result


def all_data(reference: ModuleType) -> dict[str, Any]:
    sheet = {"sheet": reference.sheet_data(**SHEET_DATA)}
    return {**sheet, **reference.hidden_cases(), **reference.stability_cases()}


def test_it_is_the_formula(reference: ModuleType) -> None:
    for data in all_data(reference).values():
        inputs = data["queries"], data["keys"], data["values"]
        for function, masked in (("attentionQueryMatrix", False), ("maskedAttentionQueryMatrix", True)):
            for got, expected in zip(
                getattr(reference, function)(*inputs), by_hand(*inputs, masked=masked), strict=True
            ):
                np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12)
        single = reference.attentionQuery(inputs[0][0], list(inputs[1]), list(inputs[2]))
        for got, expected in zip(single, by_hand(*inputs, masked=False), strict=True):
            np.testing.assert_allclose(got, expected[0], rtol=1e-9, atol=1e-12)


def test_the_data_is_the_sheets_own(reference: ModuleType) -> None:
    cells = json.loads(SHEET.read_text(encoding="utf-8"))["cells"]
    (source,) = ("".join(cell["source"]) for cell in cells if "def make_data" in "".join(cell["source"]))
    state = np.random.get_state()  # noqa: NPY002 - the sheet's cell seeds it
    names: dict[str, Any] = {"np": np}
    exec(source, names)  # noqa: S102 - our own sheet
    np.random.set_state(state)  # noqa: NPY002
    data = reference.sheet_data(**SHEET_DATA)
    for name in ("keys", "values", "queries"):
        assert np.array_equal(data[name], np.array(names[name]))


def test_making_data_leaves_the_global_generator_alone(reference: ModuleType) -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    all_data(reference)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002


def test_hidden_cases_are_the_same_each_time(reference: ModuleType) -> None:
    for one, other in zip(all_data(reference).values(), all_data(reference).values(), strict=True):
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_hidden_cases_tell_what_the_sheet_cannot(reference: ModuleType) -> None:
    """No two of (queries, keys, d_k, d_v) are alike in the unequal cases, and √keys, d_k and √d_v never meet 8."""
    for name, data in reference.hidden_cases().items():
        if name == "other_data_of_the_sheet's_size":
            continue
        (queries, d_k), (keys, d_v) = data["queries"].shape, data["values"].shape
        assert d_k not in {keys, d_v, 8}
        assert not math.isclose(math.sqrt(keys), d_k)
        if queries != keys:
            assert len({queries, keys, d_k, d_v}) == 4


def test_two_cases_have_the_sizes_of_others_and_one_is_larger_than_the_sheet(reference: ModuleType) -> None:
    """Functions that know their data by its size, or count on no more than 64 items, are found out by these."""
    data = all_data(reference)
    sizes = {name: tuple(array.shape for array in each.values()) for name, each in data.items()}
    assert sizes["six_items"] == sizes["six_other_items"]
    assert {one.shape for one in data["other_data_of_the_sheet's_size"].values()} == {(64, 8), (64, 16)}
    for name, array in data["more_of_everything"].items():
        assert (np.array(array.shape) > data["sheet"][name].shape).all()


def test_large_logits_overflow_a_naive_softmax_and_are_exact_in_float32(reference: ModuleType) -> None:
    (data,) = reference.stability_cases().values()
    logits = data["queries"] @ data["keys"].T / 2
    assert (logits.max(axis=1) > np.log(np.finfo(float).max)).sum() >= 3
    assert logits[0].max() > np.log(np.finfo(float).max), "attentionQuery sees the first query alone"
    assert (logits == logits.astype(np.float32)).all()
    assert np.ptp(logits) < 1e4


def test_an_unknown_scale_is_named(reference: ModuleType) -> None:
    with pytest.raises(ValueError, match="sqrt_dk, none"):
        reference.attentionQueryMatrix(np.eye(2), np.eye(2), np.eye(2), scale="dk")

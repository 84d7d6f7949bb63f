"""What students return, described; and back through the decoder, the same numbers."""

from __future__ import annotations

import json
from collections import namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from grader.kernel_side.encode import describe, rebuild
from grader.model import Items, NotNumbers, Numbers, Returned, Value
from grader.runner.wire import decode_observation

Pair = namedtuple("Pair", "one other")  # noqa: PYI024 - as students write it


def through(value: Any, outputs: int = 1) -> Value:
    """Describe `value`, send it through JSON and bytes, decode it."""
    buffers: list[Any] = []
    description = json.loads(json.dumps(describe(value, outputs, buffers)))
    content = {"outcome": "returned", "value": description, "arguments": []}
    observation = decode_observation(content, [bytes(buffer) for buffer in buffers])
    assert isinstance(observation, Returned)
    return observation.value


_dtypes = st.sampled_from(["f2", "f4", "f8", ">f8", "i1", "i2", "i4", "i8", "u1", "u8", "?"])


@given(
    _dtypes.flatmap(lambda dtype: npst.arrays(np.dtype(dtype), npst.array_shapes(min_dims=0, max_dims=3, max_side=4)))
)
def test_arrays_arrive_as_they_are(array: Any) -> None:
    value = through(array)
    assert isinstance(value, Numbers)
    assert value.values.shape == array.shape
    np.testing.assert_array_equal(value.values, array.astype(np.float64))
    assert not value.values.flags.writeable


@pytest.mark.parametrize(
    ("value", "type_name", "values"),
    [
        (np.arange(6.0).reshape(2, 3).T, "ndarray", [[0, 3], [1, 4], [2, 5]]),
        (np.arange(10.0)[::-2], "ndarray", [9, 7, 5, 3, 1]),
        (np.ma.masked_array([1.0, 2.0, np.nan], mask=[False, True, True]), "MaskedArray", [1, 0, 0]),
        ([[1, 2], [3, 4]], "list", [[1, 2], [3, 4]]),
        ([np.array([1.0]), np.array([2.0])], "list", [[1], [2]]),
        (np.array([1, 2.5], dtype=object), "ndarray", [1, 2.5]),
        (np.longdouble(1.5), "longdouble", 1.5),
        (3, "int", 3),
        (True, "bool", 1),
        (range(3), "range", [0, 1, 2]),
        (np.zeros((0, 3)), "ndarray", []),
        (np.broadcast_to(np.float64(2), (2, 2)), "ndarray", [[2, 2], [2, 2]]),
    ],
)
def test_whatever_numpy_takes_for_numbers(value: Any, type_name: str, values: Any) -> None:
    got = through(value)
    assert isinstance(got, Numbers)
    assert (got.type_name, got.values.tolist()) == (type_name, values)


class Unpicklable:
    def __reduce__(self) -> Any:
        raise AssertionError


class Hostile:
    def __array__(self, *_: Any, **__: Any) -> Any:
        raise SystemError


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        b"1",
        {"a": 1},
        {1, 2},
        [[1], [1, 2]],
        [np.ones(2), "x"],
        np.array(["a"]),
        np.array([1j]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.array([Unpicklable()], dtype=object),
        np.zeros(2, dtype=[("a", float)]),
        Hostile(),
        np.broadcast_to(0.0, (10**5, 10**5)),
        iter([1.0]),
        print,
    ],
)
def test_what_is_no_array_of_numbers_is_said_to_be_none(value: Any) -> None:
    assert isinstance(through(value), NotNumbers)


@pytest.mark.parametrize("make", [tuple, list, lambda pair: Pair(*pair)])
def test_pairs_in_any_form(make: Any) -> None:
    value = through(make([np.ones(2), [[1, 2], [3, 4]]]), outputs=2)
    assert isinstance(value, Items)
    assert [item.values.shape for item in value.items if isinstance(item, Numbers)] == [(2,), (2, 2)]


def test_an_object_array_of_two_is_a_pair() -> None:
    both = np.empty(2, dtype=object)
    both[:] = [np.ones(3), np.ones((2, 2))]
    value = through(both, outputs=2)
    assert isinstance(value, Items)
    assert len(value.items) == 2


def test_a_long_list_is_one_value_and_not_many() -> None:
    assert isinstance(through([0.5] * 64, outputs=2), Numbers)


@given(st.lists(npst.arrays(np.float64, (3,), elements=st.floats(-1, 1)), max_size=3))
def test_arguments_arrive_fresh_and_writable(rows: list[Any]) -> None:
    numbers = [
        {"kind": "numbers", "dtype": row.dtype.str, "shape": list(row.shape), "buffer": i} for i, row in enumerate(rows)
    ]
    rebuilt = rebuild({"kind": "items", "items": numbers}, [row.tobytes() for row in rows])
    assert isinstance(rebuilt, list)
    for row, again in zip(rows, rebuilt, strict=True):
        np.testing.assert_array_equal(again, row)
        again[...] = 0


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_matrix_stays_two_dimensional() -> None:
    value = through(np.matrix([[1, 2]]))
    assert isinstance(value, Numbers)
    assert (value.type_name, value.values.tolist()) == ("matrix", [[1, 2]])

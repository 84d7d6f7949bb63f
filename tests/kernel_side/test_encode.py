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

from grader.kernel_side.encode import describe, describe_list, packed, rebuild, unpacked
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


# --- lists of arrays, and all buffers as one -------------------------------------------------------------------------

_rows = st.lists(npst.arrays(np.float64, st.integers(0, 3), elements=st.floats(-1, 1)), max_size=6)
_odd_items = st.one_of(st.none(), st.integers(-9, 9), st.just("x"), npst.arrays(np.int32, (2,)))


def list_through(items: list[Any]) -> Items:
    """A list as an argument, described after the call, and decoded."""
    buffers: list[Any] = []
    description = json.loads(json.dumps(describe_list(items, buffers)))
    content = {"outcome": "returned", "value": description, "arguments": []}
    observation = decode_observation(content, [bytes(buffer) for buffer in buffers])
    assert isinstance(observation, Returned)
    assert isinstance(observation.value, Items)
    return observation.value


@given(_rows)
def test_a_list_of_arrays_arrives_item_by_item_whether_stacked_or_not(rows: list[Any]) -> None:
    got = list_through(rows)
    assert got.type_name == "list"
    assert [item.type_name for item in got.items] == ["ndarray"] * len(rows)
    assert [item.values.tolist() for item in got.items if isinstance(item, Numbers)] == [row.tolist() for row in rows]


@given(st.lists(st.one_of(_odd_items, npst.arrays(np.float64, (2,))), max_size=6))
def test_whatever_the_student_put_into_a_list_has_its_place(items: list[Any]) -> None:
    got = list_through(items)
    assert [isinstance(item, Numbers) for item in got.items] == [
        not (item is None or isinstance(item, str)) for item in items
    ]


def test_rows_that_are_all_alike_are_one_buffer() -> None:
    buffers: list[Any] = []
    assert describe_list([np.ones(3)] * 100, buffers)["kind"] == "rows"
    assert len(buffers) == 1


@pytest.mark.parametrize(
    "items",
    [
        [np.ones(2), np.ones(3)],
        [np.ones(2), np.ones(2, dtype=int)],
        [np.ones((2, 2))] * 2,
        [np.ones(2), [1.0, 1.0]],
        [np.ones(2).view(np.recarray)] * 2,
        [],
    ],
)
def test_rows_that_are_not_alike_are_told_apart(items: list[Any]) -> None:
    assert describe_list(items, [])["kind"] == "items"


def test_a_list_that_grew_without_bound_is_cut() -> None:
    assert len(describe_list([np.ones(1)] * 6000, [])["items"]) == 5000


@given(st.lists(st.binary(max_size=9), max_size=6))
def test_what_is_packed_unpacks_to_the_same(buffers: list[bytes]) -> None:
    content, one = packed({"a": 1}, buffers)
    assert content["a"] == 1
    assert len(one) == 1
    assert [bytes(part) for part in unpacked(content, one)] == buffers


@given(_rows.filter(bool))
def test_rows_are_rebuilt_fresh_and_writable(rows: list[Any]) -> None:
    stacked = np.array([np.resize(row, 2) for row in rows])
    description = {"kind": "rows", "dtype": stacked.dtype.str, "shape": list(stacked.shape), "buffer": 0}
    rebuilt = rebuild(description, [stacked.tobytes()])
    assert isinstance(rebuilt, list)
    for row, again in zip(stacked, rebuilt, strict=True):
        np.testing.assert_array_equal(again, row)
        again[...] = 0


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_as_matrix_is_for_what_has_two_axes() -> None:
    two = {"kind": "numbers", "dtype": "<f8", "shape": [1, 2], "buffer": 0}
    assert type(rebuild(two, [bytes(16)], as_matrix=True)) is np.matrix
    assert type(rebuild({**two, "shape": [2]}, [bytes(16)], as_matrix=True)) is np.ndarray

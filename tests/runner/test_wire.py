"""Replies are hostile bytes: they decode to plain arrays, or they are a WireError. Nothing else."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answer_key import AnswerKey
from grader.errors import WireError
from grader.kernel_side.encode import packed, rebuild
from grader.model import Absent, Call, Items, NotCallable, Numbers, Raised, Returned
from grader.runner.wire import (
    Names,
    Resolved,
    calls_request,
    convert,
    decode_observation,
    decode_variables,
    unpacked,
)

NUMBERS = {"kind": "numbers", "type": "ndarray", "item_type": None, "dtype": "<f8", "shape": [2], "buffer": 0}
BUFFERS = [np.array([1.0, 2.0]).tobytes()]


def returned(**changes: Any) -> dict[str, Any]:
    return {"outcome": "returned", "value": {**NUMBERS, **changes}, "arguments": []}


def test_a_sound_reply() -> None:
    observation = decode_observation(returned(), BUFFERS)
    assert isinstance(observation, Returned)
    assert decode_observation({"outcome": "absent"}, []) == Absent()
    assert decode_observation({"outcome": "not_callable", "type": "int"}, []) == NotCallable("int")
    assert decode_observation({"outcome": "raised", "name": "E\x1b[31m", "text": "a\nb"}, []) == Raised("E", "a b")


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [3]},
        {"shape": [-2]},
        {"shape": [2**40, 2**40]},
        {"shape": [0] * 9},
        {"shape": [2.0]},
        {"shape": "2"},
        {"shape": [1, 10**9]},
        {"shape": [10**9, 0]},
        {"shape": [0, *[10**9] * 7]},
        {"dtype": "|O"},
        {"dtype": "object"},
        {"dtype": "<c16"},
        {"dtype": "<f16"},
        {"dtype": "<U1"},
        {"dtype": "|V16"},
        {"dtype": "<M8[s]"},
        {"dtype": "f8,f8"},
        {"dtype": "<f8\n"},
        {"dtype": None},
        {"buffer": 1},
        {"buffer": -1},
        {"buffer": True},
        {"kind": "pickle"},
        {"type": "x" * 1000},
        {"surprise": 1},
    ],
)
def test_a_lie_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        decode_observation(returned(**changes), BUFFERS)


@pytest.mark.parametrize(
    "content", [None, [], "x", {}, {"outcome": "passed"}, {"outcome": "returned"}, {"outcome": []}]
)
def test_other_content_is_refused(content: object) -> None:
    with pytest.raises(WireError):
        decode_observation(content, [])


def test_too_many_of_anything_are_refused() -> None:
    items = {"kind": "items", "type": "list", "items": [NUMBERS] * 5001}
    with pytest.raises(WireError):
        decode_observation({"outcome": "returned", "value": items, "arguments": []}, BUFFERS)
    with pytest.raises(WireError):
        decode_observation({**returned(), "arguments": [NUMBERS] * 21}, BUFFERS)


def test_many_views_of_one_buffer_are_refused() -> None:
    """A small message that would grow to gigabytes in the grader."""
    one = {**NUMBERS, "dtype": "|u1", "shape": [5000]}
    items = {"kind": "items", "type": "list", "items": [one] * 1000}
    with pytest.raises(WireError, match="5000000 numbers"):
        decode_observation({"outcome": "returned", "value": items, "arguments": []}, [bytes(5000)])


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["<f8", "numbers"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*NUMBERS, "outcome"]), inner),
    max_leaves=12,
)
_descriptions = st.fixed_dictionaries({key: st.just(value) | _json for key, value in NUMBERS.items()})


@given(_json | _descriptions.map(lambda value: {**returned(), "value": value}), st.lists(st.binary(max_size=20)))
def test_any_reply_decodes_or_is_refused(content: Any, buffers: list[bytes]) -> None:
    for decode in (decode_observation, decode_variables):
        try:
            decode(content, buffers)
        except WireError:
            continue
    for form in (Names, Resolved):
        try:
            convert(content, form)
        except WireError:
            continue


def test_a_pickle_stays_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A buffer that holds a pickle which would run code is only ever numbers."""

    class Bomb:
        def __reduce__(self) -> Any:
            return (pytest.fail, ("code ran",))

    bomb = pickle.dumps(Bomb())
    monkeypatch.setattr(pickle, "loads", lambda *_: pytest.fail("unpickled"))
    observation = decode_observation(returned(dtype="|u1", shape=[len(bomb)]), [bomb])
    assert isinstance(observation, Returned)
    with pytest.raises(WireError):
        decode_observation(returned(dtype="|O8", shape=[len(bomb) // 8]), [bomb])


def test_a_request_holds_inputs_and_nothing_that_tells_the_case(key: AnswerKey) -> None:
    """A notebook that reads its requests learns no id, no set, no expected value."""
    keyed = key.calls["attentionQueryMatrix"]["six_items"]
    content, buffers = calls_request([keyed.call], "attentionQueryMatrix", "15", 3)
    text = json.dumps(content)
    assert set(content) == {"action", "name", "label", "outputs", "first_seed", "as_matrix", "calls"}
    assert not any(word in text for word in ("six_items", "hidden", "expected", keyed.call.id))
    assert sum(buffer.nbytes for buffer in buffers) == sum(array.nbytes for array in keyed.arguments.values())


def test_arguments_survive_the_way(key: AnswerKey) -> None:
    for keyed in key.calls["attentionQuery"].values():
        content, buffers = calls_request([keyed.call], "f", None, 0)
        for description, argument in zip(content["calls"][0], keyed.call.arguments, strict=True):
            np.testing.assert_array_equal(rebuild(description, buffers), argument)


def test_no_part_of_the_kernels_folder_is_told() -> None:
    """It is another one in each run; and half a path, cut off, would not be known for one."""
    folder = "/tmp/grader-abcdefgh"  # noqa: S108 - a name
    for before in range(180, 210):
        reply = {"outcome": "raised", "name": "E", "text": "x" * before + f" {folder}/home/file"}
        observation = decode_observation(reply, [], folder)
        assert isinstance(observation, Raised)
        assert "grader-" not in observation.text


# --- all buffers as one, and lists of arrays -------------------------------------------------------------------------

ROWS = {**NUMBERS, "kind": "rows", "type": "list", "item_type": "ndarray", "shape": [1, 2]}


@given(st.lists(st.binary(max_size=9), max_size=6))
def test_what_is_packed_unpacks_to_the_same(buffers: list[bytes]) -> None:
    content, parts = unpacked(*packed({"a": 1}, buffers))
    assert content == {"a": 1}
    assert [bytes(part) for part in parts] == buffers


@pytest.mark.parametrize(
    "lengths", [None, "9", [8], [9, 1], [-1, 10], [9.0], [True, 8], [2**40], [0] * 20_001, [[9]], {"9": 9}, ["9"]]
)
def test_lengths_that_lie_are_refused(lengths: object) -> None:
    with pytest.raises(WireError):
        unpacked({"lengths": lengths}, [bytes(9)])


@pytest.mark.parametrize("buffers", [[], [b"", b""], [b"x"]])
def test_other_than_one_buffer_of_that_size_is_refused(buffers: list[bytes]) -> None:
    with pytest.raises(WireError):
        unpacked({"lengths": []}, buffers)


@pytest.mark.parametrize("content", [None, [], "x", 1, {}])
def test_content_without_lengths_is_refused(content: object) -> None:
    with pytest.raises(WireError):
        unpacked(content, [b""])


@given(_json, st.lists(st.binary(max_size=20), max_size=2))
def test_anything_unpacks_or_is_refused(content: Any, buffers: list[bytes]) -> None:
    for one in (content, {"lengths": content}):
        try:
            _, parts = unpacked(one, buffers)
        except WireError:
            continue
        assert b"".join(bytes(part) for part in parts) == buffers[0]


def test_rows_become_items() -> None:
    observation = decode_observation({**returned(), "value": ROWS}, BUFFERS)
    assert isinstance(observation, Returned)
    assert isinstance(observation.value, Items)
    (row,) = observation.value.items
    assert isinstance(row, Numbers)
    assert (row.values.tolist(), row.type_name) == ([1.0, 2.0], "ndarray")


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [2]},
        {"shape": [1, 1, 2]},
        {"shape": [2, 2]},
        {"shape": [10**9, 0]},
        {"shape": [0, 10**9]},
        {"shape": [-1, -2]},
        {"shape": [2**33, 2**33]},
        {"dtype": "|O"},
        {"buffer": 1},
        {"item_type": None},
        {"surprise": 1},
    ],
)
def test_rows_that_lie_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        decode_observation({**returned(), "value": {**ROWS, **changes}}, BUFFERS)


def test_more_rows_than_a_list_may_have_are_refused() -> None:
    rows = {**ROWS, "dtype": "|u1", "shape": [5001, 1]}
    with pytest.raises(WireError, match="5001"):
        decode_observation({**returned(), "value": rows}, [bytes(5001)])


def test_lists_of_arrays_survive_the_way() -> None:
    rows = (np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    for argument in (rows, (*rows, np.ones(3)), ()):
        content, buffers = calls_request([Call("c", "f", (argument,), 1, hidden=False)], "f", None, 0)
        rebuilt = rebuild(content["calls"][0][0], buffers)
        assert isinstance(rebuilt, list)
        assert [row.tolist() for row in rebuilt] == [row.tolist() for row in argument]

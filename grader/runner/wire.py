"""Probe messages: requests to the kernel, and its replies, which are hostile bytes until they are decoded here.

A reply can be anything at all: student code shares the kernel's process. Whatever isn't of the agreed form raises
WireError. Only sizes that are checked, and only plain numbers, become arrays; nothing is ever unpickled or executed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Annotated, Any, TypeAlias

import msgspec
import numpy as np

from grader.errors import WireError
from grader.model import (
    Absent,
    Alteration,
    Argument,
    Call,
    FloatArray,
    Items,
    NoAnswer,
    NotCallable,
    NotNumbers,
    Numbers,
    Observation,
    Raised,
    Returned,
    Silence,
    Value,
)
from grader.plaintext import one_line

REQUEST, REPLY = "grader_probe_request", "grader_probe_reply"

# Over all arrays of a reply: many descriptions may name one buffer, and a byte becomes eight.
_MOST_ELEMENTS = 500_000

_Word = Annotated[str, msgspec.Meta(max_length=200)]
_Size = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
_Dtype = Annotated[str, msgspec.Meta(pattern=r"\A([<>][iuf][248]|\|[biu]1)\Z")]
_Lengths = Annotated[list[_Size], msgspec.Meta(max_length=20_000)]
_MOST_ROWS = 5000
_NOT_PACKED = "a reply's buffers are not as it says"


class _Numbers(msgspec.Struct, tag_field="kind", tag="numbers", forbid_unknown_fields=True):
    type: _Word
    item_type: _Word | None
    dtype: _Dtype
    shape: Annotated[list[_Size], msgspec.Meta(max_length=8)]
    buffer: _Size


class _Other(msgspec.Struct, tag_field="kind", tag="other", forbid_unknown_fields=True):
    type: _Word
    reason: _Word


class _Rows(msgspec.Struct, tag_field="kind", tag="rows", forbid_unknown_fields=True):
    """A list of arrays that are all alike, stacked: each is a row."""

    type: _Word
    item_type: _Word
    dtype: _Dtype
    shape: Annotated[list[_Size], msgspec.Meta(min_length=2, max_length=2)]
    buffer: _Size


class _Items(msgspec.Struct, tag_field="kind", tag="items", forbid_unknown_fields=True):
    type: _Word
    items: Annotated[list[_Numbers | _Other], msgspec.Meta(max_length=5000)]


_Description: TypeAlias = _Numbers | _Other | _Items | _Rows


class _Returned(msgspec.Struct, tag_field="outcome", tag="returned", forbid_unknown_fields=True):
    value: _Description
    arguments: Annotated[list[_Description], msgspec.Meta(max_length=20)]


class _Raised(msgspec.Struct, tag_field="outcome", tag="raised", forbid_unknown_fields=True):
    name: str
    text: str


class _Absent(msgspec.Struct, tag_field="outcome", tag="absent", forbid_unknown_fields=True):
    pass


class _NotCallable(msgspec.Struct, tag_field="outcome", tag="not_callable", forbid_unknown_fields=True):
    type: str


class _Answers(msgspec.Struct, forbid_unknown_fields=True):
    answers: list[dict[str, Any]]


class Resolved(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    found: bool
    differs_at_end: bool


class Names(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    names: Annotated[list[_Word], msgspec.Meta(max_length=5000)]


class _Variables(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    values: dict[str, _Numbers | _Other | None]


Buffers: TypeAlias = Sequence[bytes | memoryview]


# --- to the kernel ---------------------------------------------------------------------------------------------------


def calls_request(
    calls: Sequence[Call], name: str, label: str | None, first_seed: int, *, as_matrix: bool = False
) -> tuple[dict[str, Any], list[memoryview]]:
    """Of calls their arguments are sent, and nothing that says which case it is or what should come back."""
    buffers: list[memoryview] = []
    content = {
        "action": "call",
        "name": name,
        "label": label,
        "outputs": [call.outputs for call in calls],
        "first_seed": first_seed,
        "as_matrix": as_matrix,
        "calls": [[_describe(argument, buffers) for argument in call.arguments] for call in calls],
    }
    return content, buffers


def altered_names(alteration: Alteration | None, buffers: list[memoryview]) -> dict[str, Any] | None:
    """What the kernel is told of the notebook's variables; the numbers are added to `buffers`."""
    if alteration is None:
        return None
    changed = {name: _describe(value, buffers) for name, value in alteration.changed.items()}
    return {"changed": changed, "double_data": alteration.double_data}


def _describe(argument: Argument, buffers: list[memoryview]) -> dict[str, Any]:
    if isinstance(argument, tuple):
        if argument and all(row.shape == argument[0].shape for row in argument):
            return {**_describe(np.array(argument), buffers), "kind": "rows"}
        return {"kind": "items", "items": [_describe(row, buffers) for row in argument]}
    buffers.append(np.ascontiguousarray(argument).data.cast("B"))
    return {
        "kind": "numbers",
        "dtype": argument.dtype.str,
        "shape": list(argument.shape),
        "buffer": len(buffers) - 1,
    }


# --- from the kernel -------------------------------------------------------------------------------------------------


def unpacked(content: object, buffers: Buffers) -> tuple[object, Buffers]:
    """The reverse of `packed`. Raises WireError."""
    if not isinstance(content, dict):
        raise WireError(_NOT_PACKED)
    lengths = convert(content.pop("lengths", None), _Lengths)
    if len(buffers) != 1 or sum(lengths) != len(buffers[0]):
        raise WireError(_NOT_PACKED)
    whole, ends = memoryview(buffers[0]), list(accumulate(lengths))
    return content, [whole[end - length : end] for length, end in zip(lengths, ends, strict=True)]


def decode_observations(content: object, buffers: Buffers, most: int, private: str = "") -> list[Observation]:
    """What a message says of several calls, of at most so many; see `decode_observation`. Raises WireError."""
    contents = convert(content, _Answers).answers
    if len(contents) != len(buffers) or len(contents) > most:
        raise WireError(_NOT_PACKED)
    return [_decoded_or_malformed(one, [buffer], private) for one, buffer in zip(contents, buffers, strict=True)]


def _decoded_or_malformed(content: object, buffers: Buffers, private: str) -> Observation:
    try:
        return decode_observation(*unpacked(content, buffers), private)
    except WireError:
        return NoAnswer(Silence.MALFORMED)


def decode_observation(content: object, buffers: Buffers, private: str = "") -> Observation:
    """`private` is the path of the kernel's own folder: another one in each run, it is kept out of errors' texts."""
    reply = convert(content, _Returned | _Raised | _Absent | _NotCallable)
    if isinstance(reply, _Returned):
        _must_be_bounded((reply.value, *reply.arguments))
        after = tuple(_decode(argument, buffers) for argument in reply.arguments)
        return Returned(_decode(reply.value, buffers), after)
    if isinstance(reply, _Raised):
        # Before the text is cut: half a path would not be known for one.
        text = reply.text.replace(private, "..") if private else reply.text
        return Raised(one_line(reply.name, 60), one_line(text))
    return Absent() if isinstance(reply, _Absent) else NotCallable(one_line(reply.type, 60))


def decode_variables(content: object, buffers: Buffers) -> Mapping[str, Value | None]:
    values = convert(content, _Variables).values
    _must_be_bounded(value for value in values.values() if value is not None)
    return {name: None if value is None else _decode(value, buffers) for name, value in values.items()}


def convert(content: object, form: Any) -> Any:
    """`content` (decoded JSON) as a value of the type `form`. Raises WireError."""
    try:
        return msgspec.convert(content, type=form)
    except (msgspec.ValidationError, RecursionError) as error:
        message = f"a reply is not of the agreed form: {error}"
        raise WireError(message) from error


def _must_be_bounded(descriptions: Iterable[_Description]) -> None:
    leaves = (leaf for one in descriptions for leaf in (one.items if isinstance(one, _Items) else [one]))
    # An empty array counts too: of 10⁹ rows without columns each row would be a list in a report.
    elements = sum(
        math.prod(max(size, 1) for size in leaf.shape) for leaf in leaves if isinstance(leaf, _Numbers | _Rows)
    )
    if elements > _MOST_ELEMENTS:
        message = f"a reply holds {elements} numbers; at most {_MOST_ELEMENTS} are read"
        raise WireError(message)


def _decode(description: _Description, buffers: Buffers) -> Value:
    if isinstance(description, _Items):
        items = tuple(_decode_leaf(item, buffers) for item in description.items)
        return Items(items, one_line(description.type, 60))
    if isinstance(description, _Rows):
        if description.shape[0] > _MOST_ROWS:
            message = f"a reply has a list of {description.shape[0]} arrays"
            raise WireError(message)
        item_type = one_line(description.item_type, 60)
        rows = tuple(Numbers(row, item_type) for row in _decode_array(description, buffers))
        return Items(rows, one_line(description.type, 60))
    return _decode_leaf(description, buffers)


def _decode_leaf(description: _Numbers | _Other, buffers: Buffers) -> Numbers | NotNumbers:
    if isinstance(description, _Other):
        return NotNumbers(one_line(description.type, 60), one_line(description.reason, 60))
    item_type = None if description.item_type is None else one_line(description.item_type, 60)
    return Numbers(_decode_array(description, buffers), one_line(description.type, 60), item_type)


def _decode_array(description: _Numbers | _Rows, buffers: Buffers) -> FloatArray:
    if description.buffer >= len(buffers):
        message = f"a reply names buffer {description.buffer} of {len(buffers)}"
        raise WireError(message)
    buffer = memoryview(buffers[description.buffer])
    dtype = np.dtype(description.dtype)
    # Python's integers don't overflow: a shape that lies can't be made to fit.
    if math.prod(description.shape) * dtype.itemsize != buffer.nbytes:
        message = f"a reply says {description.dtype} of shape {description.shape}, but sends {buffer.nbytes} bytes"
        raise WireError(message)
    raw = bytes(buffer)
    try:
        array = np.frombuffer(raw, dtype=dtype).reshape(description.shape)
    except ValueError as error:
        message = f"a reply's shape {description.shape} can't be had: {error}"
        raise WireError(message) from error
    if dtype != np.float64:
        with np.errstate(all="ignore"):
            array = array.astype(np.float64)
        array.setflags(write=False)
    # Else nobody can write to it: it lies in bytes.
    return array

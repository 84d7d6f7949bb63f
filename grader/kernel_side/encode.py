"""Python values ⇄ a JSON description and raw buffers. No pickle, no source text.

A description is one of

    {"kind": "numbers", "type", "item_type", "dtype", "shape", "buffer"}    anything that numpy takes for numbers
    {"kind": "items", "type", "items": [description, …]}                    a short tuple or list
    {"kind": "rows", …as "numbers"}                                         a list of arrays that are all alike
    {"kind": "other", "type", "reason"}                                     anything else

All names are bound at import, before any student code runs: rebinding `numpy.asarray` later changes nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from numpy import asarray, ascontiguousarray, float64, frombuffer, matrix, ndarray
from numpy import dtype as to_dtype
from numpy.ma import MaskedArray

_MOST_ITEMS = 8
_MOST_ROWS = 5000
_MATRIX_AXES = 2
_MOST_ELEMENTS = 250_000
_NAME_LENGTH = 60
# bool, signed, unsigned, float. numpy's long double has no fixed layout, so it is sent as float64.
_NUMBER_KINDS = "biuf"
_LARGEST_ITEM = 8

Description = dict[str, Any]


def describe(value: Any, outputs: int, buffers: list[Any]) -> Description:
    """`value` as a function returned it that should return so many `outputs`; its arrays are added to `buffers`."""
    items = _unpacked(value) if outputs > 1 else None
    if items is not None:
        return {"kind": "items", "type": _type_name(value), "items": [_leaf(item, buffers) for item in items]}
    return _leaf(value, buffers)


def _unpacked(value: Any) -> list[Any] | None:
    """The items of whatever `attention, result = value` would take apart; None where it is one value."""
    if isinstance(value, ndarray):
        # np.array([attention, result], dtype=object) is a pair; an array of numbers is one value.
        is_pair = value.dtype == object and value.ndim == 1
    else:
        is_array = hasattr(value, "__array__") or isinstance(value, str | bytes | dict | set | frozenset)
        is_pair = hasattr(value, "__iter__") and not is_array
    items = list(islice(value, _MOST_ITEMS + 1)) if is_pair else []
    return items if is_pair and len(items) <= _MOST_ITEMS else None


def _leaf(value: Any, buffers: list[Any]) -> Description:
    if value is None or isinstance(value, str | bytes | dict | set):
        return _other(value, "no numbers")
    try:
        array = _as_array(value)
        item_type = _type_name(value[0]) if isinstance(value, tuple | list) and value else None
    except Exception:  # noqa: BLE001 - a value of the student's own class may raise anything
        return _other(value, "not rectangular" if isinstance(value, tuple | list) else "no numbers")
    if array.dtype.kind not in _NUMBER_KINDS:
        return _other(value, f"its entries are {'complex' if array.dtype.kind == 'c' else 'no numbers'}")
    if array.size > _MOST_ELEMENTS:
        return _other(value, "too large")
    if array.dtype.itemsize > _LARGEST_ITEM:
        array = array.astype(float64)
    contiguous = ascontiguousarray(array)
    buffers.append(contiguous.data.cast("B") if contiguous.size else b"")
    return {
        "kind": "numbers",
        "type": _type_name(value),
        "item_type": item_type,
        "dtype": contiguous.dtype.str,
        "shape": list(array.shape),
        "buffer": len(buffers) - 1,
    }


def _as_array(value: Any) -> Any:
    # A masked weight is one that isn't there: nothing is added, nothing attended to.
    if isinstance(value, MaskedArray):
        value = value.filled(0)
    elif isinstance(value, tuple | list):
        value = [item.filled(0) if isinstance(item, MaskedArray) else item for item in value]
    if not isinstance(value, ndarray) and hasattr(value, "detach"):
        value = value.detach()  # a torch tensor that records gradients refuses to become an array
    array = asarray(value)
    return asarray(array, dtype=float64) if array.dtype == object else array


def describe_list(items: list[Any], buffers: list[Any]) -> Description:
    """A list that was an argument: the student may have changed its length, or put anything in."""
    first = items[0] if items else None
    if type(first) is ndarray and all(_is_alike(item, first) for item in items) and len(items) <= _MOST_ROWS:
        rows = ascontiguousarray(items)
        if rows.size <= _MOST_ELEMENTS:
            return {**_leaf(rows, buffers), "kind": "rows", "type": "list", "item_type": "ndarray"}
    return {"kind": "items", "type": "list", "items": [describe(item, 1, buffers) for item in items[:_MOST_ROWS]]}


def _is_alike(item: Any, first: ndarray[Any, Any]) -> bool:
    return type(item) is ndarray and item.ndim == 1 and item.shape == first.shape and item.dtype == float64


def packed(content: Description, buffers: Sequence[Any]) -> tuple[Description, list[bytes]]:
    """All buffers as one: a frame of a message costs more than the numbers in it."""
    return {**content, "lengths": [len(buffer) for buffer in buffers]}, [b"".join(buffers)]


def unpacked(content: Description, buffers: Sequence[Any]) -> list[memoryview]:
    whole, parts = memoryview(buffers[0]), []
    for length in content["lengths"]:
        parts.append(whole[:length])
        whole = whole[length:]
    return parts


def _other(value: Any, reason: str) -> Description:
    return {"kind": "other", "type": _type_name(value), "reason": reason}


def _type_name(value: Any) -> str:
    try:
        return sendable(str(type(value).__name__)[:_NAME_LENGTH])
    except BaseException:  # noqa: BLE001 - a metaclass of the student's own
        return "object"


def sendable(text: str) -> str:
    """`text` without what UTF-8 can't hold (lone surrogates): else the whole reply could not be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def rebuild(description: Description, buffers: Sequence[Any], *, as_matrix: bool = False) -> Any:
    """An argument as the grader sent it: a fresh, writable array, or a list of such; `as_matrix`: what has two axes."""
    if description["kind"] == "items":
        return [rebuild(item, buffers) for item in description["items"]]
    flat = frombuffer(buffers[description["buffer"]], dtype=to_dtype(description["dtype"]))
    array = flat.reshape(description["shape"]).copy()
    if description["kind"] == "rows":
        return [row.copy() for row in array]
    return array.view(matrix) if as_matrix and array.ndim == _MATRIX_AXES else array

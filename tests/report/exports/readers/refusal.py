"""What a strict reader says of a file that isn't of its format; and how values are held against a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class RefusedError(ValueError):
    """The file isn't what its format demands."""


def demand(holds: object, problem: str) -> None:
    if not holds:
        raise RefusedError(problem)


def read_json(content: bytes) -> Any:
    """JSON in UTF-8, without names that occur twice, NaN or infinity."""
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    demand(len({name for name, _ in pairs}) == len(pairs), "a name occurs twice")
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise RefusedError(constant)


def demand_fields(
    value: object, needed: Mapping[str, type], optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """An object of just these fields, each of its type. `float` takes integers, too; nothing takes null."""
    demand(isinstance(value, dict), f"no object: {value!r}")
    assert isinstance(value, dict)
    known = {**needed, **(optional or {})}
    demand(set(needed) <= set(value) <= set(known), f"fields {sorted(value)}, not {sorted(known)}")
    for name, one in value.items():
        demand(_is_of(one, known[name]), f"{name}: {one!r} is no {known[name].__name__}")
    return value


def _is_of(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def demand_shown(text: str) -> None:
    """Text that a terminal or a page shows as it is: no control characters but line ends, no reordering."""
    bad = [
        char
        for char in text
        if (ord(char) < 32 and char != "\n") or char in "\x7f\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
    ]
    demand(not bad, f"control characters: {bad!r}")

"""How numbers, places and kinds of values are called in messages."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.assignment import Function
from grader.model import FloatArray, Items, NotNumbers, Value

_SIGNIFICANT_DIGITS = 5
_NAMES_OF_COUNTS = {1: "one value", 2: "two values", 3: "three values"}


def number(value: float) -> str:
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    return f"{float(value):.{_SIGNIFICANT_DIGITS}g}"


def plain_numbers(values: FloatArray) -> Any:
    """Nested lists for JSON, rounded so that the same report comes out on every machine."""
    if values.ndim == 0:
        value = float(values)
        return float(f"{value:.6g}") + 0.0 if np.isfinite(value) else str(value)
    return [plain_numbers(np.asarray(row)) for row in values]


def place(index: Sequence[int], axes: Sequence[str]) -> str:
    """(3, 0) on the axes (query, key) ─▶ "query 3, key 0"."""
    return ", ".join(f"{axis} {position}" for axis, position in zip(axes, index, strict=True))


def shape(of: tuple[int, ...], axes: Sequence[str]) -> str:
    """ "the shape (3, 2), one row for each query and one column for each element"."""
    counted = {0: "", 1: ", one number for each {}", 2: ", one row for each {} and one column for each {}"}
    return f"the shape {of}{counted.get(len(axes), '').format(*axes)}"


def signature(function: Function) -> str:
    return f"{function.name}({', '.join(parameter.name for parameter in function.parameters)})"


def outputs(function: Function) -> str:
    """ "two values, (attention, result)", or "one value, result"."""
    names = ", ".join(output.name for output in function.outputs)
    counted = values_counted(len(function.outputs))
    return f"{counted}, ({names})" if len(function.outputs) > 1 else f"{counted}, {names}"


def values_counted(count: int) -> str:
    return _NAMES_OF_COUNTS.get(count, f"{count} values")


def kind_of(value: Value) -> str:
    """What came, in a few words: "None", "an array of shape (64,)", "a tuple of 3"."""
    if isinstance(value, Items):
        return f"{with_article(value.type_name)} of {len(value.items)}"
    if isinstance(value, NotNumbers):
        return "None" if value.type_name == "NoneType" else with_article(value.type_name)
    if value.values.ndim == 0:
        return "a single number"
    return f"{with_article(value.type_name)} of shape {value.values.shape}"


def with_article(type_name: str) -> str:
    name = "array" if type_name == "ndarray" else type_name
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def error_name(name: str, *, hidden: bool) -> str:
    """The exception's name. In a hidden case only Python's own: a name made up by the student could carry inputs."""
    if not hidden:
        return name
    known = getattr(builtins, name, None)
    return name if isinstance(known, type) and issubclass(known, BaseException) else "an error"

"""A notebook's namespace as it stood at one moment, whose functions go on seeing it so."""

from __future__ import annotations

from types import FunctionType
from typing import Any

Namespace = dict[str, Any]


def take_snapshot(namespace: Namespace) -> Namespace:
    """A copy of `namespace`, with its plain functions bound to the copy.

    So a function that was right when its exercise ended stays so, though the notebook later gives its helper `softmax`
    another meaning. Objects are shared, not copied: a list that is changed later is changed here too.
    """
    copy = dict(namespace)
    for name, value in namespace.items():
        if type(value) is FunctionType and value.__globals__ is namespace:
            copy[name] = _rebound(value, copy)
    return copy


def _rebound(function: FunctionType, namespace: Namespace) -> FunctionType:
    copy = FunctionType(function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__dict__.update(function.__dict__)
    return copy

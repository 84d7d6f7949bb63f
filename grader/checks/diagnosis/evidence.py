"""What came of a function's calls, as evidence for a diagnosis: arrays as they were returned, in no expected shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.answer_key import AnswerKey, KeyedCall
from grader.atlas import Arrays
from grader.model import FloatArray, Items, NoAnswer, Numbers, Observation, Returned, Value


@dataclass(frozen=True, slots=True)
class Seen:
    """One call that was answered. `items` are what it returned (None: something that is no numbers)."""

    id: str
    arguments: Arrays
    expected: tuple[FloatArray, ...]
    items: tuple[FloatArray | None, ...]
    raised: bool
    exact: bool = True
    """One of the cases that a diagnosis is looked up by; other calls only confirm or refute it."""

    @property
    def size(self) -> int:
        return sum(array.size for array in self.arguments.values())


@dataclass(frozen=True, slots=True)
class Outputs:
    """The same call with the items taken for outputs, by name; without any where it raised."""

    id: str
    arguments: Arrays
    expected: Arrays
    outputs: Arrays
    raised: bool
    exact: bool

    @property
    def size(self) -> int:
        return sum(array.size for array in self.arguments.values())


def seen_calls(function: str, key: AnswerKey, observations: Mapping[str, Observation]) -> tuple[Seen, ...]:
    """All calls that were answered, small ones first; not those in which going wrong is excused."""
    excused = {set_ for excuse in key.assignment.excuses for set_ in excuse.cases}
    keyed = [one for one in key.calls[function].values() if one.case.set not in excused]
    seen = [_seen(one, one.expected, observations.get(one.call.id), exact=True) for one in keyed]
    seen += [_seen(one, one.expected, observations.get(one.call.id), exact=False) for one in key.small[function]]
    seen += [_seen(*changed, exact=False) for changed in _changed(function, key, observations)]
    return tuple(sorted((one for one in seen if one is not None), key=lambda one: one.size))


def _changed(
    function: str, key: AnswerKey, observations: Mapping[str, Observation]
) -> Iterator[tuple[KeyedCall, tuple[FloatArray, ...], Observation | None]]:
    """The calls with later rows changed, in which only the arguments are others."""
    for (original, _), changed in key.changed.items():
        if changed.call.function == function:
            keyed = next(one for one in key.calls[function].values() if one.call.id == original)
            arguments = {
                name: np.asarray(value) for name, value in zip(keyed.arguments, changed.call.arguments, strict=True)
            }
            yield (
                KeyedCall(changed.call, keyed.case, arguments, changed.expected),
                changed.expected,
                observations.get(changed.call.id),
            )


def _seen(
    keyed: KeyedCall, expected: tuple[FloatArray, ...], observation: Observation | None, *, exact: bool
) -> Seen | None:
    if observation is None or isinstance(observation, NoAnswer):
        return None
    items = _items(observation.value) if isinstance(observation, Returned) else ()
    return Seen(keyed.call.id, keyed.arguments, expected, items, not isinstance(observation, Returned), exact)


def _items(value: Value) -> tuple[FloatArray | None, ...]:
    if isinstance(value, Items):
        # An empty tuple is something, and no numbers.
        return tuple(one.values if isinstance(one, Numbers) else None for one in value.items) or (None,)
    if isinstance(value, Numbers):
        return (value.values,)
    return () if value.type_name == "NoneType" else (None,)


def taken_for(order: Sequence[str], outputs: Sequence[str], seen: Sequence[Seen]) -> tuple[Outputs, ...] | None:
    """All calls, with what each returned taken for the outputs in this `order`; None where that can't be."""
    found = [_one_taken_for(order, outputs, one) for one in seen]
    return tuple(one for one in found if one is not None) if None not in found else None


def _one_taken_for(order: Sequence[str], outputs: Sequence[str], seen: Seen) -> Outputs | None:
    expected = dict(zip(outputs, seen.expected, strict=True))
    if seen.raised:
        return Outputs(seen.id, seen.arguments, expected, {}, raised=True, exact=seen.exact)
    items = _as_one(seen.items) if len(order) == 1 else seen.items
    arrays = {name: item for name, item in zip(order, items, strict=False) if item is not None}
    if len(items) != len(order) or len(arrays) != len(order):
        return None
    return Outputs(seen.id, seen.arguments, expected, arrays, raised=False, exact=seen.exact)


def _as_one(items: tuple[FloatArray | None, ...]) -> tuple[FloatArray | None, ...]:
    """A short list of numbers or of rows is one array too."""
    shapes = {item.shape if item is not None else None for item in items}
    return (np.array(items),) if len(items) > 1 and len(shapes) == 1 and None not in shapes else items

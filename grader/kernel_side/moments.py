"""The notebook's namespace, and how it stood at earlier moments: when each exercise ended."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Any

Namespace = dict[str, Any]


class Moments:
    """Keeps copies of a namespace, and puts the namespace itself back to one of them.

    The dictionary stays the same object, so that whatever refers to it sees the earlier names: functions, methods,
    what a decorator wrapped, a partial. A function that was right when its exercise ended stays so, though the notebook
    later gives its helper `softmax` another meaning. Objects are shared, not copied: a list that is changed later stays
    changed.
    """

    def __init__(self, live: Namespace) -> None:
        self._live = live
        self._kept: dict[str | None, Namespace] = {}
        self._current: str | None = None

    def keep(self, label: str) -> None:
        self._kept[label] = dict(self._live)

    def go_to(self, label: str | None) -> Namespace:
        """The namespace as it stood at `label` (None: at the end), with what calls there have left in it."""
        if label != self._current:
            self._kept[self._current] = dict(self._live)
            wanted = self._kept[label]
            for name in [name for name in self._live if name not in wanted]:
                del self._live[name]
            self._live.update(wanted)
            self._current = label
        return self._live

    def differs_at_end(self, label: str) -> bool:
        """Whether something that a function of that moment could see has been bound anew since, or is gone."""
        kept, end = self._kept[label], self.go_to(None)
        read = {name for value in kept.values() if type(value) is FunctionType for name in _names(value.__code__)}
        return any(end.get(name) is not kept[name] for name in kept if name in read or callable(kept[name]))


def _names(code: CodeType) -> set[str]:
    """Names that the code reads from its globals (attributes' names are among them: too many do no harm)."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names, inner))

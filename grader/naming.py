"""Which name was meant: typing errors in toml keys, and functions that a student called otherwise."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

# Below this two names are strangers. "attention" and "attentionQuery" (0.78) are kin; "softmax" and
# "attentionQuery" (0.10) or "plot_attention" and "attentionQuery" (0.67) are not.
_KIN = 0.7

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` Did you mean "points"?` if something in `known` is near to `word`, else an empty string."""
    near = difflib.get_close_matches(word, sorted(set(known) - {word}), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""


def kinship(one: str, other: str) -> float:
    """How alike two identifiers are (0 to 1), whatever their case, underscores and order of words."""
    straight = _ratio(_words(one), _words(other))
    sorted_ = _ratio(sorted(_words(one)), sorted(_words(other)))
    return max(straight, sorted_)


def renamed(missing: Sequence[str], available: Sequence[str]) -> Mapping[str, str]:
    """For each missing name the available one that was most likely meant, each used once.

    The closest pair is settled first, so that `maskedAttentionMatrix` goes to `maskedAttentionQueryMatrix` and not to
    `attentionQueryMatrix`.
    """
    pairs = sorted(
        ((kinship(wanted, given), wanted, given) for wanted in missing for given in available),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[str, str] = {}
    for likeness, wanted, given in pairs:
        if likeness >= _KIN and wanted not in found and given not in found.values():
            found[wanted] = given
    return found


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _ratio(one: Sequence[str], other: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, "".join(one), "".join(other), autojunk=False).ratio()

"""Which quantity an axis label names, in English or German, in whatever words.

A label is read like a noun with what belongs to it: "index of the key vector", "Attention-score for each key",
"Schlüssel-Index". What stands before the first preposition or bracket is its head, and the last word of the head that
is known decides; where the head only counts ("index of …"), the first known word after it does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from grader.asked_plots import Quantity

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "#": " number "})
_TEX_COMMAND = re.compile(r"\\(?!alpha|beta|omega)[a-zA-Z]+")
_WORD = re.compile(r"[a-z]+")
_BREAK = re.compile(
    r"[(\[{;:|=→]|\b(?:of|for|in|at|by|per|to|with|from|over|on|des|der|dem|von|vom|fuer|im|bei|pro|zu|zum|zur|je|ueber|an|am)\b"
)
# Short words count where they stand alone; of long ones it is enough that a word holds them.
_LONG = 3
_COUNTING = ("index", "indic", "indiz", "number", "nummer", "position", "idx", "nr", "no", "pos", "id")
_SYMBOLS = tuple("ijnm")
_ALONE = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """What a label says. `named` holds the quantities in it, first of all the one that it is about."""

    named: tuple[str, ...]
    is_index: bool
    counts: bool = False
    """Whether it says itself that something is counted: "index", "number"."""

    @property
    def about(self) -> str | None:
        return self.named[0] if self.named else None


def names(label: str, wanted: Quantity, quantities: Sequence[Quantity]) -> bool:
    """Whether the label says that its axis stands for `wanted`."""
    reading = read_label(label, quantities)
    if not wanted.counts:
        return not reading.counts and wanted.id in reading.named
    return reading.about == wanted.id or (reading.about is None and reading.is_index and wanted.index_alone)


def read_label(label: str, quantities: Sequence[Quantity]) -> Reading:
    text = _folded(label)
    found = _BREAK.search(text)
    cut = found.start() if found else len(text)
    head, rest = _known_words(text[:cut], quantities), _known_words(text[cut:], quantities)
    if len({one.id for one in head if one.counts}) > 1:
        # "Key/Query index" doesn't say which.
        return Reading((), is_index=True, counts=True)
    if _counts(text[:cut], head):
        ordered = [one for one in (*reversed(head), *rest) if one.counts]
        return Reading(_ids(ordered), is_index=True, counts=True)
    ordered = [*reversed(head), *rest]
    is_index = ordered[0].counts if ordered else _counts(text[cut:], rest)
    return Reading(_ids(ordered), is_index)


def _ids(quantities: Sequence[Quantity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in quantities))


def _folded(text: str) -> str:
    r"""In lower case, without accents and TeX: "$\mathbf{k}_j$" ─▶ "k j"."""
    plain = _TEX_COMMAND.sub(" ", text).replace("$", " ").replace("_", " ").replace("^", " ")
    plain = re.sub(r"[{}\\]", " ", plain).lower().translate(_UMLAUTS).replace("\u03b1", " alpha ")
    apart = "".join(f" {char}" if "<su" in unicodedata.decomposition(char) else char for char in plain)
    return "".join(char for char in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(char))


def _known_words(text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
    """The quantities named in the text, in the order of their words. Beside whole words, symbols say nothing more."""
    found: list[tuple[bool, int, Quantity]] = []
    for word in _WORD.finditer(text):
        for quantity in quantities:
            for known in map(_folded, quantity.words):
                is_whole = len(known) >= _LONG
                place = word[0].rfind(known) if is_whole else (0 if word[0] == known else -1)
                if place >= 0:
                    found.append((is_whole, word.start() + place, quantity))
    has_whole = any(is_whole for is_whole, _, _ in found)
    kept = [(place, quantity) for is_whole, place, quantity in found if is_whole or not has_whole]
    return [quantity for _, quantity in sorted(kept, key=lambda one: one[0])]


def _counts(text: str, named: Sequence[Quantity]) -> bool:
    """Whether it says that something is counted. A mere "i" says so where it stands for nothing else."""
    words = _WORD.findall(text)
    symbol = not named and any(word in _SYMBOLS for word in words)
    return symbol or any(word == one or (len(one) >= _ALONE and one in word) for word in words for one in _COUNTING)

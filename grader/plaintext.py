"""Untrusted text made fit to show: no control characters, no escapes, nothing that changes from run to run."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b.")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}")
# ipykernel names a cell's file after its process.
_PROCESS = re.compile(r"ipykernel_\d+")
_SPACE = re.compile(r"\s+")

# Bidirectional overrides reorder what a reader sees (Trojan Source, CVE-2021-42574).
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Emoji of families and flags are joined by this one; a file name keeps it.
_ZERO_WIDTH_JOINER = "\u200d"


@lru_cache(maxsize=2048)
def one_line(text: str, limit: int = 200) -> str:
    """`text` as one line of at most `limit` visible characters; memory addresses become `0x…`."""
    # Cut first: the student chose the length, and every step below walks the whole text.
    head = text[: 8 * limit]
    spaced = _SPACE.sub(" ", _ANSI.sub("", head))
    shown = "".join(char for char in spaced if _is_visible(char))
    visible = _PROCESS.sub("ipykernel", _ADDRESS.sub("0x…", _SPACE.sub(" ", shown))).strip()
    if len(visible) <= limit and len(head) == len(text):
        return visible
    return visible[: limit - 1].rstrip() + "…"


def decodable(name: str) -> str:
    """A file name that may hold undecodable bytes (surrogates), as text that any encoder takes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_visible(char: str) -> bool:
    return char == _ZERO_WIDTH_JOINER or unicodedata.category(char) not in _HIDDEN_CATEGORIES

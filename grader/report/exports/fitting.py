"""Texts cut until a file is as small as its reader demands. What was cut says so."""

from __future__ import annotations

from collections.abc import Callable

from grader.errors import UsageError

_LENGTHS = (10**9, 20_000, 5_000, 2_000, 1_000, 400, 150, 60)
_CUT = " … (shortened)"


def fitted(encode: Callable[[int], bytes], most: int, reader: str) -> bytes:
    """What `encode` makes with the longest texts that fit. Raises UsageError where even the shortest don't."""
    for length in _LENGTHS:
        content = encode(length)
        if len(content) <= most:
            return content
    message = f"The assignment has too many criteria for {reader}, which takes {most} bytes a submission."
    raise UsageError(message)


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - len(_CUT)].rstrip() + _CUT

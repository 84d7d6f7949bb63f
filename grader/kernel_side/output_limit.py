"""Output beyond a limit is dropped where it is made. Not a seal: what a notebook sends past this, the grader counts."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data")
_ERRORS = ("error", "execute_reply")
_LONGEST_ERROR, _MOST_LINES = 20_000, 50
# A message's headers. Text of streams is counted where it is written.
_BESIDE = 500
_DROPPED = "\n[The rest of the output was dropped.]\n"


@dataclass(slots=True)
class OutputLimit:
    left: int

    def take(self, size: int) -> bool:
        """Whether so much more may go out; once something did not fit, nothing more does."""
        self.left = self.left - size if size <= self.left else -1
        return self.left >= 0


def limit_output(app: Any, limit: OutputLimit, *, quiet: bool) -> None:
    """Bound what streams and displays of this kernel send; or, where nobody looks, send nothing of that at all."""
    for stream in (sys.stdout, sys.stderr):
        _limit_stream(stream, limit)
    send = app.session.send

    def send_if_small(stream: Any, message: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        whole = isinstance(message, dict)
        kind, sent = (message["msg_type"], message["content"]) if whole else (message, content)
        if kind in _OUTPUTS and (quiet or not limit.take(_size(sent))):
            return None
        if kind in _ERRORS:
            _clip(sent)
        return send(stream, message, content, *args, **kwargs)

    app.session.send = send_if_small


def _clip(error: Any) -> None:
    """An error may say as much as it likes, `ValueError(a_long_list)`: it is no flood, and nobody reads it all."""
    if isinstance(error, dict) and isinstance(error.get("evalue"), str):
        error["evalue"] = error["evalue"][:_LONGEST_ERROR]
        error["traceback"] = [str(line)[:_LONGEST_ERROR] for line in error.get("traceback", [])[:_MOST_LINES]]


def _limit_stream(stream: Any, limit: OutputLimit) -> None:
    write = stream.write

    def write_if_small(text: str) -> int | None:
        if not isinstance(text, str) or limit.left < 0:
            # A wrong type is OutStream's to complain about.
            return len(text) if isinstance(text, str) else write(text)
        room = limit.left
        if limit.take(len(text)):
            return write(text)  # type: ignore[no-any-return]
        write(text[:room] + _DROPPED)
        return len(text)

    stream.write = write_if_small


def _size(content: Any) -> int:
    data = content.get("data", {}) if isinstance(content, dict) else {}
    return _BESIDE + sum(len(value) for value in data.values() if isinstance(value, str | bytes))

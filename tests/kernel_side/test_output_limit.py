"""Output past the limit is dropped where it is made: streams and displays share one limit."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.kernel_side.output_limit import OutputLimit, limit_output

MARKER = "[The rest of the output was dropped.]"


class Sent:
    """Stands for a kernel's session: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[Any, Any]] = []

    def send(self, _stream: Any, message: Any, content: Any = None, *_: Any, **__: Any) -> str:
        self.sent.append((message, content))
        return "sent"


def limited(monkeypatch: pytest.MonkeyPatch, most: int, *, quiet: bool = False) -> tuple[io.StringIO, Sent]:
    """A stream and a session, bounded together."""
    out, session = io.StringIO(), Sent()
    monkeypatch.setattr(sys, "stdout", _Settable(out))
    monkeypatch.setattr(sys, "stderr", _Settable(out))
    limit_output(SimpleNamespace(session=session), OutputLimit(most), quiet=quiet)
    return out, session


class _Settable:
    """A stream whose `write` can be replaced, as OutStream's can and StringIO's can't."""

    def __init__(self, out: io.StringIO) -> None:
        self.write = out.write


@given(st.integers(0, 50), st.lists(st.integers(0, 20)))
def test_what_was_taken_never_exceeds_the_limit(most: int, sizes: list[int]) -> None:
    limit = OutputLimit(most)
    taken = [size for size in sizes if limit.take(size)]
    assert sum(taken) <= most
    assert taken == sizes[: len(taken)], "once something did not fit, nothing more does"


def test_up_to_the_limit_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = limited(monkeypatch, 6)
    assert (sys.stdout.write("abc"), sys.stderr.write("def")) == (3, 3)
    assert out.getvalue() == "abcdef"


def test_what_is_beyond_is_cut_and_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = limited(monkeypatch, 4)
    assert [sys.stdout.write("abc") for _ in range(3)] == [3, 3, 3], "print must not notice"
    assert out.getvalue() == f"abca\n{MARKER}\n"


@pytest.mark.parametrize("most", [0, 100])
def test_a_wrong_type_still_raises(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    limited(monkeypatch, most)
    sys.stdout.write("x")
    with pytest.raises(TypeError):
        sys.stdout.write(b"bytes")  # type: ignore[arg-type]


def test_displays_count_and_those_beyond_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    out, session = limited(monkeypatch, 510)  # a message's headers count 500
    shown = {"data": {"text/plain": "x" * 6}}
    assert session.send(None, "display_data", shown) == "sent"
    assert session.send(None, "execute_result", shown) is None
    sys.stdout.write("more")
    assert len(session.sent) == 1
    assert "more" not in out.getvalue(), "one limit for all"


def test_whole_messages_are_displays_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython's publisher sends them made up already."""
    _, session = limited(monkeypatch, 503)
    session.send(None, {"msg_type": "display_data", "content": {"data": {"text/plain": "xxxx"}}})
    session.send(None, {"msg_type": "execute_reply", "content": {"data": {"text/plain": "xxxx"}}})
    assert [message["msg_type"] for message, _ in session.sent] == ["execute_reply"]


def test_without_displays_errors_and_replies_still_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    _, session = limited(monkeypatch, 1000, quiet=True)
    for kind in ("stream", "display_data", "update_display_data", "execute_result", "error", "execute_reply", "status"):
        session.send(None, kind, {"data": {}})
    assert [kind for kind, _ in session.sent] == ["error", "execute_reply", "status"]


@pytest.mark.parametrize("content", [None, [], "x", {"data": {"text/plain": None}}])
def test_odd_contents_are_sent_as_they_are(monkeypatch: pytest.MonkeyPatch, content: Any) -> None:
    _, session = limited(monkeypatch, 510)
    session.send(None, "display_data", content)
    assert session.sent == [("display_data", content)]

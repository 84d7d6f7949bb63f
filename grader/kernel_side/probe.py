"""Answers the grader's questions about the notebook's namespace, by a message type of its own on the shell channel.

Actions: `keep` (the namespace as it stands, under a label), `variables`, `resolve` (is there such a function), `names`
(of the functions that the notebook made), `call`. The grader takes the replies for hostile bytes.
"""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numpy.random import seed as seed_numpy

from grader.kernel_side.encode import describe, rebuild, sendable
from grader.kernel_side.moments import Moments, Namespace

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST, REPLY = "grader_probe_request", "grader_probe_reply"
_MOST_NAMES = 500
_MOST_ITEMS = 5000
_TEXT_LENGTH = 2000

Reply = dict[str, Any]
Answer = Callable[[Reply, Sequence[Any]], tuple[Reply, list[Any]]]


def register(kernel: Any) -> None:
    """Make `kernel` (an ipykernel, before any student code) answer probes."""
    answers = _answers(kernel.shell)

    def handle(stream: Any, ident: Any, parent: Reply) -> None:
        request = parent["content"]
        try:
            content, buffers = answers[request["action"]](request, parent["buffers"])
        except Exception as error:  # noqa: BLE001 - without any reply the grader would wait in vain
            content, buffers = {"failed": type(error).__name__}, []
        kernel.session.send(stream, REPLY, content, parent=parent, ident=ident, buffers=buffers)

    kernel.shell_handlers[REQUEST] = handle


def _answers(shell: Any) -> dict[str, Answer]:
    """One function per action, over the shell's namespace."""
    live: Namespace = shell.user_ns
    given_names = frozenset(live)
    moments = Moments(live)

    def keep(request: Reply, _buffers: Sequence[Any]) -> tuple[Reply, list[Any]]:
        moments.keep(request["label"])
        return {}, []

    def variables(request: Reply, _buffers: Sequence[Any]) -> tuple[Reply, list[Any]]:
        arrays: list[Any] = []
        values = {name: describe(live[name], 1, arrays) if name in live else None for name in request["names"]}
        return {"values": values}, arrays

    def resolve(request: Reply, _buffers: Sequence[Any]) -> tuple[Reply, list[Any]]:
        label = request["label"]
        differs = label is not None and moments.differs_at_end(label)
        return {"found": request["name"] in moments.go_to(label), "differs_at_end": differs}, []

    def names(_request: Reply, _buffers: Sequence[Any]) -> tuple[Reply, list[Any]]:
        end = moments.go_to(None)
        own = [name for name in list(end) if name not in given_names and _is_own_function(end[name])]
        return {"names": [sendable(name) for name in own[:_MOST_NAMES]]}, []

    def call(request: Reply, buffers: Sequence[Any]) -> tuple[Reply, list[Any]]:
        return _call(moments.go_to(request["label"]), request, buffers)

    return {"keep": keep, "variables": variables, "resolve": resolve, "names": names, "call": call}


def _is_own_function(value: Any) -> bool:
    try:
        return callable(value) and not isinstance(value, type) and getattr(value, "__module__", None) == "__main__"
    except BaseException:  # noqa: BLE001 - an object of the student's own
        return False


def _call(namespace: Namespace, request: Reply, buffers: Sequence[Any]) -> tuple[Reply, list[Any]]:
    if request["name"] not in namespace:
        return {"outcome": "absent"}, []
    function = namespace[request["name"]]
    if not callable(function):
        return {"outcome": "not_callable", "type": type(function).__name__}, []
    arguments = [rebuild(description, buffers, as_matrix=request["as_matrix"]) for description in request["arguments"]]
    # The same numbers each time that the notebook is graded, but others in each call.
    random.seed(request["seed"])
    seed_numpy(request["seed"])  # noqa: NPY002 - the global generator is what students use
    try:
        with _silence():
            returned = function(*arguments)
            arrays: list[Any] = []
            value = describe(returned, request["outputs"], arrays)
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt too: it is the student's function
        return {"outcome": "raised", "name": sendable(type(error).__name__), "text": _text_of(error)}, []
    after = [_describe_argument(argument, arrays) for argument in arguments]
    return {"outcome": "returned", "value": value, "arguments": after}, arrays


def _describe_argument(argument: Any, arrays: list[Any]) -> Reply:
    """A list argument item by item, however long it is: the student may have changed its length, or put anything in."""
    if isinstance(argument, list):
        return {
            "kind": "items",
            "type": "list",
            "items": [describe(item, 1, arrays) for item in argument[:_MOST_ITEMS]],
        }
    return describe(argument, 1, arrays)


def _text_of(error: BaseException) -> str:
    try:
        return sendable(str(error)[:_TEXT_LENGTH])
    except BaseException:  # noqa: BLE001 - __str__ of the student's own exception
        return ""


class _Sink(io.TextIOBase):
    """Takes what is printed, and forgets it."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing that a probed function prints goes anywhere: it has seen hidden inputs."""
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = _Sink()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before

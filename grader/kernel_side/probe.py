"""Answers the grader's questions about the notebook's namespace, by a message type of its own on the shell channel.

Actions: `cell` (which one comes next; without a reply), `keep` (the namespace as it stands, under a label),
`variables`, `figures` (what was seen of them in the cells), `resolve` (is there such a function), `names` (of the
functions that the notebook made), `call`. The grader takes the replies for hostile bytes.
"""

from __future__ import annotations

import io
import random
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from time import monotonic
from typing import Any

from numpy import ndarray
from numpy.random import seed as seed_numpy
from zmq import POLLOUT

from grader.kernel_side.encode import describe, describe_list, packed, rebuild, sendable, unpacked
from grader.kernel_side.figure_recorder import record_figures
from grader.kernel_side.moments import Moments, Namespace

REQUEST, REPLY = "grader_probe_request", "grader_probe_reply"
_MOST_NAMES = 500
_TEXT_LENGTH = 2000
_SECONDS_TOGETHER = 0.05
_BYTES_TOGETHER = 2**20

Reply = dict[str, Any]
Answers = Iterator[tuple[Reply, list[Any]]]
Answer = Callable[[Reply, Sequence[Any]], Answers]


def register(kernel: Any) -> None:
    """Make `kernel` (an ipykernel, before any student code) answer probes."""
    answers = _answers(kernel.shell)

    def handle(stream: Any, ident: Any, parent: Reply) -> None:
        def send(content: Reply, buffers: Sequence[Any]) -> None:
            content, one = packed(content, buffers)
            kernel.session.send(stream, REPLY, content, parent=parent, ident=ident, buffers=one)
            # At once: the next call may never return to the loop that sends what waits.
            if hasattr(stream, "flush"):
                stream.flush(POLLOUT)

        request = parent["content"]
        try:
            for content, buffers in answers[request["action"]](request, unpacked(request, parent["buffers"])):
                send(content, buffers)
        except Exception as error:  # noqa: BLE001 - without any reply the grader would wait in vain
            send({"failed": type(error).__name__}, [])

    kernel.shell_handlers[REQUEST] = handle


def _answers(shell: Any) -> dict[str, Answer]:
    """One function per action, over the shell's namespace."""
    live: Namespace = shell.user_ns
    given_names = frozenset(live)
    moments = Moments(live)
    recorder = record_figures(shell)

    def cell(request: Reply, _buffers: Sequence[Any]) -> Answers:
        recorder.cell = request["number"]
        yield from ()

    def keep(request: Reply, _buffers: Sequence[Any]) -> Answers:
        moments.keep(request["label"])
        yield {}, []

    def variables(request: Reply, _buffers: Sequence[Any]) -> Answers:
        arrays: list[Any] = []
        values = {name: describe(live[name], 1, arrays) if name in live else None for name in request["names"]}
        yield {"values": values}, arrays

    def figures(_request: Reply, _buffers: Sequence[Any]) -> Answers:
        described, numbers = recorder.end()
        yield {"figures": described, "left_out": recorder.left_out}, [numbers.data.cast("B") if numbers.size else b""]

    def resolve(request: Reply, _buffers: Sequence[Any]) -> Answers:
        label = request["label"]
        differs = label is not None and moments.differs_at_end(label)
        yield {"found": request["name"] in moments.go_to(label), "differs_at_end": differs}, []

    def names(_request: Reply, _buffers: Sequence[Any]) -> Answers:
        end = moments.go_to(None)
        own = [name for name in list(end) if name not in given_names and _is_own_function(end[name])]
        yield {"names": [sendable(name) for name in own[:_MOST_NAMES]]}, []

    def call(request: Reply, buffers: Sequence[Any]) -> Answers:
        namespace = moments.go_to(request["label"])
        answers = _call_each(namespace, request, buffers)
        if request["altered"] is not None:
            answers = _altered(namespace, request["altered"], buffers, given_names, answers)
        return _gathered(answers, _SECONDS_TOGETHER if request["together"] else -1.0)

    return {
        "cell": cell,
        "keep": keep,
        "variables": variables,
        "figures": figures,
        "resolve": resolve,
        "names": names,
        "call": call,
    }


def _gathered(answers: Answers, seconds: float) -> Answers:
    """Several answers a message: of calls that end at once, a message each would cost more than the calls.

    Each is packed as soon as it is there, so that what later calls do to its arrays changes nothing.
    """
    contents: list[Reply] = []
    packs: list[Any] = []
    since = monotonic()
    for content, buffers in answers:
        whole, one = packed(content, buffers)
        contents.append(whole)
        packs += one
        if monotonic() - since > seconds or sum(map(len, packs)) > _BYTES_TOGETHER:
            yield {"answers": contents}, packs
            contents, packs, since = [], [], monotonic()
    if contents:
        yield {"answers": contents}, packs


def _altered(
    namespace: Namespace, altered: Reply, buffers: Sequence[Any], given_names: AbstractSet[str], answers: Answers
) -> Answers:
    """The answers, with the notebook's variables changed or gone while they are worked out."""
    before = dict(namespace)
    for name, described in altered["changed"].items():
        # Under whatever names it goes: `all_keys = keys` is no way round.
        changes = name in before and isinstance(before[name], ndarray | list | tuple)
        for alias in [alias for alias, value in before.items() if changes and value is before[name]]:
            namespace[alias] = rebuild(described, buffers)
    if altered["double_data"]:
        for name in [name for name in before if name not in given_names]:
            namespace[name] = _doubled(before[name])
    try:
        yield from answers
    finally:
        namespace.clear()
        namespace.update(before)


def _doubled(value: Any) -> Any:
    """A number, an array, or a list or tuple of these, doubled; anything else as it is."""
    if type(value) in {int, float} or (type(value) is ndarray and value.dtype.kind in "iuf"):
        return value * 2
    if type(value) in {list, tuple}:
        return type(value)(map(_doubled, value))
    return value


def _call_each(namespace: Namespace, request: Reply, buffers: Sequence[Any]) -> Answers:
    """One answer a call, as soon as there is one. A call that was interrupted is the last: the grader asks anew."""
    interrupts: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    for number, (described, outputs) in enumerate(zip(request["calls"], request["outputs"], strict=True)):
        arguments = [rebuild(one, buffers, as_matrix=request["as_matrix"]) for one in described]
        # The same numbers each time that the notebook is graded, but others in each call.
        random.seed(request["first_seed"] + number)
        seed_numpy(request["first_seed"] + number)  # noqa: NPY002 - the global generator is what students use
        yield _call(namespace, request["name"], arguments, outputs)
        if interrupts:
            return


def _is_own_function(value: Any) -> bool:
    try:
        return callable(value) and not isinstance(value, type) and getattr(value, "__module__", None) == "__main__"
    except BaseException:  # noqa: BLE001 - an object of the student's own
        return False


def _call(namespace: Namespace, name: str, arguments: list[Any], outputs: int) -> tuple[Reply, list[Any]]:
    if name not in namespace:
        return {"outcome": "absent"}, []
    function = namespace[name]
    if not callable(function):
        return {"outcome": "not_callable", "type": type(function).__name__}, []
    try:
        with _silence():
            returned = function(*arguments)
            arrays: list[Any] = []
            value = describe(returned, outputs, arrays)
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt too: it is the student's function
        return {"outcome": "raised", "name": sendable(type(error).__name__), "text": _text_of(error)}, []
    after = [
        describe_list(argument, arrays) if isinstance(argument, list) else describe(argument, 1, arrays)
        for argument in arguments
    ]
    return {"outcome": "returned", "value": value, "arguments": after}, arrays


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

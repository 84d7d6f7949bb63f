"""Attempts on the grader itself, by its messages: forged replies, broken ones, huge ones, too many.

A notebook that forges its own answers gains nothing: it doesn't know the right ones. What must not be is that the
grader fails, hangs, swells, or takes for an answer what is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.model import NoAnswer, Numbers, Raised, Returned, Silence
from tests.attacks.attempt import Attempt, Outcome, Predicate, at_least, never
from tests.attacks.world import World

_FORGED = 4242.0

# Found as any student could find it; what it sends goes out under the kernel's own key.
_HANDLER = """
kernel = get_ipython().kernel
session = kernel.session
def reply(stream, ident, parent, content, buffers=()):
    session.send(stream, "grader_probe_reply", content, parent=parent, ident=ident, buffers=list(buffers))
known = kernel.shell_handlers["grader_probe_request"]
def answer(stream, ident, parent):
    if parent["content"].get("action") == "call" and parent["content"].get("name") == "cheat":
        forge(stream, ident, parent)
    else:
        known(stream, ident, parent)
kernel.shell_handlers["grader_probe_request"] = answer
def cheat(a):
    return a
holds(1)
"""

_NUMBERS = '{"kind": "numbers", "type": "ndarray", "item_type": None, "dtype": "<f8", "shape": SHAPE, "buffer": BUFFER}'


def _numbers(shape: str = "[3]", buffer: str = "0", dtype: str = "<f8") -> str:
    return _NUMBERS.replace("SHAPE", shape).replace("BUFFER", buffer).replace("<f8", dtype)


def _returned(value: str) -> str:
    return f'{{"outcome": "returned", "value": {value}, "arguments": []}}'


def _observed(world: World, outcome: Outcome) -> bool:
    """The forged reply is what the grader saw: some answer to the call that the function did not give."""
    del world
    seen = outcome.observed("cheat", "public")
    values = [one.value for one in seen if isinstance(one, Returned)]
    truth = [value for value in values if isinstance(value, Numbers) and value.values.tolist() == [1.0, 2.0, 3.0]]
    return bool(seen) and not truth


def _believed(_world: World, outcome: Outcome) -> bool:
    """It was taken for an answer, though it has no form that an answer may have."""
    seen = outcome.observed("cheat", "public")
    return any(not isinstance(one, NoAnswer) for one in seen)


def _forge(name: str, content: str, buffers: str = "[]", harm: Predicate = _believed) -> Attempt:
    cell = f"def forge(stream, ident, parent):\n    reply(stream, ident, parent, {content}, {buffers})\n"
    return _by_handler(name, cell, harm)


def _by_handler(name: str, forge: str, harm: Predicate, bites: Predicate = _observed) -> Attempt:
    return Attempt(name=name, bites=bites, harm=harm, cells=(_HANDLER, forge), functions=("cheat",))


def _silent_for(reasons: Sequence[Silence]) -> Predicate:
    return lambda _world, outcome: any(
        isinstance(one, NoAnswer) and one.reason in reasons for one in outcome.observed("cheat", "public")
    )


def _raised_text_is_long(_world: World, outcome: Outcome) -> bool:
    seen = [one for one in outcome.observed("cheat", "public") if isinstance(one, Raised)]
    return any(len(one.name) > 100 or len(one.text) > 5000 or "\x1b" in one.text for one in seen)


_FRAMES = """
def forge(stream, ident, parent):
    {make}
    stream.send_multipart([*ident, b"<IDS|MSG>", {frames}])
"""
_PARTS = (
    "wanted = (session.msg_header('grader_probe_reply'), parent['header'], {})\n"
    "    header, mother, empty = (session.pack(one) for one in wanted)"
)


def _raw(name: str, content: str, *, signed: bool = True, harm: Predicate = _believed) -> Attempt:
    sign = f"session.sign([header, mother, empty, {content}])" if signed else 'b"0" * 64'
    forge = _FRAMES.format(make=_PARTS, frames=f"{sign}, header, mother, empty, {content}")
    return _by_handler(name, forge, harm)


_STRAY = """
def forge(stream, ident, parent):
    for number in range(5000):
        stray = dict(parent, header=dict(parent["header"], msg_id=str(number)))
        reply(stream, ident, stray, {})
    reply(stream, ident, parent, {"outcome": "absent"})
"""
_TWICE = """
def forge(stream, ident, parent):
    for _ in range(3):
        reply(stream, ident, parent, {"outcome": "absent"})
"""
_SILENT = "def forge(stream, ident, parent):\n    pass\n"
_ANOTHER_KIND = """
def forge(stream, ident, parent):
    session.send(stream, "execute_reply", {"status": "ok"}, parent=parent, ident=ident)
"""
_ON_IOPUB = """
def send(frames):
    kernel.iopub_thread.send_multipart(frames)
kernel = get_ipython().kernel
session = kernel.session
for number in range(50):
    FRAMES
time.sleep(0.2)
holds(1)
"""
_GARBAGE = 'send([b"x", b"<IDS|MSG>", bytes([number]) * 64, b"\\xff{", b"[", b"]", b"no", os.urandom(100)])'
_NO_FRAMES = 'send([b"x"])'
_UNSIGNED = 'send([b"x", b"<IDS|MSG>", b"", b"{}", b"{}", b"{}", b"{}"])'
_NESTED = 'parts = [b"{}"] * 3 + [b"[" * 200000]\n    send([b"x", b"<IDS|MSG>", session.sign(parts), *parts])'
_STRANGE_TYPES = """
for content in ({"execution_state": []}, {"name": 5, "text": {}}, {"data": 7}, [], "text", None, 10**400):
        for kind in ("status", "stream", "display_data", "error", "update_display_data", "clear_output", "comm_open"):
            try:
                session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
            except Exception as error:
                failed = error
"""
_EARLY_IDLE = """
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent=kernel.get_parent())
sys.stdout.flush()
time.sleep(1)
holds(1)
"""


def _on_iopub(name: str, frames: str) -> Attempt:
    cells = (_ON_IOPUB.replace("FRAMES", frames.strip()),)
    # A kernel whose messages can't be read is of no use any more, and then the cell counts as lost.
    return Attempt(name=name, bites=lambda w, o: at_least(1)(w, o) or o.proof == b"", harm=never, cells=cells)


PROTOCOL = (
    _forge("reply_forged", _returned(_numbers()), f"[np.full(3, {_FORGED}).tobytes()]", harm=never),
    _forge("reply_of_another_shape", _returned(_numbers("[1000, 1000]")), "[bytes(24)]"),
    _forge("reply_without_buffer", _returned(_numbers("[3]", "7"))),
    _forge("reply_of_negative_shape", _returned(_numbers("[-1, -3]")), "[bytes(24)]"),
    _forge("reply_of_endless_shape", _returned(_numbers("[10**9] * 8 + [0]")), "[b'']"),
    _forge("reply_of_empty_rows", _returned(_numbers("[10**9, 0]")), "[b'']"),
    _forge("reply_of_objects", _returned(_numbers("[1]", "0", "|O")), "[bytes(8)]"),
    _forge("reply_of_records", _returned(_numbers("[1]", "0", "i4,f8")), "[bytes(12)]"),
    _forge(
        "reply_of_one_buffer_often",
        _returned(f'{{"kind": "items", "type": "list", "items": [{_numbers("[500000]", "0", "|b1")}] * 4000}}'),
        "[bytes(500000)]",
    ),
    _forge("reply_of_odd_types", '{"outcome": ["returned"], "value": {"kind": {}}, "arguments": 10**400}'),
    _forge("reply_with_extras", _returned(_numbers())[:-1] + ', "score": 100}', "[bytes(24)]"),
    _forge("reply_for_another", '{"values": {"proof": None}, "found": True, "differs_at_end": True}'),
    _forge(
        "reply_of_a_huge_error",
        '{"outcome": "raised", "name": "<script>" * 1000, "text": chr(27) + "[2J" + "x" * 20_000_000}',
        harm=_raised_text_is_long,
    ),
    _raw("reply_with_a_wrong_signature", 'b"{}"', signed=False),
    _raw("reply_of_nested_json", 'b"[" * 500000'),
    _raw("reply_of_nested_objects", 'b\'{"a":\' * 200000 + b"1" + b"}" * 200000'),
    _raw("reply_that_is_no_json", 'b"\\xff\\xfe{"'),
    _raw("reply_of_one_huge_number", 'b\'{"outcome": \' + b"9" * 5000 + b"}"'),
    _raw("reply_of_surrogates", 'b\'{"outcome": "raised", "name": "\\\\ud800", "text": "\\\\udfff"}\'', harm=never),
    _raw("reply_of_a_huge_message", 'b"x" * 100_000_000'),
    _by_handler("replies_to_nobody", _STRAY, never),
    _by_handler("reply_three_times", _TWICE, never),
    _by_handler("no_reply", _SILENT, _believed, _silent_for([Silence.TIMED_OUT, Silence.KILLED_KERNEL])),
    _by_handler("reply_of_another_kind", _ANOTHER_KIND, _believed),
    _on_iopub("garbage_on_iopub", _GARBAGE),
    _on_iopub("single_frames_on_iopub", _NO_FRAMES),
    _on_iopub("unsigned_on_iopub", _UNSIGNED),
    _on_iopub("nested_on_iopub", _NESTED),
    _on_iopub("strange_types_on_iopub", _STRANGE_TYPES),
    Attempt(name="idle_too_early", bites=at_least(1), harm=never, cells=(_EARLY_IDLE,)),
)

"""Real kernels: which version of a function is called, when, with what; and what a call can do to the others."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest

from grader.model import Absent, Call, CellStatus, NoAnswer, NotCallable, Observation, Raised, Returned, Silence
from tests.runner.kernels import LIMITS, Numbers_of, call, observed, run, statuses, value

# --- functions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("", Absent()),
        ("f = 5", NotCallable("int")),
        ("def f(a): raise KeyError('k')", Raised("KeyError", "'k'")),
        ("def f(a): raise SystemExit(3)", Raised("SystemExit", "3")),
        ("def f(a): return input()", Raised("EOFError", "EOF when reading a line")),
        ("def f(): pass", Raised("TypeError", "f() takes 0 positional arguments but 1 was given")),
        ("def f(a):\n  while True: pass", NoAnswer(Silence.TIMED_OUT)),
        ("import os\ndef f(a): os._exit(0)", NoAnswer(Silence.KILLED_KERNEL)),
    ],
)
def test_a_call_has_its_outcome(source: str, seen: Observation) -> None:
    (got,) = observed(run(source, calls=(call("f"),)))
    assert got == seen


def test_a_function_that_kills_costs_the_others_nothing() -> None:
    calls = (*(call("f", f"{i}") for i in range(5)), call("g"))
    execution = run("import os\ndef f(a): os._exit(0)\ndef g(a): return 2 * a", calls=calls)
    assert value(observed(execution, "g:public")[0]) == [2, 4, 6]
    silences = [observed(execution, f"f:{i}")[0] for i in range(5)]
    assert silences == [NoAnswer(Silence.KILLED_KERNEL)] * 2 + [NoAnswer(Silence.NOT_ASKED)] * 3


def test_the_function_is_taken_as_its_exercise_left_it_and_again_where_it_changed() -> None:
    execution = run("def f(a): return a + 1", "def f(a): return a + 2", calls=(call("f"),), after=1)
    assert [value(one) for one in observed(execution)] == [[2, 3, 4], [3, 4, 5]]


def test_a_function_that_stays_is_called_once() -> None:
    execution = run("def f(a): return a", "x = 1", calls=(call("f"),), after=1)
    assert len(observed(execution)) == 1


def test_a_placeholder_may_be_replaced_later() -> None:
    execution = run("f = None", "def f(a): return a", calls=(call("f"),), after=1)
    assert observed(execution)[0] == NotCallable("NoneType")
    assert value(observed(execution)[1]) == [1, 2, 3]


def test_what_a_function_needs_may_be_defined_later() -> None:
    execution = run("def f(a): return a + later", "later = 1", calls=(call("f"),), after=1)
    assert isinstance(observed(execution)[0], Raised)
    assert value(observed(execution)[1]) == [2, 3, 4]


def test_a_near_miss_is_found() -> None:
    execution = run("def my_functoin(a): return a", calls=(call("my_function"),))
    (found,) = execution.functions
    assert found.found_as == "my_functoin"
    assert value(found.observations["my_function:public"]) == [1, 2, 3]


def test_imported_functions_and_classes_are_no_near_misses() -> None:
    execution = run("from os.path import abspath as functionf\nclass function_: ...", calls=(call("function"),))
    assert execution.functions[0].found_as is None


def test_hidden_calls_come_after_all_cells_and_all_public_calls() -> None:
    """Else code that runs later could tell the student what it saw: in an error, an output, a public value."""
    source = """
seen = []
def f(a):
    seen.append('f')
    return len(seen)
def g(a):
    seen.append('g')
    return len(seen)
"""
    calls = (call("f", "secret", hidden=True), call("f"), call("g", "secret", hidden=True), call("g"))
    execution = run(source, "n = len(seen)", calls=calls, after=1, n=2)
    order = {id_: value(one) for run in execution.functions for id_, one in run.observations.items()}
    assert execution.variables[0].values == {"n": Numbers_of(0.0)}
    assert {order["f:public"], order["g:public"]} == {1, 2}
    assert {order["f:secret"], order["g:secret"]} == {3, 4}


def test_after_a_hidden_call_no_later_try_tells_anything_but_hidden_calls(tmp_path: Path) -> None:
    """A function that keeps what it saw in a file, ends the kernel, and lets a cell tell it in the next try."""
    told = tmp_path / "told"
    source = f"""
import os
if os.path.exists({str(told)!r}):
    raise ValueError(open({str(told)!r}).read())
def f(a):
    if a[0] == 7:
        open({str(told)!r}, 'w').write('secret')
        os._exit(1)
    return a
"""
    secret = Call("f:secret", "f", (np.array([7.0]),), 1, hidden=True)
    execution = run(source, calls=(call("f"), secret, call("f", "other", hidden=True)), after=1, sealed=False)
    assert told.read_text() == "secret"
    assert statuses(execution) == [CellStatus.OK]
    everything = repr((execution.cells, execution.functions, execution.variables))
    assert "secret" not in everything.replace("f:secret", "")
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


def test_nor_do_the_cells_that_a_later_try_leaves_out_tell_anything(tmp_path: Path) -> None:
    """One bit a cell: which of them ended the kernel, after a hidden call left a file."""
    told = tmp_path / "told"
    source = f"import os\ndef f(a):\n  if a[0] == 7:\n    open({str(told)!r}, 'w').close()\n    os._exit(1)\n  return a"
    secret = Call("f:secret", "f", (np.array([7.0]),), 1, hidden=True)
    execution = run(
        source, f"if os.path.exists({str(told)!r}): os._exit(1)", calls=(call("f"), secret), after=1, sealed=False
    )
    assert told.exists()
    assert statuses(execution) == [CellStatus.OK, CellStatus.OK]


def test_a_variable_that_hangs_or_kills_costs_itself_alone() -> None:
    source = """
import os
class Hanging:
    def __array__(self, *a, **k):
        while True: pass
class Killing:
    def __array__(self, *a, **k): os._exit(1)
class Raising(list):
    def __getitem__(self, i): raise KeyError
x, y, z = Hanging(), Killing(), Raising([1, 2])
def f(a): return a
"""
    execution = run(source, "", "", calls=(call("f"),), x=1, y=2, z=3)
    assert statuses(execution)[0] is CellStatus.OK
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


def test_text_that_utf_8_cannot_hold_is_sent_all_the_same() -> None:
    source = "def f(a): raise ValueError('\\ud800 x')\nglobals()['g\\ud800'] = f"
    (got,) = observed(run(source, calls=(call("f"),)))
    assert got == Raised("ValueError", "? x")


def test_outputs_by_the_megabyte_are_not_kept() -> None:
    """What a cell prints or displays is looked at by nobody; it must not fill the grader's memory."""
    before = psutil.Process().memory_info().rss
    source = "from IPython.display import HTML, display\nfor _ in range(40): display(HTML('x' * 10**7))"
    assert statuses(run(source, limits=msgspec.structs.replace(LIMITS, cell_seconds=20))) == [CellStatus.OK]
    assert psutil.Process().memory_info().rss - before < 200 * 2**20


def test_an_interactive_backend_is_taken_as_inline() -> None:
    assert statuses(run("%matplotlib widget\n%matplotlib qt\n%matplotlib")) == [CellStatus.OK]


def test_a_missing_package_costs_what_needs_it_and_no_more() -> None:
    source = "import nowhere_at_all.sub as n\nfrom nowhere_at_all import (x,)\nk = 2\ndef f(a): return k * a"
    execution = run(source, calls=(call("f"),))
    assert [cell.error_name for cell in execution.cells] == ["ModuleNotFoundError"]
    assert [value(one) for one in observed(execution)] == [[2, 4, 6]]


def test_several_missing_packages_are_all_named() -> None:
    source = "%matplotlib inline\nimport nowhere1\nif True:\n    import math, nowhere2\ndef f(a): return math.pi"
    execution = run(source, calls=(call("f"),))
    assert [cell.error_text for cell in execution.cells] == ["No module named 'nowhere1'; No module named 'nowhere2'"]
    assert [value(one) for one in observed(execution)] == [pytest.approx(np.pi)]


def test_np_matrix_arguments_are_tried_for_notebooks_that_work_with_them() -> None:
    grid = Call("f:grid", "f", (np.arange(4.0).reshape(2, 2),), 1, hidden=False)
    source = "import numpy as np\nm = np.matrix([[1, 2]])\ndef f(a): return a * a"
    values = [value(one) for one in observed(run(source, calls=(grid,), m=1), "f:grid")]
    assert values == [[[0, 1], [4, 9]], [[2, 3], [6, 11]]]


def test_small_calls_come_first_so_that_slow_ones_cost_only_themselves() -> None:
    sizes = [Call(f"f:{n}", "f", (np.zeros(n),), 1, hidden=n == 2) for n in (900, 800, 700, 1, 2)]
    execution = run("import time\ndef f(a):\n  time.sleep(0 if len(a) < 10 else 60)\n  return 0", calls=tuple(sizes))
    seen = execution.functions[0].observations
    assert [value(seen["f:1"]), value(seen["f:2"])] == [0, 0]
    assert [seen[f"f:{n}"] for n in (700, 800, 900)] == [
        NoAnswer(Silence.TIMED_OUT),
        NoAnswer(Silence.TIMED_OUT),
        NoAnswer(Silence.NOT_ASKED),
    ]


def test_what_a_call_did_to_its_arguments_is_seen() -> None:
    (got,) = observed(run("def f(a):\n  a *= 2\n  return 0", calls=(call("f"),)))
    assert isinstance(got, Returned)
    (after,) = got.arguments_after
    assert after == Numbers_of([2, 4, 6])  # type: ignore[arg-type]


def test_what_a_function_prints_goes_nowhere_and_shadowed_names_disturb_nothing() -> None:
    source = """
def f(a):
    print("x" * 10**6, flush=True)
    return a
import numpy, json, sys
np = len = print_ = json = isinstance = None
numpy.asarray = numpy.frombuffer = numpy.ascontiguousarray = None
sys.stdout = None
"""
    assert [value(one) for one in observed(run(source, calls=(call("f"),)))] == [[1, 2, 3]]


def test_random_numbers_are_others_in_each_call_and_the_same_in_each_run() -> None:
    source = "import random, numpy\ndef f(a): return [random.random(), numpy.random.rand()]"
    calls = (call("f", "one"), call("f", "two"))
    first, again = (run(source, calls=calls) for _ in range(2))
    one, two = (value(observed(first, f"f:{which}")[0]) for which in ("one", "two"))
    assert one != two
    assert one == value(observed(again, "f:one")[0])


@pytest.mark.parametrize(
    "source",
    [
        "get_ipython().kernel.shell_handlers.pop('grader_probe_request')",
        "import sys\nfor m in list(sys.modules): sys.modules[m] = None",
    ],
)
def test_the_cell_after_which_a_kernel_answers_no_more_is_found(source: str) -> None:
    """It ends well itself; neither the next cell nor the functions are to blame."""
    execution = run("def f(a): return a", "", source, "x = 1", calls=(call("f"),))
    assert statuses(execution) == [CellStatus.OK, CellStatus.OK, CellStatus.TIMED_OUT, CellStatus.OK]
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


@pytest.mark.parametrize(
    "source", ["get_ipython().kernel.session.send = lambda *a, **k: None", "import json; json.dumps = None"]
)
def test_a_cell_that_breaks_the_kernel_is_left_out_of_the_next_try(source: str) -> None:
    execution = run("def f(a): return a", source, calls=(call("f"),))
    assert statuses(execution) == [CellStatus.OK, CellStatus.TIMED_OUT]
    assert [value(one) for one in observed(execution)] == [[1, 2, 3]]


FORGED = """
kernel = get_ipython().kernel
send = kernel.session.send
def forge(stream, kind, *content, **rest):
    if kind == "grader_probe_reply" and "answers" in content[0]:
        answer = {"outcome": "returned", "value": CONTENT, "arguments": [], "lengths": [8]}
        content = ({"answers": [answer], "lengths": [8]},)
        rest["buffers"] = [b"12345678"]
    return send(stream, kind, *content, **rest)
kernel.session.send = forge
def f(a): return a
"""


@pytest.mark.parametrize(
    "content",
    ["{'kind': 'numbers', 'type': 'x', 'item_type': None, 'dtype': '|O', 'shape': [1], 'buffer': 0}", "[]", "'passed'"],
)
def test_a_forged_reply_is_malformed(content: str) -> None:
    (got,) = observed(run(FORGED.replace("CONTENT", content), calls=(call("f"),)))
    assert got == NoAnswer(Silence.MALFORMED)

"""A function goes on seeing the namespace as it stood when its exercise ended."""

from __future__ import annotations

from typing import Any

from grader.kernel_side.snapshot import take_snapshot


def run(source: str, namespace: dict[str, Any]) -> dict[str, Any]:
    exec(source, namespace)  # noqa: S102 - a notebook's cell
    return namespace


def test_a_helper_redefined_later_changes_nothing() -> None:
    live = run("def helper(x): return x + 1\ndef f(x): return helper(x)", {})
    taken = take_snapshot(live)
    run("def helper(x, axis): return None\nscale = 5", live)
    assert taken["f"](1) == 2
    assert "scale" not in taken


def test_recursion_defaults_keywords_and_attributes_survive() -> None:
    source = "def f(n, step=1, *, base=0): return base if n <= 0 else 1 + f(n - step, step, base=base)\nf.tag = 'x'"
    live = run(source, {})
    taken = take_snapshot(live)
    run("f = None", live)
    assert (taken["f"](3), taken["f"](4, 2, base=10), taken["f"].tag) == (3, 12, "x")


def test_closures_lambdas_and_other_callables_survive() -> None:
    source = """
import functools
def maker(k): return lambda x: x * k
double = maker(2)
partial = functools.partial(double, 4)
class Callable:
    def __call__(self, x): return -x
negate = Callable()
"""
    taken = take_snapshot(run(source, {}))
    assert (taken["double"](3), taken["partial"](), taken["negate"](1)) == (6, 8, -1)


def test_functions_of_other_modules_are_left_as_they_are() -> None:
    live = run("from os.path import join", {})
    assert take_snapshot(live)["join"] is live["join"]

"""A function goes on seeing the namespace as it stood when its exercise ended."""

from __future__ import annotations

from typing import Any

import pytest

from grader.kernel_side.moments import Moments


def run(source: str, namespace: dict[str, Any]) -> None:
    exec(source, namespace)  # noqa: S102 - a notebook's cell


HELPER = "def helper(x): return x + 1\n"

# Each defines f, which calls `helper`, in a way of its own.
WAYS = [
    "def f(x): return helper(x)",
    "f = lambda x: helper(x)",
    "import functools\ndef wrap(g): return functools.wraps(g)(lambda x: g(x))\n@wrap\ndef f(x): return helper(x)",
    "import functools\ndef g(x, y): return helper(x)\nf = functools.partial(g, y=1)",
    "import functools\n@functools.lru_cache\ndef f(x): return helper(x)",
    "class F:\n  def __call__(self, x): return helper(x)\nf = F()",
    "class F:\n  @staticmethod\n  def g(x): return helper(x)\ndef f(x): return F.g(x)",
    "def make():\n  def inner(x): return helper(x)\n  return inner\nf = make()",
]


@pytest.mark.parametrize("way", WAYS)
def test_a_helper_redefined_later_changes_nothing(way: str) -> None:
    live: dict[str, Any] = {}
    moments = Moments(live)
    run(HELPER + way, live)
    moments.keep("ex1")
    run("def helper(x, axis): return None\nscale = 5", live)
    assert moments.differs_at_end("ex1")
    then = moments.go_to("ex1")
    assert then["f"](1) == 2
    assert "scale" not in then
    end = moments.go_to(None)
    assert end["scale"] == 5
    with pytest.raises(TypeError, match="axis"):
        end["f"](7)


def test_what_no_function_sees_makes_no_difference() -> None:
    live: dict[str, Any] = {}
    moments = Moments(live)
    run(HELPER + "attention = 1", live)
    moments.keep("ex1")
    run("attention = 2\nresult = 3", live)
    assert not moments.differs_at_end("ex1")


@pytest.mark.parametrize("later", ["k = 3", "del k", "def helper(x): return 0"])
def test_what_a_function_reads_makes_a_difference(later: str) -> None:
    live: dict[str, Any] = {}
    moments = Moments(live)
    run(HELPER + "k = 2\ndef f(x): return [helper(y) * k for y in x]", live)
    moments.keep("ex1")
    run(later, live)
    assert moments.differs_at_end("ex1")


def test_each_moment_keeps_what_calls_leave_in_it() -> None:
    live: dict[str, Any] = {}
    moments = Moments(live)
    run("n = 0\ndef f():\n  global n\n  n += 1\n  return n", live)
    moments.keep("ex1")
    assert moments.go_to("ex1")["f"]() == 1
    assert moments.go_to(None)["f"]() == 1
    assert moments.go_to("ex1")["f"]() == 2

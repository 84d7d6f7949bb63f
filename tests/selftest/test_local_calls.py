"""Trusted functions, called in this process, look as they would from a kernel."""

from __future__ import annotations

import numpy as np

from grader.answer_key import AnswerKey
from grader.model import Absent, Items, NotNumbers, Numbers, Raised, Returned
from grader.selftest.local_calls import altered_runs, observe, plain_run, value_of

_OUT_OF_BOUNDS = "index 5 is out of bounds for axis 0 with size 2"
ARGUMENTS = (np.array([1.0, 2.0]), (np.array([3.0]), np.array([4.0])))


def test_what_came_of_a_call() -> None:
    seen = observe(lambda a, b: (a * 2, b), ARGUMENTS)
    assert isinstance(seen, Returned)
    assert isinstance(seen.value, Items)
    assert [one.type_name for one in seen.value.items] == ["ndarray", "list"]
    assert observe(None, ARGUMENTS) == Absent()
    assert observe(lambda a, _: a[5], ARGUMENTS) == Raised("IndexError", _OUT_OF_BOUNDS)


def test_arguments_are_the_functions_own_to_change() -> None:
    def change(a: np.ndarray, b: list[np.ndarray]) -> None:
        a[0] = 9
        b.clear()

    seen = observe(change, ARGUMENTS)
    assert ARGUMENTS[0][0] == 1
    assert isinstance(seen, Returned)
    assert seen.value == NotNumbers("NoneType", "no numbers")
    first, second = seen.arguments_after
    assert isinstance(first, Numbers)
    assert first.values.tolist() == [9, 2]
    assert second == Items((), "list")


def test_what_a_function_prints_is_not_shown(capsys: object, key: AnswerKey) -> None:
    del capsys
    run = plain_run("def attentionQuery(q, k, v):\n    print('x')\n    return q, q", "attentionQuery", key)
    assert all(isinstance(one, Returned) for one in run.observations.values())


def test_variables_are_altered(key: AnswerKey) -> None:
    source = "kept = [1.0]\ndef attentionQueryMatrix(q, k, v):\n    return keys_mat, kept\n"
    plain = plain_run(source, "attentionQueryMatrix", key)
    same, changed, doubled = altered_runs(source, "attentionQueryMatrix", key)
    id_ = "attentionQueryMatrix:three_keys"
    arrays = [run.observations[id_] for run in (plain, same, changed, doubled)]
    values = [one.value.items[0].values for one in arrays if isinstance(one, Returned) and isinstance(one.value, Items)]  # type: ignore[union-attr]
    assert np.array_equal(values[0], values[1])
    assert not np.array_equal(values[0], values[2])
    assert np.array_equal(2 * values[0], values[3])
    assert value_of(3.5) == Numbers(values=value_of(3.5).values, type_name="float")  # type: ignore[union-attr]

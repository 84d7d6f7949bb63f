"""Real kernels: functions called where the notebook's variables are altered, and calls that follow from others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from grader.model import Alteration, Call, Execution, FunctionProbe, Observation, Raised, Returned, VariableRun
from tests.runner.kernels import ONE_TO_THREE, call, run_probes, value

OTHER = np.array([7.0, 8.0])
SAME, CHANGED, DOUBLED = (
    Alteration("same", {}),
    Alteration("changed", {"data": OTHER, "rows": (OTHER, OTHER)}),
    Alteration("doubled", {}, double_data=True),
)


def altered(*sources: str, calls: tuple[Call, ...] = (call("f"),)) -> Execution:
    return run_probes(*sources, probes=(FunctionProbe("f", None, calls, (SAME, CHANGED, DOUBLED)),))


def seen(execution: Execution) -> Mapping[str | None, Observation]:
    return {run.alteration: run.observations["f:public"] for run in execution.functions}


def test_a_function_is_called_once_for_each() -> None:
    found = seen(altered("data = 5\ndef f(a): return data"))
    assert list(found) == ["same", "changed", "doubled"]


def test_changed_variables_are_seen_and_put_back() -> None:
    source = "import numpy as np\ndata, rows = np.zeros(2), [np.zeros(2)]\ndef f(a): return data + sum(rows)"
    found = seen(altered(source))
    assert value(found["same"]) == [0, 0]
    assert value(found["changed"]) == [21, 24]
    assert value(found["doubled"]) == [0, 0]


def test_all_numbers_and_arrays_are_doubled_and_nothing_else() -> None:
    values = "n, x, text, flag, pair = 3, 0.5, 'ab', True, (np.ones(2), [1.0])"
    source = f"import numpy as np\n{values}\ndef f(a): return [n, x, len(text), int(flag), pair[0][1], pair[1][0]]"
    found = seen(altered(source))
    assert value(found["same"]) == [3, 0.5, 2, 1, 1, 1]
    assert value(found["doubled"]) == [6, 1, 2, 1, 2, 2]


def test_nothing_that_stands_for_nothing_is_changed() -> None:
    """`data = None` is the same object as every other None."""
    source = "data = None\noption = None\ndef f(a): return 1 if option is None else 2"
    assert value(seen(altered(source))["changed"]) == 1


def test_other_names_of_the_same_object_are_changed_too() -> None:
    source = "import numpy as np\ndata = np.zeros(2)\nall_data = data\ndef f(a): return all_data"
    assert value(seen(altered(source))["changed"]) == [7, 8]


def test_names_that_a_notebook_has_not_are_not_made() -> None:
    assert seen(altered("def f(a): return data"))["changed"] == Raised("NameError", "name 'data' is not defined")


def test_functions_classes_and_modules_stay() -> None:
    source = (
        "import numpy as np\ndef g(a): return a\nclass C:\n    pass\nh = lambda a: a\ndef f(a): return h(g(np.abs(a)))"
    )
    assert value(seen(altered(source))["doubled"]) == [1, 2, 3]


def test_what_one_function_saw_altered_the_next_one_does_not() -> None:
    probes = (FunctionProbe("f", None, (call("f"),), (SAME, DOUBLED)), FunctionProbe("g", None, (call("g"),)))
    execution = run_probes("data = 5\ndef f(a): return data\ndef g(a): return data", probes=probes)
    (_, of_f), (of_g,) = ([run for run in execution.functions if run.function == name] for name in ("f", "g"))
    assert value(of_f.observations["f:public"]) == 10
    assert value(of_g.observations["g:public"]) == 5


def test_a_function_that_hangs_there_costs_the_others_nothing() -> None:
    source = "n = 1\ndef f(a):\n    while n == 2: pass\n    return n"
    found = seen(altered(source))
    assert (value(found["same"]), value(found["changed"])) == (1, 1)
    assert not isinstance(found["doubled"], Returned)


@pytest.mark.parametrize("hidden", [True, False])
def test_further_calls_follow_public_ones_and_come_before_hidden_ones(*, hidden: bool) -> None:
    """The function counts its calls: the further one is its second, whatever hidden ones there are."""
    asked: list[tuple[str, list[str]]] = []

    def follow_up(
        function: str, public: Mapping[str, Observation], _variables: Sequence[VariableRun]
    ) -> tuple[Call, ...]:
        asked.append((function, sorted(public)))
        return (Call("f:further", "f", (ONE_TO_THREE,), 1, hidden=False),)

    calls = (call("f"), *((call("f", "hidden", hidden=True),) if hidden else ()))
    source = "count = [0]\ndef f(a):\n    count[0] += 1\n    return count[0]"
    execution = run_probes(source, probes=(FunctionProbe("f", 1, calls),), follow_up=follow_up)
    assert asked == [("f", ["f:public"])]
    (run,) = execution.functions
    came = {id_.removeprefix("f:"): value(one) for id_, one in run.observations.items()}
    assert came == {"public": 1, "further": 2, **({"hidden": 3} if hidden else {})}


def test_a_function_that_is_not_there_is_asked_nothing_more() -> None:
    def follow_up(
        function: str, public: Mapping[str, Observation], _variables: Sequence[VariableRun]
    ) -> tuple[Call, ...]:
        raise AssertionError((function, public))

    run_probes("x = 1", probes=(FunctionProbe("f", 1, (call("f"),)),), follow_up=follow_up)

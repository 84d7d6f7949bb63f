"""`python -m tests.benchmarks.diagnosis [-n 20]`: what the diagnosis costs, beside the same grading without it.

Each round grades every notebook with the diagnosis and without: no variants, no small calls, no second look. What an
answer key's first submission pays to make the indices is left out, and said by itself.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter, thread_time

from rich.console import Console
from rich.table import Table

from grader.answer_key import AnswerKey
from grader.atlas import Atlas
from grader.checks import check_exercise
from grader.model import Execution, SubmissionFile
from grader.pipeline import altered_plan, grade, probe_plan
from grader.runner import KernelRunner
from grader.runner.sandbox import find_sandbox
from grader.stubs import unchanged_stubs
from grader.submission import read_submission
from tests.benchmarks.graders import sheet_key
from tests.conftest import SUBMISSIONS

# Right; explained by a formula in all three functions; by a behaviour; not explained.
KINDS: Mapping[str, Sequence[str]] = {
    "right": ("right_plain", "right_einsum", "right_broadcasting"),
    "wrong, explained": ("wrong_unscaled", "wrong_softmax_twice", "wrong_result_uses_keys", "wrong_swapped_return"),
    "wrong, masks": ("wrong_no_mask", "wrong_strict_mask", "wrong_mask_additive_small"),
    "sizes or variables": ("wrong_hard_coded_shape", "wrong_uses_globals"),
    "unknown": ("wrong_rounds", "wrong_first_row_only"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds: of judging what came, in this thread; and of all of grading, by the clock."""

    judged: float
    whole: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.diagnosis", description=__doc__)
    parser.add_argument("-n", type=int, default=20, help="rounds after the first")
    rounds = parser.parse_args(arguments).n
    with_it = sheet_key()
    without = replace(with_it, atlas=Atlas({}, {}), small=dict.fromkeys(with_it.small, ()))
    with KernelRunner(find_sandbox("auto")) as runner:
        runner.prepare()
        first = {name: _spent(name, with_it, runner).judged for names in KINDS.values() for name in names}
        spent: dict[tuple[str, bool], list[Spent]] = defaultdict(list)
        for _ in range(rounds):
            for name in first:
                for key in (with_it, without):
                    spent[name, key is with_it].append(_spent(name, key, runner))

    console = Console(width=110)
    console.print(_table(spent))
    together = sum(first.values())
    console.print(f"The first time, with the making of the indices: {together:.0f} ms for all of these together.")


def _spent(name: str, key: AnswerKey, runner: KernelRunner) -> Spent:
    path = SUBMISSIONS / name / "notebook.ipynb"
    file = SubmissionFile(name, path, path.name)
    began = perf_counter()
    grade(file, key, runner)
    whole = perf_counter() - began
    submission = read_submission(file, path.read_bytes(), key.assignment)
    execution = runner.run(submission, probe_plan(submission, key), key.assignment.limits)
    stubs = unchanged_stubs(submission, key)
    if key.atlas.pipelines and "uses_globals" in name:
        functions = {function.name for function in key.assignment.functions}
        again = runner.run(submission, altered_plan(submission, key, functions), key.assignment.limits)
        execution = replace(execution, functions=(*execution.functions, *again.functions))
    began = thread_time()
    _judge(execution, key, stubs)
    return Spent(1000 * (thread_time() - began), 1000 * whole)


def _judge(execution: Execution, key: AnswerKey, stubs: frozenset[str]) -> None:
    for exercise in key.assignment.exercises:
        check_exercise(exercise, key, execution, stubs)


def _table(spent: Mapping[tuple[str, bool], Sequence[Spent]]) -> Table:
    table = Table(title="Milliseconds a submission, medians: with the diagnosis, without, and what it adds")
    for heading in ("", "judged", "without", "added", "graded", "without", "added"):
        table.add_column(heading, justify="left" if not heading else "right")
    for kind, names in KINDS.items():
        judged = [median(one.judged for name in names for one in spent[name, it]) for it in (True, False)]
        whole = [median(one.whole for name in names for one in spent[name, it]) for it in (True, False)]
        cells = (*judged, judged[0] - judged[1], *whole, whole[0] - whole[1])
        table.add_row(kind, *(f"{cell:.1f}" for cell in cells))
    return table


if __name__ == "__main__":
    main()

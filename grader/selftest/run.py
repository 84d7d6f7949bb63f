"""The whole self-test of an assignment, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.answer_key import AnswerKey
from grader.runner.protocol import Runner
from grader.selftest.naming import Answer, Naming, answers, pairs
from grader.selftest.notebooks import WHICH, notebooks, problems_with
from grader.selftest.separation import Separation, separation
from grader.selftest.sources import load_sources

# Of pairs so many have to be named exactly, or as far as they can be known; the others are unknown, never wrong.
_SHARE_NAMED = 0.95


@dataclass(frozen=True, slots=True)
class SelfTest:
    """`problems` is empty where all is well."""

    notebooks: int
    pairs: Counter[Naming]
    separations: tuple[Separation, ...]
    problems: tuple[str, ...]


def run_selftest(
    course: Path, key: AnswerKey, runner: Runner, jobs: int, say: Callable[[str], None] = lambda _: None
) -> SelfTest:
    """Raises UsageError where the course has no sources to test with."""
    sources = load_sources(course, key)
    say("Which cases tell the variants apart?")
    separations = separations_of(key)
    reference = (course / "reference" / f"{key.assignment.id}.py").read_text(encoding="utf-8")
    made = list(notebooks(sources, reference))
    say(f"Grading {len(made)} notebooks: {WHICH}.")
    problems = [*problems_of(separations), *problems_with(made, key, runner, jobs)]
    questions = list(pairs(sources))
    say(f"Judging {len(questions)} functions with two misconceptions.")
    found = list(answers(questions, course, key.assignment.id, jobs))
    problems += pair_problems(found)
    return SelfTest(len(made), Counter(one.naming for one in found), separations, tuple(problems))


def separations_of(key: AnswerKey) -> tuple[Separation, ...]:
    found = (separation(function, key) for function in key.assignment.functions)
    return tuple(one for one in found if one is not None)


def problems_of(separations: Sequence[Separation]) -> list[str]:
    """A pair that some case could tell apart needs one that does."""
    return [
        f"{one.function}: no case tells apart: {group}. Add a case that does."
        for one in separations
        for group in one.not_here
    ]


def pair_problems(found: Sequence[Answer]) -> list[str]:
    problems = [
        f"{one.question}: named as {' and '.join(one.named) or 'nothing'}."
        for one in found
        if one.naming is Naming.WRONG
    ]
    problems += [f"{one.question}: full marks." for one in found if one.is_full]
    named = sum(one.naming in {Naming.EXACT, Naming.HIDDEN} for one in found)
    if named < _SHARE_NAMED * len(found):
        problems.append(f"Of {len(found)} pairs only {named} are named; {_SHARE_NAMED:.0%} should be.")
    return problems

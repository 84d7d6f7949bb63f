"""Is each choice of misconceptions caught, named exactly, and never full? Run in this process, function by function."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import Exercise, Interface, Invariants, Values, load_assignment
from grader.checks import Verdict, check_exercise
from grader.checks.outputs import did_the_same
from grader.model import Execution
from grader.score_report import DiagnosisStatus
from grader.selftest.local_calls import altered_runs, plain_run
from grader.selftest.sources import Sources, load_sources
from grader.stubs import definitions

_AT_A_TIME = 12


class Naming(StrEnum):
    EXACT = "exact"
    HIDDEN = "hidden"
    """One of the two is named, and the function is the same with that one alone."""
    IN_PART = "in part"
    """What is named is part of the truth, and of another one that is the same function."""
    UNKNOWN = "unknown"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Question:
    """A function with some misconceptions, in some style."""

    function: str
    misconceptions: frozenset[str]
    style: str

    def __str__(self) -> str:
        return f"{self.function} ({self.style}) with {' and '.join(sorted(self.misconceptions)) or 'nothing wrong'}"


@dataclass(frozen=True, slots=True)
class Answer:
    question: Question
    naming: Naming
    named: tuple[str, ...]
    is_full: bool


def pairs(sources: Sources) -> Iterator[Question]:
    """Every pair of misconceptions that a function can have, in every style."""
    for function in sources.functions():
        for misconceptions in sources.pairs(function):
            for style in sources.styles:
                source = sources.source(function, misconceptions, style)
                # One under another name is looked for by the runner, which has no part here.
                if source is not None and definitions(function, [source]):
                    yield Question(function, misconceptions, style)


def answer(question: Question, sources: Sources) -> Answer:
    key = sources.key
    exercise = next(one for one in key.assignment.exercises if one.function == question.function)
    stubs = frozenset({question.function}) if "not_implemented" in question.misconceptions else frozenset()
    source = sources.source(question.function, question.misconceptions, question.style) or ""
    execution = Execution((), (plain_run(source, question.function, key),))
    verdict = check_exercise(exercise, key, execution, stubs)
    if verdict.diagnosis.status is DiagnosisStatus.UNKNOWN:
        altered = altered_runs(source, question.function, key)
        verdict = check_exercise(exercise, key, Execution((), (*execution.functions, *altered)), stubs)
    named = frozenset(verdict.diagnosis.misconceptions)
    naming = _naming(named, question, verdict, sources)
    if naming is Naming.IN_PART and _is_the_same(named, question, execution, sources):
        naming = Naming.HIDDEN
    wanted = question.misconceptions - sources.only_remarked()
    return Answer(question, naming, tuple(sorted(named)), bool(wanted) and _is_full(exercise, verdict))


def _naming(named: frozenset[str], question: Question, verdict: Verdict, sources: Sources) -> Naming:
    wanted = question.misconceptions - sources.only_remarked()
    if named == wanted:
        return Naming.EXACT
    if named and named < wanted:
        return Naming.IN_PART
    return Naming.UNKNOWN if verdict.diagnosis.status is DiagnosisStatus.UNKNOWN else Naming.WRONG


def _is_the_same(named: frozenset[str], question: Question, execution: Execution, sources: Sources) -> bool:
    """Whether the function does the same with what is named alone; what differs from call to call hides all else."""
    if "nondeterministic" in named:
        return True
    alone = named | (question.misconceptions & sources.only_remarked())
    source = sources.source(question.function, alone, question.style) or ""
    other = plain_run(source, question.function, sources.key).observations
    tolerance = sources.key.assignment.tolerance
    return all(did_the_same(one, other[id_], tolerance) for id_, one in execution.functions[0].observations.items())


def _is_full(exercise: Exercise, verdict: Verdict) -> bool:
    of_function = [one.id for one in exercise.criteria if isinstance(one, Interface | Values | Invariants)]
    return all(verdict.results[id_].fraction == 1 for id_ in of_function)


# --- several processes -----------------------------------------------------------------------------------------------


def answers(questions: Sequence[Question], course: Path, assignment_id: str, jobs: int) -> Iterator[Answer]:
    """All of them, by so many processes, as they come."""
    chunks = [questions[first : first + _AT_A_TIME] for first in range(0, len(questions), _AT_A_TIME)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _prepare, (course, assignment_id)) as pool:
        for chunk in pool.map(_answer_each, chunks):
            yield from chunk


_SOURCES: list[Sources] = []


def _prepare(course: Path, assignment_id: str) -> None:
    key: AnswerKey = load_answer_key(course, load_assignment(course, assignment_id))
    _SOURCES[:] = [load_sources(course, key)]


def _answer_each(questions: Sequence[Question]) -> list[Answer]:
    return [answer(question, _SOURCES[0]) for question in questions]

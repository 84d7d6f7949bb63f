"""Grades the answer key itself before anybody is graded with it: the reference is full, and nothing is nothing.

A mistake in the rubric (a rule that the reference breaks, a criterion without a case) would else cost a whole class
points, or give them away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import Exercise, load_assignment
from grader.checks import check_exercise, check_plots
from grader.checks.plots.expected_plot import expected_axes
from grader.course import choose_assignment, find_course
from grader.errors import AssignmentError
from grader.figures import Figure, Figures
from grader.model import (
    Absent,
    Argument,
    Call,
    Cell,
    CheckResult,
    Execution,
    FloatArray,
    FunctionRun,
    Items,
    Numbers,
    Observation,
    Returned,
    Value,
    VariableRun,
)


def open_course(course: Path | None, assignment: str | None) -> tuple[AnswerKey, Path]:
    """The key of an assignment, checked, and the course's folder: both looked for where they aren't named.

    Raises UsageError or AuthorError.
    """
    folder = find_course(course or Path.cwd())
    key = load_answer_key(folder, load_assignment(folder, choose_assignment(folder, assignment)))
    check_key(key, folder)
    return key, folder


def check_key(key: AnswerKey, course: Path) -> None:
    """Raises AssignmentError where the reference isn't full, or nothing at all earns something."""
    toml = course / "assignments" / key.assignment.id / "assignment.toml"
    problems = list(_problems(key))
    if problems:
        raise AssignmentError("\n".join(f"{toml}: {problem}" for problem in problems))


def _problems(key: AnswerKey) -> Iterator[str]:
    reference, nothing = _reference_as_submission(key), _nothing_as_submission(key)
    try:
        plots = tuple(check_plots(key, one, _cells(key), frozenset()).results for one in (reference, nothing))
    except Exception as error:  # noqa: BLE001 - a plot that doesn't fit its output can raise anything
        yield f"the plots can't be graded so: {type(error).__name__}: {error}."
        return
    for exercise in key.assignment.exercises:
        try:
            full, empty = (
                {**check_exercise(exercise, key, one).results, **drawn.get(exercise.id, {})}
                for one, drawn in zip((reference, nothing), plots, strict=True)
            )
        except Exception as error:  # noqa: BLE001 - a rule that doesn't fit its outputs can raise anything
            yield f"{exercise.id}: can't be graded with these rules: {type(error).__name__}: {error}."
            continue
        yield from _unfair(exercise, full, empty)


def _unfair(exercise: Exercise, full: Mapping[str, CheckResult], empty: Mapping[str, CheckResult]) -> Iterator[str]:
    for criterion in exercise.criteria:
        if full[criterion.id].fraction != 1:
            yield f"{exercise.id}.{criterion.id}: the reference itself isn't full: {full[criterion.id].message}"
        if empty[criterion.id].fraction != 0:
            yield f"{exercise.id}.{criterion.id}: a submission without it gets points. Has it any cases?"


def _cells(key: AnswerKey) -> list[Cell]:
    """One for each exercise: its plots are drawn there."""
    return [Cell(number, "", exercise.id) for number, exercise in enumerate(key.assignment.exercises, start=1)]


def _nothing_as_submission(key: AnswerKey) -> Execution:
    names = [function.name for function in key.assignment.functions]
    runs = tuple(FunctionRun(name, None, {call.id: Absent() for call in key.calls_of(name)}) for name in names)
    return Execution((), runs, (), Figures())


def _reference_as_submission(key: AnswerKey) -> Execution:
    runs = []
    for function in key.assignment.functions:
        calls = [(one.call, one.expected) for one in key.calls[function.name].values()]
        calls += [(one.call, one.expected) for one in key.changed.values() if one.call.function == function.name]
        calls += [(one.call, one.first.expected) for one in key.repeats[function.name]]
        observed: Mapping[str, Observation] = {call.id: _returned(call, expected) for call, expected in calls}
        runs.append(FunctionRun(function.name, function.name, observed))
    equal = {
        name: key.sheet[source]
        for exercise in key.assignment.exercises
        for criterion in exercise.criteria
        for name, source in zip(getattr(criterion, "names", ()), getattr(criterion, "equal", ()), strict=True)
    }
    variables = VariableRun({name: _numbers(array) for name, array in equal.items()})
    return Execution((), tuple(runs), (variables,), Figures(tuple(_figures(key))))


def _figures(key: AnswerKey) -> Iterator[Figure]:
    """Each plot as it should be, in a figure of its own."""
    exercises = [exercise.id for exercise in key.assignment.exercises]
    for number, ((exercise, _), asked) in enumerate(key.plots.items()):
        yield Figure(number, exercises.index(exercise) + 1, expected_axes(asked, key.assignment.quantities, number))


def _returned(call: Call, expected: tuple[FloatArray, ...]) -> Returned:
    items = tuple(map(_numbers, expected))
    return Returned(items[0] if len(items) == 1 else Items(items, "tuple"), tuple(map(_value, call.arguments)))


def _value(argument: Argument) -> Value:
    return Items(tuple(map(_numbers, argument)), "list") if isinstance(argument, tuple) else _numbers(argument)


def _numbers(array: FloatArray) -> Numbers:
    return Numbers(array, "ndarray")

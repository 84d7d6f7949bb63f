"""Observations + answer key ─▶ one `CheckResult` per criterion. Pure: no kernel, no disk, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.answer_key import AnswerKey
from grader.assignment import Criterion, Exercise, Interface, Invariants, Plot, Values, Variables
from grader.checks.interface import check_interface
from grader.checks.invariants import check_invariants
from grader.checks.values import check_values
from grader.checks.variables import check_variables
from grader.errors import InternalError
from grader.model import CheckResult, Execution, Observation, Status

__all__ = ["check_exercise"]

_Results = dict[str, CheckResult]

_NOT_GRADED_YET = CheckResult(
    None, "Plots are not graded by this version: no points are given or taken.", status=Status.NOT_RUN
)


def check_exercise(exercise: Exercise, key: AnswerKey, execution: Execution) -> _Results:
    """The verdict on each criterion, by id. A function seen at two moments is judged twice; the better counts."""
    own = {function.name: _moments(function.name, execution) for function in key.assignment.functions}
    results: _Results = {}
    moments = own.get(exercise.function or "", ())
    of_function = [_check_function(exercise, key, observations, own) for observations in moments]
    results.update(_best(of_function, exercise.criteria))
    for criterion in exercise.criteria:
        if isinstance(criterion, Variables):
            results[criterion.id] = check_variables(criterion, key, execution.variables)
        elif isinstance(criterion, Plot):
            results[criterion.id] = _NOT_GRADED_YET
    for criterion in exercise.criteria:
        if criterion.id not in results:
            message = f"{exercise.id}.{criterion.id}: the runner said nothing of it"
            raise InternalError(message)
    return {criterion.id: results[criterion.id] for criterion in exercise.criteria}


def _moments(function: str, execution: Execution) -> Sequence[Mapping[str, Observation]]:
    return [run.observations for run in execution.runs_of(function)]


def _check_function(
    exercise: Exercise,
    key: AnswerKey,
    observations: Mapping[str, Observation],
    own: Mapping[str, Sequence[Mapping[str, Observation]]],
) -> _Results:
    function = key.assignment.function(exercise.function or "")
    results: _Results = {}
    for criterion in exercise.criteria:
        if isinstance(criterion, Interface):
            results[criterion.id] = check_interface(criterion, function, key, observations)
        elif isinstance(criterion, Values):
            results[criterion.id] = check_values(criterion, function, key, observations)
        elif isinstance(criterion, Invariants):
            results[criterion.id] = check_invariants(criterion, function, key, observations, own)
    return results


def _best(candidates: Iterable[_Results], criteria: Sequence[Criterion]) -> _Results:
    """The candidate that earns most; of equals the first."""
    points = {criterion.id: criterion.points for criterion in criteria}
    earned = [
        (sum(points[id_] * (one.fraction or 0.0) for id_, one in results.items()), results) for results in candidates
    ]
    return max(earned, key=lambda pair: pair[0], default=(0.0, {}))[1]

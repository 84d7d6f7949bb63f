"""Observations + answer key ─▶ one `CheckResult` per criterion. Pure: no kernel, no disk, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import Criterion, Exercise, Function, Interface, Invariants, PlotCriterion, Values, Variables
from grader.checks.diagnosis import Evidence, diagnose
from grader.checks.interface import check_interface
from grader.checks.invariants import check_invariants
from grader.checks.method_marks import with_method_marks
from grader.checks.outputs import fault_of
from grader.checks.plots import check_plots
from grader.checks.values import check_values
from grader.checks.variables import check_variables
from grader.errors import InternalError
from grader.model import NO_DIAGNOSIS, CheckResult, Diagnosis, Execution, FunctionRun, Observation
from grader.score_report import DiagnosisStatus

__all__ = ["Verdict", "check_exercise", "check_plots", "goes_wrong", "unexplained"]

_Results = dict[str, CheckResult]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on each criterion of an exercise, by id; and what was done otherwise, if something is wrong."""

    results: Mapping[str, CheckResult]
    diagnosis: Diagnosis = NO_DIAGNOSIS


@dataclass(frozen=True, slots=True)
class _Moment:
    """A function's exercise as judged by what one version of it did."""

    results: _Results
    run: FunctionRun
    diagnosis: Diagnosis = NO_DIAGNOSIS


def check_exercise(
    exercise: Exercise, key: AnswerKey, execution: Execution, stubs: AbstractSet[str] = frozenset()
) -> Verdict:
    """All but plots. A function seen at two moments is judged twice; the better counts.

    Of `stubs` the source is still the sheet's.
    """
    # A student's numbers may be of any size: what overflows is no matter of ours.
    with np.errstate(all="ignore"):
        best = _best(_diagnosed(exercise, key, execution, stubs), exercise.criteria)
    results: _Results = {} if best is None else dict(best.results)
    for criterion in exercise.criteria:
        if isinstance(criterion, Variables):
            results[criterion.id] = check_variables(criterion, key, execution.variables)
    own = [criterion for criterion in exercise.criteria if not isinstance(criterion, PlotCriterion)]
    for criterion in own:
        if criterion.id not in results:
            message = f"{exercise.id}.{criterion.id}: the runner said nothing of it"
            raise InternalError(message)
    ordered = {criterion.id: results[criterion.id] for criterion in own}
    return Verdict(ordered) if best is None else Verdict(ordered, best.diagnosis)


def unexplained(exercise: Exercise, key: AnswerKey, execution: Execution, stubs: AbstractSet[str]) -> bool:
    """Whether the exercise's function returns something wrong that is not explained by what was seen so far."""
    best = _best(_diagnosed(exercise, key, execution, stubs), exercise.criteria)
    return best is not None and best.diagnosis.status is DiagnosisStatus.UNKNOWN


def goes_wrong(function: Function, key: AnswerKey, observations: Mapping[str, Observation]) -> bool:
    """Whether some public call of the function, so far as it was made, is not as it should be."""
    tolerance = key.assignment.tolerance
    public = [one for one in key.calls[function.name].values() if not one.case.hidden]
    return any(
        fault_of(one, observations[one.call.id], function, tolerance) is not None
        for one in public
        if one.call.id in observations
    )


def _diagnosed(exercise: Exercise, key: AnswerKey, execution: Execution, stubs: AbstractSet[str]) -> list[_Moment]:
    """Every moment that the function was seen at; where none is right, with what explains it, and marks for method."""
    own = {one.name: [run.observations for run in execution.runs_of(one.name)] for one in key.assignment.functions}
    runs = execution.runs_of(exercise.function or "")
    moments = [_Moment(_check_function(exercise, key, run.observations, own), run) for run in runs]
    if any(_is_full(moment.results) for moment in moments):
        return moments
    return [_with_diagnosis(moment, exercise, key, execution, stubs) for moment in moments]


def _is_full(results: _Results) -> bool:
    return all(result.fraction == 1 for result in results.values())


def _with_diagnosis(
    moment: _Moment, exercise: Exercise, key: AnswerKey, execution: Execution, stubs: AbstractSet[str]
) -> _Moment:
    function, observations = key.assignment.function(exercise.function or ""), moment.run.observations
    evidence = Evidence(observations, execution.altered(moment.run), is_stub=function.name in stubs)
    diagnosis = diagnose(function, key, evidence)
    return _Moment(with_method_marks(moment.results, exercise, key, diagnosis, observations), moment.run, diagnosis)


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


def _best(candidates: Iterable[_Moment], criteria: Sequence[Criterion]) -> _Moment | None:
    """The candidate that earns most; of equals one that is explained, and of these the first."""
    points = {criterion.id: criterion.points for criterion in criteria}

    def worth(moment: _Moment) -> tuple[float, bool]:
        earned = sum(points[id_] * (one.fraction or 0.0) for id_, one in moment.results.items())
        return earned, moment.diagnosis.status is not DiagnosisStatus.UNKNOWN

    return max(candidates, key=worth, default=None)

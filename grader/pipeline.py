"""One submission ─▶ its report: the only module that knows the order of the stages. Runner and key are passed in."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import msgspec

from grader.answer_key import AnswerKey
from grader.assignment import Assignment, Exercise, PlotCriterion, Variables
from grader.cell_remarks import execution_remarks
from grader.checks import Verdict, check_exercise, check_plots, goes_wrong, unexplained
from grader.checks.diagnosis import NOT_IMPLEMENTED, USES_VARIABLES, alterations
from grader.checks.plots import PlotVerdict
from grader.checks.plots.own_data import own_data_calls, own_data_names
from grader.checks.plots.shown import Shown
from grader.errors import GradingStopped, UnreadableSubmission
from grader.executed_notebook import executed_notebook
from grader.model import (
    Call,
    CellStatus,
    CheckResult,
    Execution,
    FollowUp,
    FunctionProbe,
    Observation,
    ProbePlan,
    Submission,
    SubmissionFile,
    VariableProbe,
    VariableRun,
)
from grader.rubric import described, grader_error_report, score_exercise, score_report, unreadable_report
from grader.runner.protocol import Runner
from grader.score_report import ExerciseScore, Remark, ScoreReport, Status, SubmissionRef
from grader.stubs import unchanged_stubs
from grader.submission import read_bytes, read_cells, read_submission


@dataclass(frozen=True, slots=True)
class Graded:
    """A report, and what doesn't belong in it: how the run went, for whoever looks after the machine."""

    report: ScoreReport
    execution: Execution | None = None
    tracebacks: tuple[str, ...] = ()
    executed: bytes | None = None
    """The notebook with what its cells showed, where the runner kept that."""
    drawn: Mapping[tuple[str, str], Shown] = field(default_factory=dict, repr=False)
    """(exercise, plot) ─▶ what was taken for it: see `pictures.py`."""


def grade(file: SubmissionFile, key: AnswerKey, runner: Runner, content: bytes | None = None) -> Graded:
    """Grade one file, whose bytes may be at hand already.

    Whatever happens ends in a report. Raises GradingStopped alone, where nobody wants one.
    """
    ref = SubmissionRef(file.id, file.file, None, file.owner)
    try:
        if content is None:
            content = read_bytes(file, key.assignment.limits.notebook_bytes)
        ref = msgspec.structs.replace(ref, sha256=hashlib.sha256(content).hexdigest())
        submission = read_submission(file, content, key.assignment)
        execution = runner.run(submission, probe_plan(submission, key), key.assignment.limits)
        stubs = unchanged_stubs(submission, key)
        execution = _looked_at_again(submission, execution, key, runner, stubs)
        graded = _judge(ref, submission, execution, key, stubs)
        kept = execution.outputs
        return graded if kept is None else replace(graded, executed=executed_notebook(read_cells(content), kept))
    except GradingStopped:
        raise
    except UnreadableSubmission as fault:
        remarks = (*file.remarks, Remark(fault.reason, fault.message))
        return Graded(unreadable_report(key, ref, remarks, absent=file.absence is not None))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and the class must go on
        return Graded(_failed_report(ref, key, error), tracebacks=(traceback.format_exc(),))


def failed(file: SubmissionFile, key: AnswerKey, error: BaseException | None) -> ScoreReport:
    """The report of a submission that was lost with whatever should have graded it."""
    return _failed_report(SubmissionRef(file.id, file.file, None, file.owner), key, error)


def _failed_report(ref: SubmissionRef, key: AnswerKey, error: BaseException | None) -> ScoreReport:
    # The rest of the story holds paths and times: it goes to run.json.
    said = f"The grader failed ({type(error).__name__}). This is no fault of the submission."
    return grader_error_report(key, ref, Remark("grader_error", said))


# --- plan ------------------------------------------------------------------------------------------------------------


def probe_plan(submission: Submission, key: AnswerKey) -> ProbePlan:
    """Which calls to make and which variables to read, and after which cells."""
    last = {cell.exercise: cell.number for cell in submission.cells if cell.exercise is not None}
    exercise_of = {one.function: one.id for one in reversed(key.assignment.exercises) if one.function is not None}
    functions = tuple(
        FunctionProbe(function.name, last.get(exercise_of.get(function.name, "")), key.calls_of(function.name))
        for function in key.assignment.functions
    )
    variables = tuple(VariableProbe(names, last.get(id_)) for id_, names in _variables(key.assignment))
    # As each function's exercise ends, before the next one calls it and plots what it returns.
    before_plots = (last.get(id_) for id_ in exercise_of.values())
    plotted = tuple(VariableProbe(own_data_names(key), cell, in_passing=True) for cell in before_plots)
    return ProbePlan(functions, (*variables, *plotted), tuple(sorted(last.values())), _further_calls(key))


def _further_calls(key: AnswerKey) -> FollowUp:
    """Of a function that goes wrong in public, the small calls: where it goes wrong so that it can be followed by hand.

    Before any hidden call: later ones could show in public what those saw. And where the notebook's variables are not
    the sheet's data, a call with these: that is what the notebook has plotted.
    """

    def follow_up(function: str, seen: Mapping[str, Observation], variables: Sequence[VariableRun]) -> tuple[Call, ...]:
        wrong = goes_wrong(key.assignment.function(function), key, seen)
        small = tuple(one.call for one in key.small[function]) if wrong else ()
        return (*small, *own_data_calls(function, key, variables))

    return follow_up


def altered_plan(submission: Submission, key: AnswerKey, functions: AbstractSet[str]) -> ProbePlan:
    """The public calls of these functions, with the notebook's variables changed or gone."""
    plan = probe_plan(submission, key)
    # The others are looked up too, so that none is taken for another.
    probes = tuple(
        replace(probe, calls=_public(probe) if probe.function in functions else (), alterations=alterations(key))
        for probe in plan.functions
    )
    return ProbePlan(probes, (), plan.moments)


def _public(probe: FunctionProbe) -> tuple[Call, ...]:
    return tuple(call for call in probe.calls if not call.hidden)


def _variables(assignment: Assignment) -> Iterator[tuple[str, tuple[str, ...]]]:
    for exercise in assignment.exercises:
        for criterion in exercise.criteria:
            if isinstance(criterion, Variables):
                yield exercise.id, (*criterion.names, *criterion.equal)


# --- a second look ---------------------------------------------------------------------------------------------------


def _looked_at_again(
    submission: Submission, execution: Execution, key: AnswerKey, runner: Runner, stubs: AbstractSet[str]
) -> Execution:
    """Where what came isn't explained: does it come of the notebook's variables? Run it where these are others."""
    if USES_VARIABLES.isdisjoint(key.atlas.misconceptions) or any(one.status in _LONG for one in execution.cells):
        return execution
    functions = {
        exercise.function
        for exercise in key.assignment.exercises
        if exercise.function is not None and unexplained(exercise, key, execution, stubs)
    }
    if not functions:
        return execution
    again = runner.run(submission, altered_plan(submission, key, functions), key.assignment.limits)
    return replace(execution, functions=(*execution.functions, *again.functions))


# What took long or broke the kernel once would do so again.
_LONG = frozenset(CellStatus) - {CellStatus.OK, CellStatus.RAISED}


# --- judgement -------------------------------------------------------------------------------------------------------


def _judge(
    ref: SubmissionRef, submission: Submission, execution: Execution, key: AnswerKey, stubs: AbstractSet[str]
) -> Graded:
    exercises: list[ExerciseScore] = []
    remarks = [*submission.remarks, *execution_remarks(submission, execution)]
    checked = [_check(exercise, key, execution, stubs) for exercise in key.assignment.exercises]
    tracebacks = [problem for _, problem in checked if problem]
    plots, problem = _check_plots(key, execution, submission, [verdict for verdict, _ in checked])
    tracebacks += [problem] if problem else []
    for exercise, (verdict, _) in zip(key.assignment.exercises, checked, strict=True):
        results, diagnosis = {**verdict.results, **plots.results.get(exercise.id, {})}, verdict.diagnosis
        exercises.append(score_exercise(exercise, results, diagnosis.status, described(key, diagnosis)))
        remarks += [remark for result in results.values() for remark in result.remarks]
        remarks += diagnosis.remarks
    report = score_report(key, ref, exercises, list(dict.fromkeys(remarks)))
    return Graded(report, execution, tuple(tracebacks), drawn=plots.drawn)


def _check(exercise: Exercise, key: AnswerKey, execution: Execution, stubs: AbstractSet[str]) -> tuple[Verdict, str]:
    """The exercise's verdict; where a check fails, null for this exercise alone, and the traceback."""
    try:
        return check_exercise(exercise, key, execution, stubs), ""
    except Exception as error:  # noqa: BLE001 - a fault of a check is ours, and costs the other exercises nothing
        own = [criterion.id for criterion in exercise.criteria if not isinstance(criterion, PlotCriterion)]
        return Verdict(dict.fromkeys(own, _failed(error))), traceback.format_exc()


def _check_plots(
    key: AnswerKey, execution: Execution, submission: Submission, verdicts: Sequence[Verdict]
) -> tuple[PlotVerdict, str]:
    """All plots' results; where that fails, null for all exercises that have plots, and the traceback."""
    exercises = key.assignment.exercises
    implemented = frozenset(
        exercise.function
        for exercise, verdict in zip(exercises, verdicts, strict=True)
        if exercise.function is not None and NOT_IMPLEMENTED not in verdict.diagnosis.misconceptions
    )
    try:
        return check_plots(key, execution, submission.cells, implemented), ""
    except Exception as error:  # noqa: BLE001 - as above
        criteria = {one.id: [c.id for c in one.criteria if isinstance(c, PlotCriterion)] for one in exercises}
        failed = {id_: dict.fromkeys(own, _failed(error)) for id_, own in criteria.items()}
        return PlotVerdict(failed, {}), traceback.format_exc()


def _failed(error: Exception) -> CheckResult:
    message = f"The grader failed here ({type(error).__name__}). This is no fault of the submission."
    return CheckResult(None, message, status=Status.GRADER_ERROR)

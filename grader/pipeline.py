"""One submission ─▶ its report: the only module that knows the order of the stages. Runner and key are passed in."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace

from grader.answer_key import AnswerKey
from grader.assignment import Assignment, Exercise, Variables
from grader.cell_remarks import execution_remarks
from grader.checks import check_exercise
from grader.errors import GradingStopped, UnreadableSubmission
from grader.executed_notebook import executed_notebook
from grader.model import (
    CheckResult,
    Execution,
    ExerciseScore,
    FunctionProbe,
    ProbePlan,
    Remark,
    ScoreReport,
    Status,
    Submission,
    SubmissionFile,
    SubmissionRef,
    VariableProbe,
)
from grader.rubric import grader_error_report, score_exercise, score_report, unreadable_report
from grader.runner.protocol import Runner
from grader.submission import read_bytes, read_cells, read_submission


@dataclass(frozen=True, slots=True)
class Graded:
    """A report, and what doesn't belong in it: how the run went, for whoever looks after the machine."""

    report: ScoreReport
    execution: Execution | None = None
    tracebacks: tuple[str, ...] = ()
    executed: bytes | None = None
    """The notebook with what its cells showed, where the runner kept that."""


def grade(file: SubmissionFile, key: AnswerKey, runner: Runner) -> Graded:
    """Grade one file. Whatever happens ends in a report. Raises GradingStopped alone, where nobody wants one."""
    ref = SubmissionRef(file.id, file.file, None)
    try:
        content = read_bytes(file, key.assignment.limits.notebook_bytes)
        ref = SubmissionRef(file.id, file.file, hashlib.sha256(content).hexdigest())
        submission = read_submission(file, content, key.assignment)
        execution = runner.run(submission, probe_plan(submission, key), key.assignment.limits)
        graded = _judge(ref, submission, execution, key)
        kept = execution.outputs
        return graded if kept is None else replace(graded, executed=executed_notebook(read_cells(content), kept))
    except GradingStopped:
        raise
    except UnreadableSubmission as fault:
        return Graded(unreadable_report(key, ref, Remark(fault.reason, fault.message)))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and the class must go on
        # The rest of the story holds paths and times: it goes to run.json.
        remark = Remark(
            "grader_error", f"The grader failed ({type(error).__name__}). This is no fault of the submission."
        )
        return Graded(grader_error_report(key, ref, remark), tracebacks=(traceback.format_exc(),))


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
    return ProbePlan(functions, variables, tuple(sorted(last.values())))


def _variables(assignment: Assignment) -> Iterator[tuple[str, tuple[str, ...]]]:
    for exercise in assignment.exercises:
        for criterion in exercise.criteria:
            if isinstance(criterion, Variables):
                yield exercise.id, (*criterion.names, *criterion.equal)


# --- judgement -------------------------------------------------------------------------------------------------------


def _judge(ref: SubmissionRef, submission: Submission, execution: Execution, key: AnswerKey) -> Graded:
    exercises: list[ExerciseScore] = []
    remarks = [*submission.remarks, *execution_remarks(submission, execution)]
    tracebacks: list[str] = []
    for exercise in key.assignment.exercises:
        results, problem = _check(exercise, key, execution)
        exercises.append(score_exercise(exercise, results))
        remarks += [remark for result in results.values() for remark in result.remarks]
        tracebacks += [problem] if problem else []
    report = score_report(key, ref, exercises, list(dict.fromkeys(remarks)))
    return Graded(report, execution, tuple(tracebacks))


def _check(exercise: Exercise, key: AnswerKey, execution: Execution) -> tuple[dict[str, CheckResult], str]:
    """The exercise's results; where a check fails, null for this exercise alone, and the traceback."""
    try:
        return check_exercise(exercise, key, execution), ""
    except Exception as error:  # noqa: BLE001 - a fault of a check is ours, and costs the other exercises nothing
        message = f"The grader failed here ({type(error).__name__}). This is no fault of the submission."
        failed = CheckResult(None, message, status=Status.GRADER_ERROR)
        return {criterion.id: failed for criterion in exercise.criteria}, traceback.format_exc()

"""Does the function return the reference's values, in every case of the criterion?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.answer_key import AnswerKey, KeyedCall
from grader.assignment import Excuse, Function, Values
from grader.checks.example import smallest_example
from grader.checks.interface import NOT_JUDGED, is_deterministic
from grader.checks.outputs import Fault, FaultKind, fault_of, observation_of, placed
from grader.model import CheckResult, Observation, Remark

# What Python's own arithmetic raises where numpy gives NaN or infinity (a warning, if the student made those errors).
_ARITHMETIC = frozenset({"OverflowError", "FloatingPointError", "ZeroDivisionError", "RuntimeWarning"})


def check_values(
    criterion: Values, function: Function, key: AnswerKey, observations: Mapping[str, Observation]
) -> CheckResult:
    if not is_deterministic(function, key, observations):
        return CheckResult(0.0, NOT_JUDGED.format(function=function.name))
    faults: list[tuple[KeyedCall, Fault]] = []
    excused: list[Remark] = []
    calls = key.of_sets(function.name, criterion.cases)
    for keyed in calls:
        fault = fault_of(keyed, observation_of(keyed, observations), function, key.assignment.tolerance)
        if fault is None:
            continue
        excuse = _excuse(keyed, fault, key.assignment.excuses)
        if excuse is None:
            faults.append((keyed, fault))
        else:
            excused.append(Remark(excuse.id, f"{function.name}: {excuse.message}"))
    if not faults:
        return CheckResult(1.0, remarks=tuple(dict.fromkeys(excused)))
    example = smallest_example(key.calls[function.name].values(), observations, function, key.assignment.tolerance)
    return CheckResult(0.0, _message(faults, len(calls)), example)


def _excuse(keyed: KeyedCall, fault: Fault, excuses: tuple[Excuse, ...]) -> Excuse | None:
    overflows = fault.kind is FaultKind.NOT_FINITE or (fault.kind is FaultKind.RAISED and fault.error in _ARITHMETIC)
    return next((excuse for excuse in excuses if overflows and keyed.case.set in excuse.cases), None)


def _message(faults: list[tuple[KeyedCall, Fault]], cases: int) -> str:
    keyed, fault = next((one for one in faults if not one[0].case.hidden), faults[0])
    first = "" if keyed.case.hidden else placed(keyed, fault)
    if fault.kind in {FaultKind.ABSENT, FaultKind.NOT_CALLABLE}:
        return fault.message
    count = f"{len(faults)} of {cases} cases are wrong." if cases > 1 else ""
    return " ".join(part for part in (first, *_hidden(faults), count) if part)


def _hidden(faults: list[tuple[KeyedCall, Fault]]) -> Iterator[str]:
    """Of hidden cases kinds of faults and titles: no number, and no word that student code could have chosen."""
    for kind in dict.fromkeys(fault.kind for keyed, fault in faults if keyed.case.hidden):
        titles = [keyed.case.title for keyed, fault in faults if keyed.case.hidden and fault.kind is kind]
        yield f"On hidden data, {_KINDS[kind]}: {', '.join(titles)}."


_KINDS = {
    FaultKind.ABSENT: "no function",
    FaultKind.NOT_CALLABLE: "no function",
    FaultKind.NO_ANSWER: "no answer (it took too long, or ended the Python process)",
    FaultKind.RAISED: "an error was raised",
    FaultKind.WRONG_COUNT: "not the right number of values",
    FaultKind.WRONG_TYPE: "values that are no numbers",
    FaultKind.WRONG_SHAPE: "wrong shapes",
    FaultKind.NOT_FINITE: "NaN or infinite values",
    FaultKind.WRONG_VALUE: "wrong values",
}

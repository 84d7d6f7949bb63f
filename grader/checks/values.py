"""Does the function return the reference's values, in every case of the criterion?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grader.answer_key import AnswerKey, KeyedCall
from grader.assignment import Excuse, Function, Values
from grader.checks.example import smallest_example
from grader.checks.interface import NOT_JUDGED, is_deterministic
from grader.checks.outputs import NO_FUNCTION, Fault, FaultKind, fault_of, observation_of, placed
from grader.model import CheckResult, Observation
from grader.score_report import Remark


def check_values(
    criterion: Values, function: Function, key: AnswerKey, observations: Mapping[str, Observation]
) -> CheckResult:
    if not is_deterministic(function, key, observations):
        return CheckResult(0.0, NOT_JUDGED.format(function=function.name))
    calls = key.of_sets(function.name, criterion.cases)
    faults: list[tuple[KeyedCall, Fault]] = []
    for keyed in calls:
        fault = fault_of(keyed, observation_of(keyed, observations), function, key.assignment.tolerance)
        faults += [] if fault is None else [(keyed, fault)]
    excuses = [_excuse(keyed, fault, key.assignment.excuses) for keyed, fault in faults]
    if None not in excuses:
        excused = [Remark(one.id, f"{function.name}: {one.message}") for one in excuses if one is not None]
        return CheckResult(1.0, remarks=tuple(dict.fromkeys(excused)))
    # Beside another fault nobody can tell why it goes wrong there too: nothing is said of that case.
    faults = [pair for pair, excuse in zip(faults, excuses, strict=True) if excuse is None]
    example = smallest_example(key, observations, function)
    return CheckResult(0.0, _message(faults, len(calls)), example)


# What overflow and underflow end in: NaN, zeros where there should be none, or an error, numpy's or that of a check of
# the student's own. A call that ends in none of these is wrong there for another reason.
_EXCUSABLE = frozenset({FaultKind.NOT_FINITE, FaultKind.WRONG_VALUE, FaultKind.RAISED})


def _excuse(keyed: KeyedCall, fault: Fault, excuses: tuple[Excuse, ...]) -> Excuse | None:
    return next((one for one in excuses if fault.kind in _EXCUSABLE and keyed.case.set in one.cases), None)


def _message(faults: list[tuple[KeyedCall, Fault]], cases: int) -> str:
    keyed, fault = next((one for one in faults if not one[0].case.hidden), faults[0])
    first = "" if keyed.case.hidden else placed(keyed, fault)
    if fault.kind in NO_FUNCTION:
        return fault.message
    count = f"{len(faults)} of {cases} cases {'is' if len(faults) == 1 else 'are'} wrong." if cases > 1 else ""
    return " ".join(part for part in (first, *_hidden(faults), count) if part)


def _hidden(faults: list[tuple[KeyedCall, Fault]]) -> Iterator[str]:
    """Of hidden cases kinds of faults and titles: no number, and no word that student code could have chosen."""
    for kind in dict.fromkeys(fault.kind for keyed, fault in faults if keyed.case.hidden):
        titles = [keyed.case.title for keyed, fault in faults if keyed.case.hidden and fault.kind is kind]
        more = f", and {len(titles) - _MOST_TITLES} more" if len(titles) > _MOST_TITLES else ""
        yield f"On hidden data, {_KINDS[kind]}: {', '.join(titles[:_MOST_TITLES])}{more}."


_MOST_TITLES = 4
_KINDS = {
    FaultKind.ABSENT: "no function",
    FaultKind.NOT_CALLABLE: "no function",
    FaultKind.NO_ANSWER: "no answer in the time there was",
    FaultKind.RAISED: "an error was raised",
    FaultKind.WRONG_COUNT: "not the right number of values",
    FaultKind.WRONG_TYPE: "values that are no numbers",
    FaultKind.WRONG_SHAPE: "wrong shapes",
    FaultKind.NOT_FINITE: "NaN or infinite values",
    FaultKind.WRONG_VALUE: "wrong values",
}

"""Rules that must hold of outputs whatever the right values are. Each rule that holds in all cases earns its share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from grader.answer_key import AnswerKey, KeyedCall
from grader.assignment import (
    Function,
    Invariants,
    Nonnegative,
    OneHot,
    Product,
    RowEqualsFunction,
    Rule,
    SumsToOne,
    UnaffectedByLater,
    ZeroAboveDiagonal,
)
from grader.checks import wording
from grader.checks.arrays import all_near, changed_entries, first, wrong_entries
from grader.checks.example import example_of, incomparable_example, public_calls
from grader.checks.interface import NOT_JUDGED, is_deterministic
from grader.checks.outputs import Fault, FaultKind, observation_of, placed, read_outputs
from grader.model import CheckResult, FloatArray, NoAnswer, Observation, Silence
from grader.score_report import Example


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a rule may look at, in one case."""

    keyed: KeyedCall
    function: Function
    key: AnswerKey
    outputs: Mapping[str, FloatArray]
    observations: Mapping[str, Observation]
    """Of this function."""
    own: Mapping[str, Sequence[Mapping[str, Observation]]]
    """Of all of the student's functions, by name; one mapping per moment."""

    def named(self, name: str) -> FloatArray:
        return self.outputs[name] if name in self.outputs else self.keyed.arguments[name]

    def axes(self, output: str) -> tuple[str, ...]:
        return next(one.axes for one in self.function.outputs if one.name == output)

    def place(self, output: str, index: Sequence[int]) -> str:
        return wording.place(index, self.axes(output)[: len(index)])


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: which entries of which output, and a sentence that says so."""

    output: str
    where: str
    message: str


def check_invariants(
    criterion: Invariants,
    function: Function,
    key: AnswerKey,
    observations: Mapping[str, Observation],
    own: Mapping[str, Sequence[Mapping[str, Observation]]],
) -> CheckResult:
    if not is_deterministic(function, key, observations):
        return CheckResult(0.0, NOT_JUDGED.format(function=function.name))
    evidence: list[Evidence] = []
    # The smallest case first: its violation is the one that is said.
    for keyed in sorted(key.of_sets(function.name, criterion.cases), key=lambda one: one.expected[0].size):
        one = _evidence(keyed, function, key, observations, own)
        if isinstance(one, Fault):
            example = incomparable_example(key, observations, function)
            return CheckResult(0.0, f"Could not be judged. {placed(keyed, one)}", example)
        evidence.append(one)
    violations = {rule: found for rule in criterion.rules if (found := _first_violation(rule, evidence)) is not None}
    if not violations:
        return CheckResult(1.0)
    held = len(criterion.rules) - len(violations)
    rule, broken = next(iter(violations.items()))
    example = _example(*_smallest_violation(rule, broken, key, own))
    return CheckResult(held / len(criterion.rules), _message(list(violations.values())), example)


def _evidence(
    keyed: KeyedCall,
    function: Function,
    key: AnswerKey,
    observations: Mapping[str, Observation],
    own: Mapping[str, Sequence[Mapping[str, Observation]]],
) -> Evidence | Fault:
    outputs = read_outputs(keyed, observation_of(keyed, observations), function)
    if isinstance(outputs, Fault):
        return outputs
    names = (output.name for output in function.outputs)
    return Evidence(keyed, function, key, dict(zip(names, outputs, strict=True)), observations, own)


def _smallest_violation(
    rule: Rule,
    broken: tuple[Evidence, Violation],
    key: AnswerKey,
    own: Mapping[str, Sequence[Mapping[str, Observation]]],
) -> tuple[Evidence, Violation]:
    """The same rule broken in the case that is the least work to follow."""
    # A rule that asks for a further call of each case can't be held against cases that have none.
    if isinstance(rule, UnaffectedByLater):
        return broken
    function, observations = broken[0].function, broken[0].observations
    public = public_calls(key, observations, function)
    evidence = (_evidence(keyed, function, key, observations, own) for keyed in public)
    found = _first_violation(rule, [one for one in evidence if isinstance(one, Evidence)])
    return found or broken


def _message(broken: Sequence[tuple[Evidence, Violation]]) -> str:
    """The violations, under the case that each was seen in."""
    titles = list(dict.fromkeys(one.keyed.case.title for one, _ in broken))
    sentences = {
        title: [violation.message for one, violation in broken if one.keyed.case.title == title] for title in titles
    }
    return " ".join(f"On {title}: {' '.join(said)}" for title, said in sentences.items())


def _first_violation(rule: Rule, evidence: Sequence[Evidence]) -> tuple[Evidence, Violation] | None:
    for one in evidence:
        violation = next(_VIOLATIONS[type(rule)](rule, one), None)
        if violation is not None:
            return one, violation
    return None


def _example(evidence: Evidence, violation: Violation) -> Example | None:
    """Only where the inputs can be shown: a rule needs all of them to be followed."""
    position = [output.name for output in evidence.function.outputs].index(violation.output)
    got = evidence.outputs[violation.output]
    fault = Fault(FaultKind.WRONG_VALUE, violation.message, output=position, got=got)
    example = example_of(evidence.keyed, fault, evidence.function)
    return msgspec.structs.replace(example, where=violation.where) if example.inputs else None


# --- one function a rule: it yields what violates it -----------------------------------------------------------------


def _nonnegative(rule: Nonnegative, of: Evidence) -> Iterator[Violation]:
    array = of.outputs[rule.output]
    wrong = ~(array >= 0)
    if wrong.any():
        index = first(wrong)
        where = of.place(rule.output, index)
        message = f"{rule.output} must not be negative, but at {where} it is {wording.number(array[index])}."
        yield Violation(rule.output, where, message)


def _sums_to_one(rule: SumsToOne, of: Evidence) -> Iterator[Violation]:
    sums = np.asarray(of.outputs[rule.output].sum(axis=-1))
    wrong = wrong_entries(sums, np.ones_like(sums), of.key.assignment.tolerance)
    if wrong.any():
        index = first(wrong)
        where = of.place(rule.output, index) if index else "all entries together"
        of_what = f" of {where}" if index else ""
        message = f"{rule.output}{of_what} must sum to 1, but sums to {wording.number(sums[index])}."
        yield Violation(rule.output, where, message)


def _product(rule: Product, of: Evidence) -> Iterator[Violation]:
    left, right = rule.factors
    with np.errstate(all="ignore"):
        product = np.asarray(of.named(left) @ of.named(right))
    array = of.outputs[rule.output]
    wrong = wrong_entries(array, product, of.key.assignment.tolerance)
    if wrong.any():
        index = first(wrong)
        where = of.place(rule.output, index)
        message = (
            f"{rule.output} must be the {left} returned times the {right}: at {where} that gives "
            f"{wording.number(product[index])}, but {rule.output} is {wording.number(array[index])}."
        )
        yield Violation(rule.output, where, message)


def _zero_above_diagonal(rule: ZeroAboveDiagonal, of: Evidence) -> Iterator[Violation]:
    array = of.outputs[rule.output]
    wrong = np.triu(array != 0, k=1)
    if wrong.any():
        index = first(wrong)
        where = of.place(rule.output, index)
        message = f"{rule.output} at {where} must be exactly 0 (the future), but is {wording.number(array[index])}."
        yield Violation(rule.output, where, message)


def _one_hot(rule: OneHot, of: Evidence) -> Iterator[Violation]:
    row = of.outputs[rule.output][rule.row]
    expected = np.zeros_like(row)
    expected[rule.column] = 1
    wrong = wrong_entries(row, expected, of.key.assignment.tolerance)
    if wrong.any():
        (column,) = first(wrong)
        where = of.place(rule.output, (rule.row, column))
        only = of.place(rule.output, (rule.row, rule.column))
        came = wording.number(row[column])
        message = f"Only {rule.output} at {only} must be 1 in its row, all others 0: at {where} it is {came}."
        yield Violation(rule.output, where, message)


def _unaffected_by_later(rule: UnaffectedByLater, of: Evidence) -> Iterator[Violation]:
    changed = of.key.changed[of.keyed.call.id, "+".join(rule.changed)]
    names = " and ".join(rule.changed)
    observation = of.observations.get(changed.call.id, NoAnswer(Silence.NOT_ASKED))
    outputs = read_outputs(of.keyed, observation, of.function)
    last = changed.unchanged_rows - 1
    if isinstance(outputs, Fault):
        message = f"With other {names} after item {last}: {outputs.message}"
        yield Violation(rule.outputs[0], f"after item {last}", message)
        return
    for name, after in zip((output.name for output in of.function.outputs), outputs, strict=True):
        if name not in rule.outputs:
            continue
        rows = slice(None, changed.unchanged_rows)
        wrong = changed_entries(after[rows], of.outputs[name][rows], of.key.assignment.tolerance)
        if wrong.any():
            where = of.place(name, first(wrong))
            message = f"{name} at {where} changes when only the {names} after item {last} change: it sees the future."
            yield Violation(name, where, message)


def _row_equals_function(rule: RowEqualsFunction, of: Evidence) -> Iterator[Violation]:
    other = of.key.assignment.function(rule.function)
    twin = of.key.calls[rule.function].get(of.keyed.case.id)
    if twin is None:
        return
    right = [twin.expected]
    for observations in of.own.get(rule.function, ()):
        outputs = read_outputs(twin, observation_of(twin, observations), other)
        right += [] if isinstance(outputs, Fault) else [outputs]
    if not any(_rows_equal(rule, of, candidate) for candidate in right):
        row = len(of.outputs[rule.outputs[0]]) + rule.row if rule.row < 0 else rule.row
        where = of.place(rule.outputs[0], (row,))
        message = f"{' and '.join(rule.outputs)} of {where} must be what {rule.function} returns there, and are not."
        yield Violation(rule.outputs[0], where, message)


def _rows_equal(rule: RowEqualsFunction, of: Evidence, other: Sequence[FloatArray]) -> bool:
    names = [output.name for output in of.key.assignment.function(rule.function).outputs]
    tolerance = of.key.assignment.tolerance
    return all(
        all_near(of.outputs[name][rule.row], other[names.index(name)][rule.row], tolerance) for name in rule.outputs
    )


_VIOLATIONS: dict[type[Any], Callable[[Any, Evidence], Iterator[Violation]]] = {
    Nonnegative: _nonnegative,
    SumsToOne: _sums_to_one,
    Product: _product,
    ZeroAboveDiagonal: _zero_above_diagonal,
    OneHot: _one_hot,
    UnaffectedByLater: _unaffected_by_later,
    RowEqualsFunction: _row_equals_function,
}

"""Do the notebook's variables hold the sheet's data as matrices?

The sheet's names for its data are those of the notebook's variables, so what stands there now can be looked at too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from grader.answer_key import AnswerKey
from grader.assignment import Variables
from grader.checks import wording
from grader.checks.arrays import all_near, first, wrong_entries
from grader.model import CheckResult, FloatArray, Numbers, Value, VariableRun

_MOSTLY = 0.5
_LISTS = frozenset({"list", "tuple"})


def check_variables(criterion: Variables, key: AnswerKey, runs: Sequence[VariableRun]) -> CheckResult:
    """Each variable earns its share. Of several looks the first counts in which the variable was there."""
    if not runs:
        return CheckResult(0.0, "Could not be looked at: the notebook used up its time, or broke its kernel.")
    values: dict[str, Value] = {}
    for run in (run for run in runs if not run.in_passing):
        values = {**{name: value for name, value in run.values.items() if value is not None}, **values}
    problems = [*_problems(criterion, key, values)]
    right = len(criterion.names) - len(problems)
    return CheckResult(right / len(criterion.names), " ".join(problems))


def _problems(criterion: Variables, key: AnswerKey, values: Mapping[str, Value]) -> Iterator[str]:
    for name, source in zip(criterion.names, criterion.equal, strict=True):
        value, expected = values.get(name), key.sheet[source]
        problem = _problem(value, expected, source, key)
        if problem is not None and not _holds_own(value, values.get(source), expected, key):
            yield f"{name} {problem}."


def _holds_own(value: Value | None, own: Value | None, expected: FloatArray, key: AnswerKey) -> bool:
    """Whether the matrix holds the notebook's own lists, which an earlier fault changed in a few rows."""
    if not isinstance(value, Numbers) or not isinstance(own, Numbers) or own.values.shape != expected.shape:
        return False
    unchanged = ~wrong_entries(own.values, expected, key.assignment.tolerance).any(axis=1)
    mostly = unchanged.mean() > _MOSTLY
    return bool(mostly) and _is_matrix(value) and all_near(value.values, own.values, key.assignment.tolerance)


def _is_matrix(value: Numbers) -> bool:
    return value.type_name not in _LISTS or value.item_type in _LISTS


def _problem(value: Value | None, expected: FloatArray, source: str, key: AnswerKey) -> str | None:
    if value is None:
        return "is not defined"
    if not isinstance(value, Numbers):
        return f"should be a matrix of numbers, but is {wording.kind_of(value)}"
    if not _is_matrix(value):
        return f"is still a list of vectors, not a matrix ({source} as they were?)"
    got = value.values
    if got.shape != expected.shape:
        turned = got.shape == expected.shape[::-1]
        hint = ": each vector should stand in a row, not in a column" if turned else ""
        return f"should have the shape {expected.shape}, but is {wording.kind_of(value)}{hint}"
    wrong = wrong_entries(got, expected, key.assignment.tolerance)
    if wrong.any():
        row, column = first(wrong)
        return (
            f"should hold the {source}, but differs in row {row}, column {column}: "
            f"{wording.number(expected[row, column])} was expected, {wording.number(got[row, column])} came"
        )
    return None

"""What is called, and what should come back. The only reader of `reference/`; nothing of it ever enters a kernel.

A reference module `reference/<id>.py` provides, by name: each function of the assignment (called with the arguments
by position and the assignment's `options` by keyword), `sheet_data(**sheet_data)` where a criterion uses the set
"sheet" or a variable, and `<set>_cases()` for each set of cases that assignment.toml doesn't write out.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.assignment import (
    SHEET,
    Assignment,
    Function,
    Interface,
    Invariants,
    Parameter,
    UnaffectedByLater,
    Values,
    Variables,
)
from grader.errors import AnswerKeyError, AssignmentError
from grader.model import Argument, Call, FloatArray
from grader.naming import did_you_mean


@dataclass(frozen=True, slots=True)
class Case:
    """One set of inputs, shared by all functions. Of a hidden case students learn the title alone."""

    id: str
    set: str
    title: str
    hidden: bool
    data: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class KeyedCall:
    """A call, and what it should return: `expected` has one array per output of the function."""

    call: Call
    case: Case
    arguments: Mapping[str, FloatArray]
    """By parameter; a list of vectors is one array here."""
    expected: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class ChangedCall:
    """A case with everything after row `unchanged_rows - 1` of some arguments changed."""

    call: Call
    unchanged_rows: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A second call, equal to `first`."""

    first: KeyedCall
    call: Call


@dataclass(frozen=True, slots=True)
class AnswerKey:
    assignment: Assignment
    digest: str
    """SHA-256 over assignment.toml, the sheet and the reference."""
    calls: Mapping[str, Mapping[str, KeyedCall]]
    """Function ─▶ case id ─▶ call."""
    repeats: Mapping[str, Repeat]
    """By function."""
    changed: Mapping[tuple[str, str], ChangedCall]
    """(id of a call, names of the arguments changed, joined) ─▶ the changed call."""
    sheet: Mapping[str, FloatArray]

    def calls_of(self, function: str) -> tuple[Call, ...]:
        keyed = tuple(one.call for one in self.calls[function].values())
        changed = tuple(one.call for one in self.changed.values() if one.call.function == function)
        repeated = (self.repeats[function].call,) if function in self.repeats else ()
        return (*keyed, *changed, *repeated)

    def of_sets(self, function: str, sets: tuple[str, ...]) -> tuple[KeyedCall, ...]:
        """The function's calls in the cases of these sets, in that order."""
        return tuple(one for set_ in sets for one in self.calls[function].values() if one.case.set == set_)


def load_answer_key(course: Path, assignment: Assignment) -> AnswerKey:
    """Run the reference over all cases. Raises AnswerKeyError or AssignmentError, naming file, place and mend."""
    folder = course / "assignments" / assignment.id
    path = course / "reference" / f"{assignment.id}.py"
    reference = _Reference(path, _load(path))
    sheet = reference.data("sheet_data", assignment.sheet_data) if _uses_sheet(assignment) else {}
    cases = tuple(_cases(assignment, reference, sheet, folder / "assignment.toml"))
    calls = {
        function.name: {case.id: _keyed(function, case, reference, assignment) for case in _fitting(function, cases)}
        for function in assignment.functions
    }
    public = {name: {id_: one for id_, one in keyed.items() if not one.case.hidden} for name, keyed in calls.items()}
    smallest = {name: min(keyed.values(), key=_size) for name, keyed in public.items() if keyed}
    return AnswerKey(
        assignment=assignment,
        digest=_digest(folder / "assignment.toml", folder / assignment.notebook, path),
        calls=calls,
        repeats={name: Repeat(keyed, _renamed_call(keyed.call, "again")) for name, keyed in smallest.items()},
        changed=dict(_changed_calls(assignment, calls)),
        sheet=_checked_variables(assignment, sheet, folder / "assignment.toml"),
    )


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# --- the reference module --------------------------------------------------------------------------------------------


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_reference_of_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        message = f"{path}: there is no such file. It has to provide the assignment's functions and cases."
        raise AnswerKeyError(message)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        message = f"{path}: can't be loaded: {type(error).__name__}: {error}."
        raise AnswerKeyError(message) from error
    return module


@dataclass(frozen=True, slots=True)
class _Reference:
    path: Path
    module: ModuleType

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        function: Callable[..., Any] | None = getattr(self.module, name, None)
        if not callable(function):
            message = f"{self.path}: has no function {name}.{did_you_mean(name, dir(self.module))}"
            raise AnswerKeyError(message)
        try:
            return function(*arguments, **options)
        except Exception as error:
            message = f"{self.path}: {name} raised {type(error).__name__}: {error}."
            raise AnswerKeyError(message) from error

    def data(self, name: str, options: Mapping[str, Any]) -> dict[str, FloatArray]:
        return self.frozen(name, self.call(name, **options))

    def frozen(self, name: str, data: Any) -> dict[str, FloatArray]:
        if not isinstance(data, Mapping):
            message = f"{self.path}: {name} should give a dict of arrays, but gave a {type(data).__name__}."
            raise AnswerKeyError(message)
        return {key: _frozen(value) for key, value in data.items()}


def _frozen(values: Any) -> FloatArray:
    array: FloatArray = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array


# --- cases -----------------------------------------------------------------------------------------------------------


def _sets_used(assignment: Assignment) -> list[str]:
    criteria = [criterion for exercise in assignment.exercises for criterion in exercise.criteria]
    used = [set_ for one in criteria if isinstance(one, Interface | Values | Invariants) for set_ in one.cases]
    return list(dict.fromkeys(used))


def _uses_sheet(assignment: Assignment) -> bool:
    criteria = [criterion for exercise in assignment.exercises for criterion in exercise.criteria]
    return SHEET in _sets_used(assignment) or any(isinstance(criterion, Variables) for criterion in criteria)


def _cases(
    assignment: Assignment, reference: _Reference, sheet: Mapping[str, FloatArray], toml: Path
) -> Iterator[Case]:
    for set_ in _sets_used(assignment):
        public = [case for case in assignment.cases if case.set == set_]
        if set_ == SHEET:
            yield Case(SHEET, SHEET, "the sheet's data", hidden=False, data=sheet)
        elif public:
            for case in public:
                yield Case(case.id, set_, case.title, hidden=False, data=_written_out(case.data, case.id, toml))
        else:
            made = reference.call(f"{set_}_cases")
            for name in made:
                data = reference.frozen(f"{set_}_cases()[{name!r}]", made[name])
                yield Case(name, set_, name.replace("_", " "), hidden=True, data=data)


def _written_out(data: Mapping[str, list[Any]], case: str, toml: Path) -> dict[str, FloatArray]:
    try:
        return {name: _frozen(rows) for name, rows in data.items()}
    except (ValueError, TypeError) as error:
        message = f'{toml}: cases: "{case}" has data that is no array of numbers: {error}.'
        raise AssignmentError(message) from error


def _fitting(function: Function, cases: tuple[Case, ...]) -> Iterator[Case]:
    for case in cases:
        if len({len(case.data[name]) for name in function.same_length if name in case.data}) <= 1:
            yield case


# --- calls -----------------------------------------------------------------------------------------------------------


def _keyed(function: Function, case: Case, reference: _Reference, assignment: Assignment) -> KeyedCall:
    names = [parameter.data for parameter in function.parameters]
    for name in names:
        if name not in case.data:
            message = f'{reference.path}: the case "{case.id}" has no "{name}".{did_you_mean(name, case.data)}'
            raise AnswerKeyError(message)
    call = Call(
        id=f"{function.name}:{case.id}",
        function=function.name,
        arguments=tuple(_argument(parameter, case.data) for parameter in function.parameters),
        outputs=len(function.outputs),
        hidden=case.hidden,
    )
    given = {parameter.name: _array(parameter, case.data) for parameter in function.parameters}
    returned = reference.call(function.name, *map(_fresh, call.arguments), **assignment.options)
    return KeyedCall(call, case, given, _checked(returned, function, case, reference.path))


def _size(keyed: KeyedCall) -> int:
    return sum(array.size for array in keyed.arguments.values())


def _array(parameter: Parameter, data: Mapping[str, FloatArray]) -> FloatArray:
    array = data[parameter.data]
    return array if parameter.row is None else array[parameter.row]


def _argument(parameter: Parameter, data: Mapping[str, FloatArray]) -> Argument:
    array = _array(parameter, data)
    return tuple(array) if parameter.as_list else array


def _fresh(argument: Argument) -> Any:
    return [row.copy() for row in argument] if isinstance(argument, tuple) else argument.copy()


def _checked(returned: Any, function: Function, case: Case, path: Path) -> tuple[FloatArray, ...]:
    values = (returned,) if len(function.outputs) == 1 else returned
    if not isinstance(values, tuple) or len(values) != len(function.outputs):
        message = f"{path}: {function.name} should return {len(function.outputs)} values, as assignment.toml says."
        raise AnswerKeyError(message)
    arrays = tuple(map(_frozen, values))
    for output, array in zip(function.outputs, arrays, strict=True):
        if array.ndim != len(output.axes) or not np.isfinite(array).all():
            message = (
                f'{path}: {function.name} on the case "{case.id}": {output.name} should be finite and have the axes '
                f"({', '.join(output.axes)}), but has the shape {array.shape}."
            )
            raise AnswerKeyError(message)
    return arrays


def _renamed_call(call: Call, suffix: str, arguments: tuple[Argument, ...] | None = None) -> Call:
    given = call.arguments if arguments is None else arguments
    return Call(f"{call.id}:{suffix}", call.function, given, call.outputs, call.hidden)


# --- calls that a rule asks for --------------------------------------------------------------------------------------


def _changed_calls(
    assignment: Assignment, calls: Mapping[str, Mapping[str, KeyedCall]]
) -> Iterator[tuple[tuple[str, str], ChangedCall]]:
    for exercise in assignment.exercises:
        for criterion in exercise.criteria:
            if not isinstance(criterion, Invariants) or exercise.function is None:
                continue
            for rule in criterion.rules:
                if not isinstance(rule, UnaffectedByLater):
                    continue
                for one in calls[exercise.function].values():
                    if one.case.set in criterion.cases:
                        yield (one.call.id, "+".join(rule.changed)), _with_later_rows_changed(one, rule.changed)


def _with_later_rows_changed(keyed: KeyedCall, changed: tuple[str, ...]) -> ChangedCall:
    """The second half of each named argument turned round in sign and order, and moved by 1: all else stays."""
    names = tuple(keyed.arguments)
    unchanged = (len(keyed.arguments[changed[0]]) + 1) // 2
    arguments = list(keyed.call.arguments)
    for name in changed:
        array = keyed.arguments[name].copy()
        array[unchanged:] = 1.0 - array[unchanged:][::-1]
        position = names.index(name)
        is_list = isinstance(arguments[position], tuple)
        arguments[position] = tuple(_frozen(array)) if is_list else _frozen(array)
    call = _renamed_call(keyed.call, f"changed {'+'.join(changed)}", tuple(arguments))
    return ChangedCall(call, unchanged)


def _checked_variables(assignment: Assignment, sheet: Mapping[str, FloatArray], toml: Path) -> Mapping[str, FloatArray]:
    for exercise in assignment.exercises:
        for criterion in exercise.criteria:
            for name in criterion.equal if isinstance(criterion, Variables) else ():
                if name not in sheet:
                    message = f'{toml}: {exercise.id}.{criterion.id}.equal: the sheet\'s data has no "{name}".'
                    raise AssignmentError(message + did_you_mean(name, sheet))
    return sheet

"""What is called, and what should come back. The only reader of `reference/`; nothing of it ever enters a kernel.

A reference module `reference/<id>.py` provides, by name: each function of the assignment (called with the arguments
by position and the assignment's `options` by keyword), `sheet_data(**sheet_data)` where a criterion uses the set
"sheet" or a variable, and `<set>_cases()` for each set of cases that assignment.toml doesn't write out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader.assignment import SHEET, Assignment, Function, Invariants, Parameter, UnaffectedByLater, Variables
from grader.atlas import Atlas, make_atlas
from grader.cases import Case, call_id, make_cases, small_cases, uses_sheet
from grader.errors import AnswerKeyError, AssignmentError
from grader.misconceptions import load_misconceptions, misconceptions_file
from grader.model import Argument, Call, FloatArray
from grader.naming import did_you_mean
from grader.plot_key import PlotKey, SheetOutputs, make_plot_key
from grader.reference_module import Reference, frozen_array, load_reference


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
    expected: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A second call, equal to `first`."""

    first: KeyedCall
    call: Call


@dataclass(frozen=True, slots=True, eq=False)
class AnswerKey:
    """Equal to itself alone: what is worked out from a key can be kept with it."""

    assignment: Assignment
    digest: str
    """SHA-256 over assignment.toml, misconceptions.toml, the sheet, the reference and its variants."""
    calls: Mapping[str, Mapping[str, KeyedCall]]
    """Function ─▶ case id ─▶ call."""
    repeats: Mapping[str, tuple[Repeat, ...]]
    """By function: of each public case, since these are shown."""
    changed: Mapping[tuple[str, str], ChangedCall]
    """(id of a call, names of the arguments changed, joined) ─▶ the changed call."""
    small: Mapping[str, tuple[KeyedCall, ...]]
    """By function: calls on small cases, the smallest first. Made only where something went wrong, to show where."""
    sheet: Mapping[str, FloatArray]
    sheet_cells: tuple[tuple[str, str], ...]
    """(type, source) of all cells of the sheet."""
    atlas: Atlas
    plots: Mapping[tuple[str, str], PlotKey]
    """(exercise, plot) ─▶ what it should show."""

    @property
    def sheet_sources(self) -> tuple[str, ...]:
        """The sheet's code cells."""
        return tuple(source for kind, source in self.sheet_cells if kind == "code")

    def calls_of(self, function: str) -> tuple[Call, ...]:
        keyed = tuple(one.call for one in self.calls[function].values())
        changed = tuple(one.call for one in self.changed.values() if one.call.function == function)
        return (*keyed, *changed, *(repeat.call for repeat in self.repeats[function]))

    def of_sets(self, function: str, sets: tuple[str, ...]) -> tuple[KeyedCall, ...]:
        """The function's calls in the cases of these sets, in that order."""
        return tuple(one for set_ in sets for one in self.calls[function].values() if one.case.set == set_)


def load_answer_key(course: Path, assignment: Assignment) -> AnswerKey:
    """Run the reference over all cases. Raises AnswerKeyError or AssignmentError, naming file, place and mend."""
    folder = course / "assignments" / assignment.id
    toml, path = folder / "assignment.toml", course / "reference" / f"{assignment.id}.py"
    reference = load_reference(path)
    sheet = reference.data("sheet_data", assignment.sheet_data) if uses_sheet(assignment) else {}
    cases = make_cases(assignment, reference, sheet, toml)
    calls = {
        function.name: {
            case.id: _keyed(function, case, reference, assignment, toml) for case in _fitting(function, cases)
        }
        for function in assignment.functions
    }
    small = small_cases(assignment)
    variants = path.with_name(f"{assignment.id}_variants.py")
    key = AnswerKey(
        assignment=assignment,
        digest=_digest(toml, folder / assignment.notebook, path, misconceptions_file(course, assignment.id), variants),
        calls=calls,
        repeats={name: tuple(_repeats(keyed.values())) for name, keyed in calls.items()},
        changed=dict(_changed_calls(assignment, calls, reference)),
        small={
            function.name: tuple(_keyed(function, case, reference, assignment, toml) for case in small)
            for function in assignment.functions
        },
        sheet=_checked_variables(assignment, sheet, toml),
        sheet_cells=_cells(folder / assignment.notebook),
        atlas=make_atlas(
            assignment,
            load_misconceptions(course, assignment),
            load_reference(variants) if variants.exists() else None,
        ),
        plots=_plot_keys(assignment, calls, sheet, reference),
    )
    _check_right_variants(key, variants)
    return key


def _digest(*paths: Path) -> str:
    """Over the files in this order; one that isn't there is as an empty one."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes() if path.exists() else b"").digest())
    return digest.hexdigest()


def _cells(sheet: Path) -> tuple[tuple[str, str], ...]:
    try:
        cells = msgspec.json.decode(sheet.read_bytes(), type=_Sheet).cells
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{sheet}: can't be read as a notebook of format 4: {error}."
        raise AssignmentError(message) from error
    return tuple((cell.cell_type, "".join(cell.source)) for cell in cells)


class _SheetCell(msgspec.Struct):
    cell_type: str
    source: str | list[str]


class _Sheet(msgspec.Struct):
    cells: list[_SheetCell]


def _check_right_variants(key: AnswerKey, path: Path) -> None:
    """A stage that is wrong where it should be right would name a mistake that nobody made."""
    tolerance = key.assignment.tolerance
    for name, pipeline in key.atlas.pipelines.items():
        for one in (*key.calls[name].values(), *key.small[name]):
            outputs = pipeline.predict(pipeline.right, one.arguments).outputs
            for output, expected in zip(pipeline.outputs, one.expected, strict=True):
                got = outputs.get(output)
                if got is None or not np.allclose(got, expected, rtol=tolerance.relative, atol=tolerance.absolute):
                    message = (
                        f"{path}: the first steps of {name}'s stages should give what the reference gives, but on "
                        f'the case "{one.case.id}" {output} is another.'
                    )
                    raise AnswerKeyError(message)


def _fitting(function: Function, cases: tuple[Case, ...]) -> Iterator[Case]:
    for case in cases:
        if len({len(case.data[name]) for name in function.same_length if name in case.data}) <= 1:
            yield case


# --- calls -----------------------------------------------------------------------------------------------------------


def _keyed(function: Function, case: Case, reference: Reference, assignment: Assignment, toml: Path) -> KeyedCall:
    given = {parameter.name: _array(parameter, case, toml) for parameter in function.parameters}
    call = Call(
        id=call_id(function.name, case.id),
        function=function.name,
        arguments=tuple(_argument(parameter, given[parameter.name]) for parameter in function.parameters),
        outputs=len(function.outputs),
        hidden=case.hidden,
    )
    return KeyedCall(call, case, given, _expected(call, function, case, reference, assignment))


def _expected(
    call: Call, function: Function, case: Case, reference: Reference, assignment: Assignment
) -> tuple[FloatArray, ...]:
    """What the reference returns, checked."""
    where = f' on the case "{case.id}"'
    returned = reference.call(function.name, *map(_fresh, call.arguments), where=where, **assignment.options)
    values = (returned,) if len(function.outputs) == 1 else returned
    if not isinstance(values, tuple) or len(values) != len(function.outputs):
        message = (
            f"{reference.path}: {function.name} should return {len(function.outputs)} values, as assignment.toml says."
        )
        raise AnswerKeyError(message)
    try:
        arrays = tuple(map(frozen_array, values))
    except (TypeError, ValueError) as error:
        message = f"{reference.path}: {function.name}{where} should return arrays of numbers: {error}."
        raise AnswerKeyError(message) from error
    for output, array in zip(function.outputs, arrays, strict=True):
        if array.ndim != len(output.axes) or not np.isfinite(array).all():
            message = (
                f"{reference.path}: {function.name}{where}: {output.name} should be finite and have the axes "
                f"({', '.join(output.axes)}), but has the shape {array.shape}, and {np.isfinite(array).sum()} of "
                f"{array.size} entries are finite."
            )
            raise AnswerKeyError(message)
    return arrays


def _repeats(calls: Iterable[KeyedCall]) -> Iterator[Repeat]:
    for keyed in calls:
        if not keyed.case.hidden:
            yield Repeat(keyed, _renamed_call(keyed.call, "again"))


def _array(parameter: Parameter, case: Case, toml: Path) -> FloatArray:
    if parameter.data not in case.data:
        wanted = f'the parameter "{parameter.name}" takes "{parameter.data}", which the case "{case.id}" doesn\'t have'
        message = f"{toml}: {wanted}.{did_you_mean(parameter.data, case.data)}"
        raise AssignmentError(message)
    array = case.data[parameter.data]
    if parameter.row is None:
        return array
    if not 0 <= parameter.row < len(array):
        message = f'{toml}: the parameter "{parameter.name}": the case "{case.id}" has no row {parameter.row}.'
        raise AssignmentError(message)
    row: FloatArray = array[parameter.row]
    return row


def _argument(parameter: Parameter, array: FloatArray) -> Argument:
    return tuple(array) if parameter.as_list else array


def _fresh(argument: Argument) -> Any:
    return [row.copy() for row in argument] if isinstance(argument, tuple) else argument.copy()


def _renamed_call(call: Call, suffix: str, arguments: tuple[Argument, ...] | None = None) -> Call:
    given = call.arguments if arguments is None else arguments
    return Call(f"{call.id}:{suffix}", call.function, given, call.outputs, call.hidden)


# --- plots ------------------------------------------------------------------------------------------------------------


def _plot_keys(
    assignment: Assignment,
    calls: Mapping[str, Mapping[str, KeyedCall]],
    sheet: Mapping[str, FloatArray],
    reference: Reference,
) -> Mapping[tuple[str, str], PlotKey]:
    asked = [(exercise.id, plot) for exercise in assignment.exercises for plot in exercise.plots]
    outputs = {
        function.name: SheetOutputs(function, one.expected, tuple(_by_row(function, one, reference, assignment)))
        for function in (assignment.functions if asked else ())
        for one in calls[function.name].values()
        if one.case.set == SHEET
    }
    return {(exercise, plot.id): make_plot_key(plot, outputs, sheet) for exercise, plot in asked}


def _by_row(
    function: Function, keyed: KeyedCall, reference: Reference, assignment: Assignment
) -> Iterator[tuple[FloatArray, ...]]:
    """What comes of each other row, where one parameter takes a row."""
    position, parameter = next(
        ((n, one) for n, one in enumerate(function.parameters) if one.row is not None), (0, None)
    )
    for row in keyed.case.data[parameter.data] if parameter is not None else ():
        arguments = (*keyed.call.arguments[:position], row, *keyed.call.arguments[position + 1 :])
        call = _renamed_call(keyed.call, "another row", arguments)
        yield _expected(call, function, keyed.case, reference, assignment)


# --- calls that a rule asks for --------------------------------------------------------------------------------------


def _changed_calls(
    assignment: Assignment, calls: Mapping[str, Mapping[str, KeyedCall]], reference: Reference
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
                        call, unchanged = _with_later_rows_changed(one, rule.changed)
                        function = assignment.function(exercise.function)
                        expected = _expected(call, function, one.case, reference, assignment)
                        yield (one.call.id, "+".join(rule.changed)), ChangedCall(call, unchanged, expected)


def _with_later_rows_changed(keyed: KeyedCall, changed: tuple[str, ...]) -> tuple[Call, int]:
    """The second half of each named argument turned round in sign and order, and moved by 1: all else stays."""
    names = tuple(keyed.arguments)
    unchanged = (min(len(keyed.arguments[name]) for name in changed) + 1) // 2
    arguments = list(keyed.call.arguments)
    for name in changed:
        array = keyed.arguments[name].copy()
        array[unchanged:] = 1.0 - array[unchanged:][::-1]
        position = names.index(name)
        is_list = isinstance(arguments[position], tuple)
        arguments[position] = tuple(frozen_array(array)) if is_list else frozen_array(array)
    call = _renamed_call(keyed.call, f"changed {'+'.join(changed)}", tuple(arguments))
    return call, unchanged


def _checked_variables(assignment: Assignment, sheet: Mapping[str, FloatArray], toml: Path) -> Mapping[str, FloatArray]:
    for exercise in assignment.exercises:
        for criterion in exercise.criteria:
            for name in criterion.equal if isinstance(criterion, Variables) else ():
                if name not in sheet:
                    message = f'{toml}: {exercise.id}.{criterion.id}.equal: the sheet\'s data has no "{name}".'
                    raise AssignmentError(message + did_you_mean(name, sheet))
                if sheet[name].ndim != _MATRIX_AXES:
                    message = f'{toml}: {exercise.id}.{criterion.id}.equal: "{name}" is no matrix: {sheet[name].shape}.'
                    raise AssignmentError(message)
    return sheet


_MATRIX_AXES = 2

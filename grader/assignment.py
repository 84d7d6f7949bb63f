"""`assignments/<id>/assignment.toml` ─▶ `Assignment`. Whatever is wrong there is said by file, place and mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from grader.asked_plots import AskedPlot, Quantity, plot_contradictions
from grader.errors import AssignmentError
from grader.naming import did_you_mean
from grader.tables import Name, Table, Text, read_table

_Points = Annotated[float, msgspec.Meta(ge=0, le=1e6)]
_Seconds = Annotated[float, msgspec.Meta(gt=0, le=86400)]
_Tolerance = Annotated[float, msgspec.Meta(gt=0, lt=1)]
_Bytes = Annotated[int, msgspec.Meta(gt=0, le=2**50)]
_Count = Annotated[int, msgspec.Meta(gt=0, le=2**31)]
_Cases = Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
_Names = Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]


# --- rules: what must hold of outputs, whatever the expected values ------------------------------------------------


class Nonnegative(Table, tag_field="rule", tag="nonnegative", frozen=True):
    """Every entry of `output` is at least 0."""

    output: Name


class SumsToOne(Table, tag_field="rule", tag="sums_to_one", frozen=True):
    """`output` sums to 1 along its last axis."""

    output: Name


class Product(Table, tag_field="rule", tag="product", frozen=True):
    """`output` is the matrix product of the two `factors` (outputs or arguments)."""

    output: Name
    factors: tuple[Name, Name]


class ZeroAboveDiagonal(Table, tag_field="rule", tag="zero_above_diagonal", frozen=True):
    """`output[i, j]` is exactly 0 for every j > i."""

    output: Name


class OneHot(Table, tag_field="rule", tag="one_hot", frozen=True):
    """Row `row` of `output` is 1 at `column`, and 0 elsewhere."""

    output: Name
    row: int
    column: int


class UnaffectedByLater(Table, tag_field="rule", tag="unaffected_by_later", frozen=True):
    """Rows of the `outputs` up to some i stay as they are when the rows after i of the arguments `changed` change."""

    outputs: _Names
    changed: _Names


class RowEqualsFunction(Table, tag_field="rule", tag="row_equals_function", frozen=True):
    """Row `row` of the `outputs` is what `function` returns there, the reference's or the student's own."""

    outputs: _Names
    row: int
    function: Name


Rule: TypeAlias = Nonnegative | SumsToOne | Product | ZeroAboveDiagonal | OneHot | UnaffectedByLater | RowEqualsFunction


# --- criteria: what earns points -----------------------------------------------------------------------------------


class _Criterion(Table, frozen=True):
    id: Name
    title: Text
    points: _Points


class Interface(_Criterion, tag_field="kind", tag="interface", frozen=True):
    """The function is there, takes its arguments, returns what it should in kind and shape, and nothing besides."""

    cases: _Cases


class Values(_Criterion, tag_field="kind", tag="values", frozen=True):
    """The function returns the reference's values in every case."""

    cases: _Cases


class Invariants(_Criterion, tag_field="kind", tag="invariants", frozen=True):
    """The rules hold in every case; each rule earns its share."""

    cases: _Cases
    rules: Annotated[tuple[Rule, ...], msgspec.Meta(min_length=1)]


class Variables(_Criterion, tag_field="kind", tag="variables", frozen=True):
    """Variables hold what the sheet's data of the same place in `equal` holds, as matrices."""

    names: _Names
    equal: tuple[Name, ...]


class _PlotCriterion(_Criterion, frozen=True):
    plot: Name
    """One of the exercise's plots."""


class PlotData(_PlotCriterion, tag_field="kind", tag="plot_data", frozen=True):
    """The plot is there, and shows what it should, the reference's values or the student's own function's."""


class PlotLabels(_PlotCriterion, tag_field="kind", tag="plot_labels", frozen=True):
    """Both axes are labelled with what they stand for; each is half."""


class PlotColorBar(_PlotCriterion, tag_field="kind", tag="plot_color_bar", frozen=True):
    """The heatmap has a colour bar, of its own colours."""


PlotCriterion: TypeAlias = PlotData | PlotLabels | PlotColorBar
Criterion: TypeAlias = Interface | Values | Invariants | Variables | PlotCriterion


class Exercise(Table, frozen=True):
    id: Name
    title: Text
    headings: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    """A cell belongs to the exercise under whose heading it stands; a heading is known by one of these words."""
    criteria: Annotated[tuple[Criterion, ...], msgspec.Meta(min_length=1)]
    function: Name | None = None
    plots: tuple[AskedPlot, ...] = ()


# --- functions, data, limits -----------------------------------------------------------------------------------------


class Parameter(Table, frozen=True):
    """One argument: the case's array `data`, or its row `row`, or (`as_list`) a list of its rows."""

    name: Name
    data: Name
    row: int | None = None
    as_list: bool = False


class Output(Table, frozen=True):
    name: Name
    axes: tuple[Text, ...]
    """What an index of each axis counts: ["query", "key"]. Messages point with these words."""


class Function(Table, frozen=True):
    name: Name
    parameters: Annotated[tuple[Parameter, ...], msgspec.Meta(min_length=1)]
    outputs: Annotated[tuple[Output, ...], msgspec.Meta(min_length=1)]
    same_length: tuple[Name, ...] = ()
    """The function has a meaning only where these arrays have equally many rows; other cases are left out."""


class PublicCase(Table, frozen=True):
    """A case that students may see, written out."""

    id: Name
    set: Name
    title: Text
    data: dict[str, list[Any]]


class SmallCases(Table, frozen=True):
    """Cases of small whole numbers, to be followed by hand: of each size so many, with random `numbers` as entries.

    Where a function goes wrong, it is tried on all of these, and the smallest in which it goes wrong is shown.
    """

    numbers: Annotated[tuple[int, ...], msgspec.Meta(min_length=2)]
    shapes: dict[str, tuple[Name, ...]]
    """The axes of each array, by the names of their lengths: ["items", "d_k"]."""
    sizes: Annotated[tuple[dict[str, _Count], ...], msgspec.Meta(min_length=1)]
    each: _Count = 2


class Excuse(Table, frozen=True):
    """A set of cases in which overflowing (NaN, infinity, an arithmetic error) costs nothing and is remarked."""

    id: Name
    cases: _Cases
    message: Text


class Tolerance(Table, frozen=True):
    relative: _Tolerance = 1e-4
    absolute: _Tolerance = 1e-6


class Limits(Table, frozen=True):
    """What one submission may use. Seconds of wall clock, bytes."""

    cell_seconds: _Seconds = 30.0
    call_seconds: _Seconds = 5.0
    submission_seconds: _Seconds = 120.0
    memory_bytes: _Bytes = 2 * 2**30
    output_bytes: _Bytes = 2**20
    disk_bytes: _Bytes = 64 * 2**20
    notebook_bytes: _Count = 20 * 2**20
    cells: _Count = 1000


class Assignment(Table, kw_only=True, frozen=True):
    format: Literal[1]
    id: Name
    title: Text
    notebook: Text
    """The sheet, a file beside assignment.toml."""
    tolerance: Tolerance = Tolerance()
    limits: Limits = Limits()
    options: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    """Keyword arguments that every function of the reference is called with."""
    sheet_data: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    """Keyword arguments of the reference's `sheet_data`."""
    functions: tuple[Function, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    """What the axes of plots stand for."""
    cases: tuple[PublicCase, ...] = ()
    small_cases: SmallCases | None = None
    excuses: tuple[Excuse, ...] = ()
    exercises: Annotated[tuple[Exercise, ...], msgspec.Meta(min_length=1)]

    def function(self, name: str) -> Function:
        return next(function for function in self.functions if function.name == name)


# --- reading ---------------------------------------------------------------------------------------------------------

SHEET = "sheet"
"""The set of cases whose one case is the sheet's own data, made by the reference's `sheet_data`."""


def load_assignment(course: Path, assignment_id: str) -> Assignment:
    """Read and validate `assignments/<assignment_id>/assignment.toml`. Raises AssignmentError."""
    path = course / "assignments" / assignment_id / "assignment.toml"
    assignment = read_table(path, Assignment)
    contradictions = list(_contradictions(assignment, assignment_id, path.parent))
    if contradictions:
        raise AssignmentError("\n".join(f"{path}: {contradiction}" for contradiction in contradictions))
    return assignment


# --- contradictions: what a type can't say ---------------------------------------------------------------------------


def _contradictions(assignment: Assignment, folder_name: str, folder: Path) -> Iterator[str]:
    if assignment.id != folder_name:
        yield f'id: is "{assignment.id}", but the folder is called "{folder_name}". Make them the same.'
    if not (folder / assignment.notebook).is_file():
        yield f'notebook: there is no file "{assignment.notebook}" beside it.'
    yield from _repeated("exercises", (exercise.id for exercise in assignment.exercises))
    yield from _repeated("functions", (function.name for function in assignment.functions))
    yield from _repeated("quantities", (quantity.id for quantity in assignment.quantities))
    yield from _repeated("cases", (case.id for case in assignment.cases))
    for index, case in enumerate(assignment.cases):
        if case.set == SHEET:
            yield f'cases[{index}].set: "{SHEET}" is the set of the sheet\'s own data. Choose another name.'
    yield from _sizes_missing(assignment)
    yield from _repeated("excuses", (excuse.id for excuse in assignment.excuses))
    yield from _excuses_for_nothing(assignment)
    for index, exercise in enumerate(assignment.exercises):
        yield from _contradictions_of(exercise, f"exercises[{index}]", assignment)
    for index, function in enumerate(assignment.functions):
        yield from _contradictions_in(function, f"functions[{index}]")


def _contradictions_in(function: Function, place: str) -> Iterator[str]:
    yield from _repeated(f"{place}.parameters", (parameter.name for parameter in function.parameters))
    yield from _repeated(f"{place}.outputs", (output.name for output in function.outputs))
    names = [parameter.data for parameter in function.parameters]
    for name in function.same_length:
        if name not in names:
            yield f'{place}.same_length: no parameter takes "{name}".{did_you_mean(name, names)}'


def _sizes_missing(assignment: Assignment) -> Iterator[str]:
    small = assignment.small_cases
    for index, size in enumerate(() if small is None else small.sizes):
        for name in {name for axes in ({} if small is None else small.shapes).values() for name in axes} - set(size):
            yield f'small_cases.sizes[{index}]: there is no "{name}", which a shape has.{did_you_mean(name, size)}'


def _excuses_for_nothing(assignment: Assignment) -> Iterator[str]:
    compared = {
        set_
        for exercise in assignment.exercises
        for criterion in exercise.criteria
        if isinstance(criterion, Values)
        for set_ in criterion.cases
    }
    for index, excuse in enumerate(assignment.excuses):
        for set_ in excuse.cases:
            if set_ not in compared:
                yield f'excuses[{index}].cases: no criterion compares the set "{set_}".{did_you_mean(set_, compared)}'


def _contradictions_of(exercise: Exercise, place: str, assignment: Assignment) -> Iterator[str]:
    functions = [function.name for function in assignment.functions]
    yield from _repeated(f"{place}.criteria", (criterion.id for criterion in exercise.criteria))
    yield from _repeated(f"{place}.plots", (plot.id for plot in exercise.plots))
    outputs = {one.name: {out.name: len(out.axes) for out in one.outputs} for one in assignment.functions}
    yield from plot_contradictions(exercise.plots, place, outputs, assignment.quantities)
    if exercise.function is not None and exercise.function not in functions:
        yield f'{place}.function: "{exercise.function}" is not described.{did_you_mean(exercise.function, functions)}'
        return
    for index, criterion in enumerate(exercise.criteria):
        where = f"{place}.criteria[{index}]"
        if isinstance(criterion, Variables):
            if len(criterion.names) != len(criterion.equal):
                yield f"{where}: names and equal must be equally many."
        elif isinstance(criterion, PlotCriterion):
            yield from _unknown_plot(criterion, exercise, where)
        elif exercise.function is None:
            yield f'{where}: the kind "{type(criterion).__struct_config__.tag}" needs the exercise to name a function.'
        elif isinstance(criterion, Interface | Invariants):
            yield from _hidden_where_shown(criterion, assignment, where)
        if isinstance(criterion, Invariants) and exercise.function is not None:
            yield from _unknown_in_rules(criterion, assignment.function(exercise.function), where, functions)


def _unknown_plot(criterion: PlotCriterion, exercise: Exercise, where: str) -> Iterator[str]:
    plots = {plot.id: plot for plot in exercise.plots}
    if criterion.plot not in plots:
        yield f'{where}.plot: the exercise has no plot "{criterion.plot}".{did_you_mean(criterion.plot, plots)}'
    elif isinstance(criterion, PlotColorBar) and not plots[criterion.plot].is_heatmap:
        yield f'{where}.plot: "{criterion.plot}" is no heatmap: only these have colour bars.'


def _hidden_where_shown(criterion: Interface | Invariants, assignment: Assignment, where: str) -> Iterator[str]:
    """Messages of these kinds show what came, and in hidden cases that could carry hidden inputs to the student."""
    public = {SHEET, *(case.set for case in assignment.cases)}
    for set_ in criterion.cases:
        if set_ not in public:
            said = "is written out in no [[cases]], so it is hidden, and this kind of criterion shows its cases"
            yield f'{where}.cases: "{set_}" {said}.{did_you_mean(set_, public)}'


def _unknown_in_rules(criterion: Invariants, function: Function, where: str, functions: list[str]) -> Iterator[str]:
    outputs = [output.name for output in function.outputs]
    arguments = [parameter.name for parameter in function.parameters]
    for index, rule in enumerate(criterion.rules):
        known = {"output": outputs, "outputs": outputs, "changed": arguments, "factors": outputs + arguments}
        known["function"] = functions
        for field in rule.__struct_fields__:
            given = getattr(rule, field)
            for name in (given,) if isinstance(given, str) else given if isinstance(given, tuple) else ():
                if name not in known[field]:
                    yield f'{where}.rules[{index}].{field}: unknown "{name}".{did_you_mean(name, known[field])}'


def _repeated(place: str, names: Iterable[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f'{place}: "{name}" is there {times} times. Give each its own.'

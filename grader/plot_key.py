"""What each plot should show, and what else it may show by mistake: worked out with the rest of the answer key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.asked_plots import AskedPlot
from grader.assignment import Function
from grader.model import FloatArray


@dataclass(frozen=True, slots=True)
class Other:
    """Something that a plot may show in place of what was asked."""

    said: str
    """What it is: "query 1's attention, not query 0's". Or, if `is_sentence`, all that is to be said of it."""
    values: FloatArray
    is_sentence: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PlotKey:
    """Equal to itself alone, as the answer key."""

    plot: AskedPlot
    function: Function
    expected: FloatArray
    others: tuple[Other, ...]

    @property
    def position(self) -> int:
        """Of the output among those that the function returns."""
        return position_of(self.plot.output, self.function)


def position_of(output: str, function: Function) -> int:
    return [one.name for one in function.outputs].index(output)


@dataclass(frozen=True, slots=True)
class SheetOutputs:
    """What a function should return on the sheet's data; and, where a parameter takes a row, for each row in turn."""

    function: Function
    outputs: tuple[FloatArray, ...]
    rows: tuple[tuple[FloatArray, ...], ...] = ()

    def output(self, name: str) -> FloatArray:
        return self.outputs[position_of(name, self.function)]


def make_plot_key(plot: AskedPlot, sheet: Mapping[str, SheetOutputs], data: Mapping[str, FloatArray]) -> PlotKey:
    """`data` is the sheet's own."""
    asked = sheet[plot.function]
    expected = rowed(asked.output(plot.output), plot.row)
    others = (*_author_s(plot, sheet), *others_of(plot, asked.function, asked.outputs), *_other_calls(plot, asked))
    inputs = tuple(_inputs(data))
    return PlotKey(plot, asked.function, expected, tuple(_that_differ((*others, *inputs), expected)))


def rowed(array: FloatArray, row: int | None) -> FloatArray:
    if row is None:
        return array
    one: FloatArray = array[row]
    return one


def _author_s(plot: AskedPlot, sheet: Mapping[str, SheetOutputs]) -> Iterator[Other]:
    for one in plot.instead:
        yield Other(one.message, rowed(sheet[one.function].output(one.output), one.row), is_sentence=True)


def others_of(plot: AskedPlot, function: Function, outputs: Sequence[FloatArray]) -> Iterator[Other]:
    """Other rows of the same output, its columns, and the function's other outputs. `outputs` may be a student's."""
    for output, array in zip(function.outputs, outputs, strict=False):
        is_asked = output.name == plot.output
        if plot.row is None:
            if not is_asked:
                yield Other(f"the {output.name}, not the {plot.output}", array)
            continue
        if array.ndim != len(output.axes) or plot.row >= len(array):
            continue
        axis = output.axes[0]
        if not is_asked:
            yield Other(f"the {output.name} of {axis} {plot.row}, not its {plot.output}", array[plot.row])
            continue
        for row in range(len(array)):
            yield Other(f"the {plot.output} of {axis} {row}, not of {axis} {plot.row}", array[row])
        if array.ndim > 1:
            for column in range(array.shape[1]):
                what = f"column {column} of the {plot.output} (all {axis} indexes), not its row {plot.row}"
                yield Other(what, array[:, column])


def _other_calls(plot: AskedPlot, asked: SheetOutputs) -> Iterator[Other]:
    """What the function returns for another row of the data than the one that it is called with."""
    parameter = next((one for one in asked.function.parameters if one.row is not None), None)
    for row, outputs in enumerate(asked.rows):
        if parameter is not None and row != parameter.row:
            what = f"the {plot.output} of {parameter.name} {row}, not of {parameter.name} {parameter.row}"
            yield Other(what, rowed(outputs[position_of(plot.output, asked.function)], plot.row))


def _inputs(data: Mapping[str, FloatArray]) -> Iterator[Other]:
    for name, array in data.items():
        yield Other(f"the sheet's {name}", array)
        for row in range(len(array) if array.ndim > 1 else 0):
            yield Other(f"{name}[{row}], an input", array[row])


def _that_differ(others: Sequence[Other], expected: FloatArray) -> Iterator[Other]:
    """What is the same as what was asked is no mistake."""
    for one in others:
        if one.values.shape != expected.shape or not (one.values == expected).all():
            yield one

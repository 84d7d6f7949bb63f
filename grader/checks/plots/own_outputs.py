"""What a student's own function returns on the sheet's data: plotted faithfully, it is right, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import SHEET
from grader.checks.arrays import changed_entries
from grader.checks.plots.fitting import Drawn
from grader.model import Execution, FloatArray, FunctionRun, Items, Numbers, Observation, Returned
from grader.plot_key import PlotKey, rowed

OWN_DATA = "own data"
"""The suffix of the id of a call with the notebook's own variables in place of the sheet's data."""


def own_outputs(asked: PlotKey, key: AnswerKey, execution: Execution) -> Iterator[tuple[FloatArray, ...]]:
    """All that the plot's function returned there, each time as the values that it returned."""
    sheet = [one.call.id for one in key.of_sets(asked.function.name, (SHEET,))]
    for run in execution.runs_of(asked.function.name):
        own = (id_ for id_ in run.observations if id_.startswith(own_data_call(asked.function.name)))
        for id_ in (*sheet, *own):
            values = _values(run.observations.get(id_), len(asked.function.outputs))
            if values:
                yield values


def drawable(asked: PlotKey, key: AnswerKey, execution: Execution) -> Iterator[Drawn]:
    """The own output that the plot asks for, of every call."""
    noise = max((_noise(asked, key, run) for run in execution.runs_of(asked.function.name)), default=0.0)
    for values in own_outputs(asked, key, execution):
        array = values[min(asked.position, len(values) - 1)]
        shown = _as_asked(array, asked)
        if shown is not None:
            yield Drawn(shown, noise)


def own_data_call(function: str) -> str:
    return f"{function}:{OWN_DATA}"


def _values(observation: Observation | None, outputs: int) -> tuple[FloatArray, ...]:
    """None that isn't numbers. A single value stands for whatever it is unpacked as."""
    if not isinstance(observation, Returned):
        return ()
    value = observation.value
    items = value.items if isinstance(value, Items) else (value,)
    arrays = tuple(one.values for one in items if isinstance(one, Numbers))
    return arrays if len(arrays) in {1, outputs} and len(arrays) == len(items) else ()


def _as_asked(array: FloatArray, asked: PlotKey) -> FloatArray | None:
    """The row that is plotted of it; a vector that came as one row or column (np.matrix) as a vector."""
    plot = asked.plot
    if plot.row is not None:
        array = rowed(array, plot.row) if array.ndim and len(array) > plot.row else array[:0]
    if len(plot.axes) == 1 and array.ndim > 1 and max(array.shape) == array.size:
        array = array.reshape(-1)
    return array if array.ndim == len(plot.axes) and array.size > 1 else None


def _noise(asked: PlotKey, key: AnswerKey, run: FunctionRun) -> float:
    """Of a function that gives something else each time: how much else. What the notebook got, nobody can know."""
    largest = 0.0
    for repeat in key.repeats[asked.function.name]:
        if repeat.first.case.set == SHEET:
            count = len(asked.function.outputs)
            calls = (repeat.first.call.id, repeat.call.id)
            for one, other in zip(*(_values(run.observations.get(id_), count) for id_ in calls), strict=False):
                largest = max(largest, _difference(one, other, key))
    return 2 * largest


def _difference(one: FloatArray, other: FloatArray, key: AnswerKey) -> float:
    if one.shape != other.shape or not changed_entries(one, other, key.assignment.tolerance).any():
        return 0.0
    return float(np.nanmax(np.abs(one - other)))

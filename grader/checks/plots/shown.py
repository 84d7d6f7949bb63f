"""What the figures show, as things that can be compared: rows of numbers along an axis, and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from grader.figures import BOXES, Axes, ColorBar, Figure, Figures, Grid, LayerKind, Series
from grader.model import FloatArray

_MOST_SHOWN = 600
_TWO = 2


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Numbers over positions, by ascending position. `index_axis` is the one that the positions are on."""

    positions: FloatArray
    values: FloatArray
    index_axis: str


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`values[i, j]` is drawn at y = y_first + i * y_step, x = x_first + j * x_step; no step is negative."""

    values: FloatArray
    x_first: float
    x_step: float
    y_first: float
    y_step: float


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One thing that some axes show. The same artist may be there several times, with the axes as they were then."""

    cell: int
    """The first cell in which it showed this."""
    ids: frozenset[int]
    kind: LayerKind
    axes: Axes
    views: tuple[Row | Table, ...]
    """Bars may be upright or lie on their side: each is tried."""
    color_bars: tuple[ColorBar, ...] = ()
    grid: Grid | None = None


def all_shown(figures: Figures) -> tuple[Shown, ...]:
    """Everything, in the order in which it was drawn."""
    found: list[Shown] = []
    first: dict[tuple[frozenset[int], bytes], int] = {}
    for figure in figures.seen:
        for one, data in _of_figure(figure):
            # It belongs to the cell that drew it; a later cell may have finished its axes.
            cell = first.setdefault((one.ids, data), figure.cell)
            found.append(Shown(cell, one.ids, one.kind, one.axes, one.views, one.color_bars, one.grid))
            if len(found) >= _MOST_SHOWN:
                return tuple(found)
    return tuple(found)


def _of_figure(figure: Figure) -> Iterator[tuple[Shown, bytes]]:
    bars = tuple(one.color_bar for one in figure.axes if one.color_bar is not None)
    for axes in figure.axes:
        for layer in axes.layers:
            if isinstance(layer, Grid):
                views = (_table(layer),)
                shown = Shown(figure.cell, frozenset({layer.id}), layer.kind, axes, views, bars, layer)
                yield shown, layer.values.tobytes()
        for kind, ids, numbers in _rows_of_numbers([one for one in axes.layers if isinstance(one, Series)]):
            yield Shown(figure.cell, ids, kind, axes, tuple(_views(kind, numbers)), bars), numbers.tobytes()


def _rows_of_numbers(layers: Sequence[Series]) -> Iterator[tuple[LayerKind, frozenset[int], FloatArray]]:
    """Each layer with several marks; and all of one kind together, as loops and several calls make them."""
    plain = sorted((_as_segments(one) for one in layers), key=lambda one: one.kind)
    for kind, group in groupby(plain, key=lambda one: one.kind):
        alike = list(group)
        yield from ((kind, frozenset({one.id}), one.numbers) for one in alike if len(one.numbers) > 1)
        if len(alike) > 1:
            ids, numbers = frozenset(one.id for one in alike), np.concatenate([one.numbers for one in alike])
            yield kind, ids, numbers
            if kind is LayerKind.BARS:
                yield from ((kind, ids, _outermost(numbers, *axes)) for axes in ((0, 2, 3), (1, 3, 2)))


def _outermost(bars: FloatArray, start: int, width: int, length: int) -> FloatArray:
    """Of bars at one place the longest: coloured by sign in two calls, one of each pair is 0."""
    places = np.round(bars[:, start] + bars[:, width] / 2, 6)
    order = np.lexsort((np.abs(bars[:, length]), places))
    is_last = np.append(np.diff(places[order]) != 0, True)
    outermost: FloatArray = bars[order][is_last]
    return outermost


def _as_segments(layer: Series) -> Series:
    """A line of two points, straight up: a stem that somebody drew by hand."""
    numbers = layer.numbers
    is_stem = layer.kind is LayerKind.LINE and len(numbers) == _TWO and numbers[0, 0] == numbers[1, 0]
    if not is_stem:
        return layer
    box = np.array([[*numbers[0], *(numbers[1] - numbers[0])]])
    return Series(layer.id, LayerKind.SEGMENTS, box)


def _views(kind: LayerKind, numbers: FloatArray) -> Iterator[Row]:
    if kind in BOXES:
        x, y, width, height = numbers.T
        ends = (_end(y, height), _end(x, width))
        yield from _ordered(x + width / 2, ends[0], "x")
        yield from _ordered(y + height / 2, ends[1], "y")
        return
    x, y = numbers.T
    yield from _ordered(x, y, "x")
    yield from _ordered(y, x, "y")


def _end(start: FloatArray, length: FloatArray) -> FloatArray:
    """Where a bar ends that begins at 0."""
    ends = start + length
    found: FloatArray = np.where((ends == 0) & (start != 0), start, ends)
    return found


def _ordered(positions: FloatArray, values: FloatArray, axis: str) -> Iterator[Row]:
    """By ascending position; nothing where two marks stand at one place, as on a line that is closed."""
    order = np.argsort(positions, kind="stable")
    positions, values = positions[order], values[order]
    if len(positions) and np.isfinite(positions).all() and (np.diff(positions) > 0).all():
        yield Row(positions, values, axis)


def _table(grid: Grid) -> Table:
    values, first, per_row, per_column = grid.values, grid.first, grid.per_row, grid.per_column
    if abs(per_row[0]) > abs(per_row[1]):
        # Drawn with coordinates the other way round: rows go along x.
        values, per_row, per_column = values.T, per_column, per_row
    (x, y), x_step, y_step = first, per_column[0], per_row[1]
    if x_step < 0:
        values, x, x_step = values[:, ::-1], x + x_step * (values.shape[1] - 1), -x_step
    if y_step < 0:
        values, y, y_step = values[::-1], y + y_step * (values.shape[0] - 1), -y_step
    return Table(values, float(x), float(x_step), float(y), float(y_step))


def same(one: Shown, other: Shown) -> bool:
    """Whether both are one plot: the same values drawn by one cell in the same axes, or parts of one another.

    A line and its markers are one plot, as are the two sorts of artists that a stem plot is made of. An artist that
    later shows other data is another plot then.
    """
    if one.ids & other.ids and one.ids != other.ids:
        return True
    if one.ids != other.ids and (one.axes.id, one.cell) != (other.axes.id, other.cell):
        return False
    pairs = [(a.values, b.values) for a in one.views for b in other.views]
    return any(a.shape == b.shape and np.allclose(a, b, equal_nan=True) for a, b in pairs)

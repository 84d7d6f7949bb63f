"""What the kernel says of the notebook's figures: hostile bytes until they are decoded here."""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
import numpy as np

from grader.errors import WireError
from grader.figures import BOXES, TABLES, Axes, ColorBar, ColorScale, Figure, Figures, Grid, LayerKind, Series
from grader.model import FloatArray
from grader.plaintext import one_line
from grader.runner.wire import Buffers, convert

_MOST_NUMBERS = 1_000_000
_LONGEST_LABEL = 120

_Text = Annotated[str, msgspec.Meta(max_length=200)]
_Id = Annotated[int, msgspec.Meta(ge=0, le=2**31)]
_Size = Annotated[int, msgspec.Meta(ge=0, le=_MOST_NUMBERS)]
_Numbers = Annotated[list[_Id], msgspec.Meta(max_length=50)]


class _Layer(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    id: _Id
    kind: LayerKind
    shape: Annotated[list[_Size], msgspec.Meta(min_length=2, max_length=2)]
    from_top: bool = True
    at_nodes: bool = False
    color_map: _Text = ""


class _Axes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    id: _Id
    title: _Text
    x_label: _Text
    y_label: _Text
    x_scale: _Text
    y_scale: _Text
    shares_x: _Numbers
    shares_y: _Numbers
    color_bar_of: _Id | None
    color_map: _Text
    layers: Annotated[list[_Layer], msgspec.Meta(max_length=5000)]
    unread: bool


class _Figure(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    figure: _Id
    cell: _Id
    axes: Annotated[list[_Axes], msgspec.Meta(max_length=50)]


class _Figures(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    figures: Annotated[list[_Figure], msgspec.Meta(max_length=300)]
    left_out: bool


class _Row:
    """Numbers that stand in a row, taken from its front."""

    def __init__(self, numbers: FloatArray) -> None:
        self._numbers = numbers
        self._taken = 0

    def take(self, count: int) -> FloatArray:
        """Raises WireError where there aren't so many."""
        first, self._taken = self._taken, self._taken + count
        if self._taken > self._numbers.size:
            message = "figures' numbers are fewer than they say"
            raise WireError(message)
        return self._numbers[first : self._taken]

    def must_be_used_up(self) -> None:
        if self._taken != self._numbers.size:
            message = "figures' numbers are more than they say"
            raise WireError(message)


def decode_figures(content: object, buffers: Buffers) -> Figures:
    """Raises WireError for whatever isn't of the agreed form."""
    described: _Figures = convert(content, _Figures)
    if len(buffers) != 1 or len(buffers[0]) % 8 or len(buffers[0]) > 8 * _MOST_NUMBERS:
        message = "figures' numbers are not as agreed"
        raise WireError(message)
    row = _Row(np.frombuffer(bytes(buffers[0]), dtype=np.float64))
    figures = tuple(_figure(one, row) for one in described.figures)
    row.must_be_used_up()
    return Figures(figures, described.left_out)


def _figure(figure: _Figure, row: _Row) -> Figure:
    return Figure(figure.figure, figure.cell, tuple(_axes(one, figure.axes, row) for one in figure.axes))


def _axes(axes: _Axes, all_axes: list[_Axes], row: _Row) -> Axes:
    limits, bar = row.take(4), row.take(2)
    colors = ColorScale(float(bar[0]), float(bar[1]), axes.color_map)
    x_label = _label(axes.x_label, [all_axes[n].x_label for n in axes.shares_x if n < len(all_axes)])
    y_label = _label(axes.y_label, [all_axes[n].y_label for n in axes.shares_y if n < len(all_axes)])
    of = axes.color_bar_of
    return Axes(
        id=axes.id,
        title=one_line(axes.title, _LONGEST_LABEL),
        x_label=x_label,
        y_label=y_label,
        x_scale=axes.x_scale,
        y_scale=axes.y_scale,
        x_limits=(float(limits[0]), float(limits[1])),
        y_limits=(float(limits[2]), float(limits[3])),
        layers=tuple(_layer(one, row) for one in axes.layers),
        color_bar=None if of is None else ColorBar(of, colors, f"{x_label} {y_label}".strip()),
        unread=axes.unread,
    )


def _label(own: str, others: list[str]) -> str:
    """Its own, or that of axes which it shares this one with: only the outermost are labelled then."""
    return one_line(own if own.strip() else next((one for one in others if one.strip()), ""), _LONGEST_LABEL)


def _layer(layer: _Layer, row: _Row) -> Series | Grid:
    numbers = row.take(math.prod(layer.shape)).reshape(layer.shape)
    if layer.kind in TABLES:
        return _grid(layer, numbers, row)
    if layer.shape[1] != (4 if layer.kind in BOXES else 2):
        message = f"{layer.kind} don't have {layer.shape[1]} numbers a mark"
        raise WireError(message)
    return Series(layer.id, layer.kind, numbers)


def _grid(layer: _Layer, values: FloatArray, row: _Row) -> Grid:
    if values.size == 0:
        message = "a heatmap of nothing"
        raise WireError(message)
    is_image = layer.kind is LayerKind.IMAGE
    frame, limits = row.take(4 if is_image else 6), row.take(2)
    first, per_row, per_column = _of_image(layer, frame) if is_image else _of_mesh(layer, frame)
    colors = ColorScale(float(limits[0]), float(limits[1]), layer.color_map)
    return Grid(layer.id, layer.kind, values, first, per_row, per_column, colors)


def _of_image(layer: _Layer, extent: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Row 0 is at the top of the extent (left, right, bottom, top), or at its bottom."""
    left, right, bottom, top = extent
    start, end = (top, bottom) if layer.from_top else (bottom, top)
    per_row = np.array([0.0, (end - start) / layer.shape[0]])
    per_column = np.array([(right - left) / layer.shape[1], 0.0])
    return np.array([left, start]) + (per_row + per_column) / 2, per_row, per_column


def _of_mesh(layer: _Layer, places: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The corners of the first entry, of the last in its row, and of the last in its column; or their centres."""
    first, end_of_row, end_of_column = places.reshape(3, 2)
    if not layer.at_nodes:
        per_row = (end_of_column - first) / layer.shape[0]
        per_column = (end_of_row - first) / layer.shape[1]
        return first + (per_row + per_column) / 2, per_row, per_column
    steps = [max(length - 1, 1) for length in layer.shape]
    return first, (end_of_column - first) / steps[0], (end_of_row - first) / steps[1]

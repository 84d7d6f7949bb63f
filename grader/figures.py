"""What a notebook's figures show, as data that was decoded and checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class LayerKind(StrEnum):
    """How values are drawn."""

    BARS = "bars"
    STAIRS = "stairs"
    LINE = "line"
    STEPS = "steps"
    STEMS = "stems"
    SEGMENTS = "segments"
    POINTS = "points"
    IMAGE = "image"
    MESH = "mesh"


TABLES = frozenset({LayerKind.IMAGE, LayerKind.MESH})
BOXES = frozenset({LayerKind.BARS, LayerKind.STAIRS, LayerKind.SEGMENTS})


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Bars, a line, …: `numbers` has a row for each mark, (x, y) of a point or (x, y, width, height) of a box."""

    id: int
    kind: LayerKind
    numbers: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ColorScale:
    """Which values the ends of a colour map stand for; NaN: not known."""

    low: float
    high: float
    color_map: str


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A heatmap: the centre of `values[i, j]` is drawn at first + i * per_row + j * per_column, each a pair (x, y)."""

    id: int
    kind: LayerKind
    values: NDArray[np.float64]
    first: NDArray[np.float64]
    per_row: NDArray[np.float64]
    per_column: NDArray[np.float64]
    colors: ColorScale


@dataclass(frozen=True, slots=True)
class ColorBar:
    of: int
    """The `id` of the layer that it belongs to, or of something that is not shown."""
    colors: ColorScale
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    id: int
    title: str
    x_label: str
    y_label: str
    x_scale: str
    y_scale: str
    x_limits: tuple[float, float]
    """As they stand: the first is larger where the axis is inverted."""
    y_limits: tuple[float, float]
    layers: tuple[Series | Grid, ...]
    color_bar: ColorBar | None = None
    """Set if the axes are those of a colour bar."""
    unread: bool = False
    """Whether they show something that is no layer: contours, filled areas, a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure as it was last seen in `cell`. One that goes on in a later cell is there again, under the same `id`."""

    id: int
    cell: int
    axes: tuple[Axes, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a notebook, in the order in which they were seen."""

    seen: tuple[Figure, ...] = ()
    left_out: bool = False
    """Whether there were more, or larger ones, than is looked at."""

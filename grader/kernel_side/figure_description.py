"""A matplotlib figure ─▶ what it shows, as data: words, and one row of numbers. Nothing is drawn.

A description is

    {"figure", "cell", "axes": [{"id", "title", "x_label", "y_label", "x_scale", "y_scale", "shares_x", "shares_y",
                                 "color_bar_of", "color_map", "unread", "layers": [{"id", "kind", "shape", …}]}]}

and the numbers stand in the order in which they are met there: of each axes its limits (x, x, y, y), the colour bar's
limits, and those of its layers. A bar is a box: x, y, width, height.

Whatever a student's own artists do here happens in the student's process and time. All names are bound at import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

from matplotlib.collections import Collection, LineCollection, PathCollection, PolyQuadMesh, QuadMesh
from matplotlib.container import BarContainer, StemContainer
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon, Rectangle, StepPatch
from numpy import array, asarray, concatenate, float64, full, nan, ndarray, zeros
from numpy.ma import MaskedArray

from grader.kernel_side.encode import sendable

_MOST_AXES = 50
_MOST_ARTISTS = 4000
_MOST_NUMBERS = 250_000
_TEXT_LENGTH = 200
_POINTS, _BOXES, _TABLE_AXES = 2, 4, 2

Description = dict[str, Any]
Numbers = ndarray[Any, Any]
_Describe = Callable[[Any], tuple[Description, list[Numbers]] | None]


class Numbering:
    """A number for each object, the same each time it is met; a figure that was cleared is a new one."""

    def __init__(self) -> None:
        self._numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._next = 0

    def of(self, thing: Any) -> int:
        if thing not in self._numbers:
            self.renew(thing)
        return self._numbers[thing]

    def renew(self, thing: Any) -> None:
        self._numbers[thing] = self._next
        self._next += 1


def describe_figure(figure: Any, cell: int, numbering: Numbering) -> tuple[Description, Numbers]:
    """What the figure shows now, and all its numbers in a row. Raises whatever a student's own artists raise."""
    axes = list(islice(_with_insets(figure.axes), _MOST_AXES))
    parts: list[Numbers] = []
    described = [_describe_axes(one, axes, numbering, parts) for one in axes]
    for shown in described:
        # A label that stands once for all axes of the figure.
        shown["x_label"] = shown["x_label"] or _text(figure.get_supxlabel())
        shown["y_label"] = shown["y_label"] or _text(figure.get_supylabel())
        shown["title"] = shown["title"] or _text(figure.get_suptitle())
    numbers = concatenate(parts) if parts else zeros(0)
    return {"figure": numbering.of(figure), "cell": cell, "axes": described}, numbers


def _with_insets(all_axes: Sequence[Any]) -> Iterator[Any]:
    """Those that are to be seen, and those inside of them."""
    for axes in all_axes:
        if axes.get_visible():
            yield axes
            yield from _with_insets([one for one in axes.child_axes if one not in all_axes])


def _text(text: Any) -> str:
    return sendable(text[:_TEXT_LENGTH]) if isinstance(text, str) else ""


def _describe_axes(axes: Any, all_axes: Sequence[Any], numbering: Numbering, parts: list[Numbers]) -> Description:
    parts.append(_row([*axes.get_xlim(), *axes.get_ylim()], 4))
    bar = getattr(axes, "_colorbar", None)
    mappable = getattr(bar, "mappable", None)
    parts.append(_row(_limits(mappable), 2))
    unread: list[Any] = []
    layers = [] if bar is not None else list(_layers(axes, numbering, parts, unread))
    return {
        "id": numbering.of(axes),
        "title": _text(axes.get_title()),
        "x_label": _label(axes, axes.xaxis),
        "y_label": _label(axes, axes.yaxis),
        "x_scale": _text(axes.get_xscale()),
        "y_scale": _text(axes.get_yscale()),
        "shares_x": _sharing(axes.get_shared_x_axes(), axes, all_axes),
        "shares_y": _sharing(axes.get_shared_y_axes(), axes, all_axes),
        "color_bar_of": None if bar is None else numbering.of(mappable),
        "color_map": _text(_color_map(mappable)),
        "layers": layers,
        "unread": bool(unread),
    }


def _label(axes: Any, axis: Any) -> str:
    is_seen = axes.axison and axis.get_visible() and _is_seen(axis.label)
    return _text(axis.label.get_text()) if is_seen else ""


def _sharing(grouper: Any, axes: Any, all_axes: Sequence[Any]) -> list[int]:
    """Which others have this axis in common with it."""
    siblings = grouper.get_siblings(axes)
    return [number for number, one in enumerate(all_axes) if one is not axes and one in siblings]


def _limits(mappable: Any) -> tuple[Any, Any]:
    limits = (None, None) if mappable is None else mappable.get_clim()
    return (nan, nan) if None in limits else limits


def _color_map(mappable: Any) -> Any:
    return None if mappable is None else mappable.get_cmap().name


def _row(values: Any, length: int) -> Numbers:
    row = asarray(values, dtype=float64).reshape(-1)
    return row if row.size == length else full(length, nan)


# --- layers ----------------------------------------------------------------------------------------------------------


def _layers(axes: Any, numbering: Numbering, parts: list[Numbers], unread: list[Any]) -> Iterator[Description]:
    """The axes' artists that show data, in the order in which they were made; and those that can't be read as data."""
    together = _made_together(axes)
    done: set[int] = set()
    for artist in islice(axes.get_children(), _MOST_ARTISTS):
        made_with = together.get(id(artist))
        describe = _bars if isinstance(made_with, BarContainer) else _LAYERS.get(_kind_of(artist))
        if artist is axes.patch or id(made_with) in done:
            continue
        whole = artist if made_with is None else made_with
        done.add(id(whole))
        try:
            described = _described(describe, whole if describe is _bars else artist, artist)
        except Exception:  # noqa: BLE001 - a student's own artist; the others are seen all the same
            described = None
        if described is None:
            if isinstance(artist, _SHOWING):
                unread.append(artist)
        else:
            words, numbers = described
            parts.extend(numbers)
            is_stem = isinstance(made_with, StemContainer)
            yield {**words, "id": numbering.of(artist), **({"kind": "stems"} if is_stem else {})}


def _described(describe: _Describe | None, whole: Any, artist: Any) -> tuple[Description, list[Numbers]] | None:
    return describe(whole) if describe is not None and _is_seen(artist) else None


def _made_together(axes: Any) -> dict[int, Any]:
    """Artists that one call has made: the id of each ─▶ the container of all."""
    found: dict[int, Any] = {}
    for container in islice(axes.containers, _MOST_ARTISTS):
        is_bars = isinstance(container, BarContainer)
        artists = container.patches if is_bars else [getattr(container, "markerline", None)]
        found.update((id(artist), container) for artist in islice(artists, _MOST_ARTISTS) if artist is not None)
    return found


def _kind_of(artist: Any) -> Any:
    return next((kind for kind in _LAYERS if isinstance(artist, kind)), None)


def _is_seen(artist: Any) -> bool:
    """Its alpha may be one for each of its marks."""
    alpha = artist.get_alpha()
    return bool(artist.get_visible()) and (alpha is None or bool(asarray(alpha).any()))


def _line(line: Any) -> tuple[Description, list[Numbers]] | None:
    if line.get_linestyle() in {"None", "none", " ", ""} and line.get_marker() in {"None", "none", " ", "", None}:
        return None
    points = _columns(line.get_xdata(orig=False), line.get_ydata(orig=False))
    kind = "steps" if str(line.get_drawstyle()).startswith("steps") else "line"
    return {"kind": kind, "shape": [len(points), _POINTS]}, [points.reshape(-1)]


def _columns(x: Any, y: Any) -> Numbers:
    return array([_plain(x).reshape(-1), _plain(y).reshape(-1)]).T


def _bars(container: Any) -> tuple[Description, list[Numbers]]:
    bars = [bar for bar in container.patches[:_MOST_ARTISTS] if _is_seen(bar)]
    boxes = array([(*bar.get_xy(), bar.get_width(), bar.get_height()) for bar in bars], dtype=float64)
    return {"kind": "bars", "shape": [len(bars), _BOXES]}, [boxes.reshape(-1)]


def _bar(bar: Any) -> tuple[Description, list[Numbers]]:
    """One that stands alone."""
    return {"kind": "bars", "shape": [1, _BOXES]}, [_row([*bar.get_xy(), bar.get_width(), bar.get_height()], _BOXES)]


def _stairs(stairs: Any) -> tuple[Description, list[Numbers]]:
    values, edges, baseline = stairs.get_data()
    base = 0.0 if baseline is None else _plain(baseline)
    left, right, tops = _plain(edges)[:-1], _plain(edges)[1:], _plain(values)
    bottoms = zeros(tops.shape) + base
    boxes = [left, bottoms, right - left, tops - bottoms]
    if stairs.orientation == "horizontal":
        boxes = [bottoms, left, tops - bottoms, right - left]
    table = array(boxes).T
    return {"kind": "stairs", "shape": [len(table), _BOXES]}, [table.reshape(-1)]


def _points(scatter: Any) -> tuple[Description, list[Numbers]]:
    offsets = _plain(scatter.get_offsets()).reshape(-1, _POINTS)
    return {"kind": "points", "shape": list(offsets.shape)}, [offsets.reshape(-1)]


def _segments(lines: Any) -> tuple[Description, list[Numbers]] | None:
    """Straight lines from one point to another, as `vlines` makes them: as boxes without a width or a height."""
    ends = [_plain(one) for one in islice(lines.get_segments(), _MOST_ARTISTS)]
    if not ends or any(one.shape != (2, 2) for one in ends):
        return None
    table = array([[*one[0], *(one[1] - one[0])] for one in ends])
    return {"kind": "segments", "shape": list(table.shape)}, [table.reshape(-1)]


def _image(image: Any) -> tuple[Description, list[Numbers]] | None:
    shown = image.get_array()
    if not _is_table(shown):
        return None
    extra = {"kind": "image", "from_top": image.origin == "upper", "color_map": _text(_color_map(image))}
    return _table(extra, shown, [_row(image.get_extent(), 4), _row(_limits(image), 2)])


def _mesh(mesh: Any) -> tuple[Description, list[Numbers]] | None:
    shown, corners = mesh.get_array(), mesh.get_coordinates()
    if not _is_table(shown):
        return None
    places = [corners[0, 0], corners[0, -1], corners[-1, 0]]
    at_nodes = tuple(corners.shape[:2]) == tuple(shown.shape)
    extra = {"kind": "mesh", "at_nodes": at_nodes, "color_map": _text(_color_map(mesh))}
    return _table(extra, shown, [_row(places, 6), _row(_limits(mesh), 2)])


def _is_table(shown: Any) -> bool:
    return isinstance(shown, ndarray) and shown.ndim == _TABLE_AXES and 0 < shown.size <= _MOST_NUMBERS


def _table(extra: Description, shown: Any, frame: list[Numbers]) -> tuple[Description, list[Numbers]]:
    return {**extra, "shape": list(shown.shape)}, [_plain(shown).reshape(-1), *frame]


def _plain(values: Any) -> Numbers:
    """As plain numbers; what is masked is NaN. Raises for what is no number, and for what is too much."""
    if getattr(values, "size", 0) > _MOST_NUMBERS:
        raise ValueError(values.size)
    if isinstance(values, MaskedArray):
        as_floats: Any = values.astype(float64)
        values = as_floats.filled(nan)
    plain: Numbers = asarray(values, dtype=float64)
    if plain.size > _MOST_NUMBERS:
        raise ValueError(plain.size)
    return plain


# What shows something even where it is not read here: contours, filled areas, pictures, shapes.
_SHOWING = (Collection, AxesImage, Polygon, PathPatch)
_LAYERS: dict[Any, _Describe] = {
    Line2D: _line,
    Rectangle: _bar,
    StepPatch: _stairs,
    PathCollection: _points,
    LineCollection: _segments,
    AxesImage: _image,
    QuadMesh: _mesh,
    PolyQuadMesh: _mesh,
}

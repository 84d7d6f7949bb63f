"""The plots that a sheet asks for, as assignment.toml describes them: what each shows, how, and what its axes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import msgspec

from grader.figures import TABLES, LayerKind
from grader.naming import did_you_mean
from grader.tables import Name, Table, Text


class Quantity(Table, frozen=True):
    """What an axis may stand for, and the words that name it there."""

    id: Name
    title: Text
    """As messages call it: "the index of the key"."""
    words: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    """In lower case. Words of three letters and more count inside others, too: "key" in "Keyvektor"."""
    counts: bool = False
    """Whether it is an index: 0, 1, 2, …"""
    index_alone: bool = False
    """Whether a label that says "index", and not of what, names it."""


class Instead(Table, frozen=True):
    """Something else that the plot may show by mistake, and what to say then, in a sentence."""

    function: Name
    output: Name
    message: Text
    row: int | None = None


class AskedPlot(Table, frozen=True):
    """A plot of one of a function's outputs on the sheet's data, or of its row `row`."""

    id: Name
    title: Text
    """As messages call it: "the plot of the attention"."""
    kinds: Annotated[tuple[LayerKind, ...], msgspec.Meta(min_length=1)]
    """Which ways of drawing it count."""
    function: Name
    output: Name
    axes: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=2)]
    """The quantities along the axes of what it shows: one for bars and the like, two (rows, columns) for a heatmap."""
    value: Name
    """The quantity of its numbers: the other axis of bars and the like."""
    row: int | None = None
    instead: tuple[Instead, ...] = ()

    @property
    def is_heatmap(self) -> bool:
        return set(self.kinds) <= TABLES


# --- contradictions: what a type can't say ---------------------------------------------------------------------------

Outputs = Mapping[str, Mapping[str, int]]
"""Function ─▶ output ─▶ how many axes it has."""


def plot_contradictions(
    plots: Sequence[AskedPlot], place: str, outputs: Outputs, quantities: Sequence[Quantity]
) -> Iterator[str]:
    """What in the plots of an exercise names something that isn't there, or can't be drawn so."""
    known = [quantity.id for quantity in quantities]
    for index, plot in enumerate(plots):
        where = f"{place}.plots[{index}]"
        for name in (*plot.axes, plot.value):
            if name not in known:
                yield f'{where}: no quantity is called "{name}".{did_you_mean(name, known)}'
        missing = list(_missing_outputs(plot, where, outputs))
        yield from missing or _not_drawable(plot, where, outputs)


def _missing_outputs(plot: AskedPlot, where: str, outputs: Outputs) -> Iterator[str]:
    named = [(plot.function, plot.output, where)]
    named += [(one.function, one.output, f"{where}.instead[{n}]") for n, one in enumerate(plot.instead)]
    for function, output, place in named:
        if function not in outputs:
            yield f'{place}.function: "{function}" is not described.{did_you_mean(function, outputs)}'
        elif output not in outputs[function]:
            hint = did_you_mean(output, outputs[function])
            yield f'{place}.output: {function} has no output "{output}".{hint}'


def _not_drawable(plot: AskedPlot, where: str, outputs: Outputs) -> Iterator[str]:
    left = outputs[plot.function][plot.output] - (plot.row is not None)
    if left != len(plot.axes):
        yield f"{where}.axes: {plot.output} has {left} axes to draw, but {len(plot.axes)} are named."
    tables = set(plot.kinds) & TABLES
    if tables and not plot.is_heatmap:
        yield f"{where}.kinds: image and mesh show tables, the others show rows of numbers. Name one sort."
    elif plot.is_heatmap != (len(plot.axes) > 1):
        yield f"{where}.kinds: image and mesh are for two axes, the others for one."

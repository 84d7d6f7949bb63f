"""Pictures of plots: SVG that anybody may open, whatever a student wrote, and the same bytes each time."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from grader.answer_key import AnswerKey
from grader.checks.plots.expected_plot import expected_axes
from grader.checks.plots.shown import all_shown
from grader.figures import BOXES, TABLES, Axes, ColorScale, Figure, Figures, Grid, LayerKind, Series
from grader.pictures import Picture, compared, side_by_side

LINEAR = ("linear", "linear")


def texts(svg: str) -> str:
    """Raises where it is no XML."""
    return " ".join(text for text in ET.fromstring(svg).itertext() if text.strip())  # noqa: S314 - our own


def plot(*layers: Series | Grid, x_label: str = "x", limits: tuple[float, float] = (0.0, 1.0)) -> Picture:
    return Picture(Axes(1, "", x_label, "y", *LINEAR, limits, (0.0, 1.0), layers))


@pytest.fixture(scope="module")
def expected(key: AnswerKey) -> Picture:
    return Picture(expected_axes(key.plots["ex4", "heatmap"], key.assignment.quantities)[0], has_color_bar=True)


def test_both_plots_stand_there_with_their_labels(expected: Picture) -> None:
    yours = replace(expected, axes=replace(expected.axes, x_label="Query-index", y_label=""))
    shown = texts(side_by_side(expected, yours))
    assert all(words in shown for words in ("Yours", "Expected", "Query-index", "(no label)", "the index of the key"))


def test_what_was_taken_for_a_plot_is_compared_with_it(key: AnswerKey) -> None:
    """As the pipeline leaves it: the axes, and which of their artists."""
    for asked in key.plots.values():
        axes = expected_axes(asked, key.assignment.quantities)
        for shown in (*all_shown(Figures((Figure(1, 1, axes),))), None):
            words = texts(compared(asked, key.assignment.quantities, shown))
            assert ("not drawn" in words) is (shown is None)


def test_what_was_not_drawn_is_said(expected: Picture) -> None:
    assert "not drawn" in texts(side_by_side(expected, None))


def test_the_same_data_gives_the_same_bytes(expected: Picture) -> None:
    assert side_by_side(expected, None) == side_by_side(expected, None)


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "]]>&amp;\"'", "$\\frac{", "\N{SNOWMAN} \u202e \N{CJK UNIFIED IDEOGRAPH-5B66}"],
)
def test_a_label_is_text_and_nothing_else(text: str, expected: Picture) -> None:
    svg = side_by_side(expected, plot(x_label=text))
    assert text in texts(svg)
    assert not {element.tag for element in ET.fromstring(svg).iter() if "script" in element.tag}  # noqa: S314 - as above


HOSTILE = (0.5, np.nan, np.inf, -np.inf, 1e308, -1e-308)


@pytest.mark.parametrize("kind", [kind for kind in LayerKind if kind not in TABLES])
def test_every_kind_of_marks_is_drawn_whatever_its_numbers(kind: LayerKind, expected: Picture) -> None:
    columns = 4 if kind in BOXES else 2
    numbers = np.array([np.roll(HOSTILE, turn)[:columns] for turn in range(len(HOSTILE))])
    texts(side_by_side(expected, plot(Series(1, kind, numbers), limits=(np.nan, np.inf))))


@pytest.mark.parametrize("step", [1.0, 0.0, np.nan, 1e308])
def test_every_heatmap_is_drawn_whatever_its_numbers(step: float, expected: Picture) -> None:
    place, values = np.array([0.0, 0.0]), np.array(HOSTILE).reshape(2, 3)
    colors = ColorScale(0, 1, "no such map")
    grid = Grid(1, LayerKind.MESH, values, place, np.array([0.0, step]), np.array([step, 0.0]), colors)
    texts(side_by_side(expected, replace(plot(grid, limits=(1e308, -1e308)), has_color_bar=True)))

"""Figures are seen whatever a notebook does with them, each as it was before it was closed or cleared."""

from __future__ import annotations

import pytest

from grader.figures import Figure, Grid, Series
from grader.model import Execution
from tests.runner.kernels import call, run

START = "import numpy as np\nfrom matplotlib import pyplot as plt"
LINE = "plt.plot([0, 1], [5, 6])"
LINES = [[0.0, 5.0], [1.0, 6.0]]


def seen(execution: Execution) -> tuple[Figure, ...]:
    assert execution.figures is not None
    assert not execution.figures.left_out
    return execution.figures.seen


def numbers(figure: Figure) -> list[object]:
    layers = [layer for axes in figure.axes for layer in axes.layers]
    return [layer.numbers.tolist() if isinstance(layer, Series) else layer.values.tolist() for layer in layers]


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(
    "source",
    [
        LINE,
        f"{LINE}\nplt.show()",
        f"{LINE}\nplt.close()",
        f"{LINE}\nplt.close('all')",
        f"{LINE}\nplt.close(plt.gcf())",
        f"{LINE}\nplt.close(1)",
        f"{LINE}\nplt.clf()",
        f"{LINE}\nplt.cla()",
        f"{LINE}\nplt.gcf().clear()",
        f"{LINE}\nplt.savefig('x.png')",
        f"{LINE}\n1 / 0",
        f"plt.ioff()\n{LINE}",
        f"plt.switch_backend('agg')\n{LINE}\nplt.show()",
        f"%matplotlib inline\n{LINE}",
        f"%matplotlib notebook\n{LINE}",
        f"%matplotlib agg\n{LINE}",
        "from matplotlib.figure import Figure\nf = Figure()\nf.add_subplot().plot([0, 1], [5, 6])\nf",
        "f = plt.figure()\nf.subfigures(1, 2)[1].subplots().plot([0, 1], [5, 6])",
    ],
)
def test_a_line_is_seen_once(source: str, *, sealed: bool) -> None:
    (figure,) = seen(run(START, source, sealed=sealed))
    assert (figure.cell, numbers(figure)) == (2, [LINES])


def test_an_empty_figure_is_none() -> None:
    assert seen(run(START, "plt.figure()\nplt.subplots()")) == ()


def test_a_figure_that_is_not_shown_ends_with_its_cell() -> None:
    """As in any notebook: the next cell's plot is one of its own."""
    figures = seen(run(START, LINE, LINE))
    assert [numbers(figure) for figure in figures] == [[LINES], [LINES]]
    assert len({figure.id for figure in figures}) == 2


@pytest.mark.parametrize("start", ["f, ax = plt.subplots()", "%matplotlib notebook\nax = plt.gca()"])
def test_a_figure_goes_on_in_another_cell(start: str) -> None:
    first, second = seen(run(START, f"{start}\nax.plot([0, 1], [5, 6])", "ax.set_xlabel('late')"))
    assert (first.id, first.cell, first.axes[0].x_label) == (second.id, 2, "")
    assert (second.cell, second.axes[0].x_label, numbers(second)) == (3, "late", [LINES])
    assert first.axes[0].layers[0].id == second.axes[0].layers[0].id


def test_a_figure_that_stays_as_it_was_is_seen_in_its_own_cell_alone() -> None:
    assert [figure.cell for figure in seen(run(START, f"f = plt.figure()\n{LINE}", "x = 1", "f", "f"))] == [2]


def test_a_figure_that_is_used_again_is_another_one() -> None:
    source = "f, ax = plt.subplots()\nfor n in range(3):\n    ax.plot([n, n + 1])\n    ax.clear()"
    figures = seen(run(START, source))
    assert [numbers(figure) for figure in figures] == [[[[0, n], [1, n + 1]]] for n in range(3)]


def test_what_is_not_to_be_seen_is_not_there() -> None:
    source = (
        "plt.plot([1, 2], visible=False)\nplt.plot([1, 2], alpha=0)\nplt.plot([1, 2], '')\nplt.plot([1, 2], ls='None')"
    )
    shown = [numbers(figure) for figure in seen(run(START, f"{LINE}\n{source}"))]
    assert shown == [[LINES, [[0, 1], [1, 2]]]]


def test_a_heatmap_and_its_colour_bar_know_each_other() -> None:
    (figure,) = seen(run(START, "plt.imshow(np.eye(2))\nplt.colorbar()"))
    heatmap, bar = figure.axes
    (grid,) = heatmap.layers
    assert isinstance(grid, Grid)
    assert bar.color_bar is not None
    assert (bar.color_bar.of, bar.color_bar.colors) == (grid.id, grid.colors)


def test_what_functions_draw_while_they_are_called_is_no_plot_of_the_notebook_s() -> None:
    execution = run(START, "def f(a):\n    plt.plot(a)\n    return a", calls=(call("f"),))
    assert seen(execution) == ()

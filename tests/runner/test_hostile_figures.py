"""Figures that are too large, that lie, or that are made by a patched matplotlib: nobody is hurt, nothing is earned.

Each notebook draws one right plot beside, which has to be seen all the same wherever the kernel is still of use.
"""

from __future__ import annotations

import pytest

from grader.figures import Figures, Series
from grader.model import CellStatus, Execution
from tests.runner.kernels import run, statuses

START = "import numpy as np\nimport matplotlib\nfrom matplotlib import pyplot as plt"
PLAIN = "plt.plot([0, 1, 2], [5, 6, 7])\nplt.xlabel('seen')"


def figures_of(*sources: str) -> Figures:
    return seen(run(START, *sources))


def seen(execution: Execution) -> Figures:
    assert execution.figures is not None
    return execution.figures


def plain_ones(figures: Figures) -> int:
    """How many times the plain plot was seen."""
    found = [one for figure in figures.seen for one in figure.axes if one.x_label == "seen"]
    layers = [layer for axes in found for layer in axes.layers if isinstance(layer, Series)]
    return sum(layer.numbers.tolist() == [[0, 5], [1, 6], [2, 7]] for layer in layers)


@pytest.mark.parametrize(
    "source",
    [
        "axes = plt.gca()\nline = plt.Line2D([0, 1], [0, 1])\naxes._children.extend([line] * 10**6)",
        "for _ in range(400):\n    plt.figure(); plt.plot(np.zeros(10))",
        "for _ in range(40):\n    plt.figure(); plt.plot(np.zeros(200_000))",
        "plt.plot(np.zeros(10**6))",
        "plt.gca().set_xlabel('x' * 10**8)",
        "plt.gca().set_title('\\ud800' * 1000); plt.plot([1])",
        "image = plt.imshow(np.eye(2))\nimage._A = np.broadcast_to(np.zeros((1, 1)), (10**5, 10**4))",
        "image = plt.imshow(np.eye(2))\nimage._A = np.ma.array(np.broadcast_to(0.0, (10**5, 10**4)))",
        "figure = plt.figure()\nfor n in range(200):\n    figure.add_axes([0, 0, 1, 1], label=str(n)).plot([1])",
    ],
)
def test_what_is_too_much_is_left_out(source: str) -> None:
    figures = figures_of(PLAIN, source)
    assert plain_ones(figures) >= 1
    layers = [layer for figure in figures.seen for axes in figure.axes for layer in axes.layers]
    assert len(layers) <= 20_000


@pytest.mark.parametrize(
    "body",
    [
        "raise RuntimeError",
        "raise KeyboardInterrupt",
        "raise SystemExit",
        "return 'no numbers'",
        "return np.full((3,), 1j)",
        "return [[1, 2], [3]]",
        "return self",
        "return iter(int, 1)",
    ],
)
def test_artists_that_lie_are_not_seen_and_others_are(body: str) -> None:
    """Their figure may be lost, other figures are not."""
    lying = (
        f"class Lying(plt.Line2D):\n    def get_xdata(self, orig=True):\n        {body}\n"
        "    get_ydata = get_xdata\n"
        "axes = plt.gca()\nline = Lying([0], [0])\naxes._children.append(line)"
    )
    assert plain_ones(figures_of(PLAIN, lying, PLAIN)) == 2


def test_an_artist_that_never_answers_costs_its_own_cell() -> None:
    hanging = (
        "class Hanging(plt.Line2D):\n    def get_xdata(self, orig=True):\n        while True: pass\n"
        "plt.gca()._children.append(Hanging([0], [0]))"
    )
    execution = run(START, PLAIN, hanging, PLAIN)
    assert statuses(execution)[2] in {CellStatus.TIMED_OUT, CellStatus.KILLED_KERNEL}
    assert plain_ones(seen(execution)) == 2


@pytest.mark.parametrize(
    "source",
    [
        "matplotlib.figure.Figure.axes = None",
        "matplotlib.figure.Figure.clear = None; matplotlib.figure.Figure.draw = None",
        "matplotlib._pylab_helpers.Gcf.figs = None",
        "matplotlib._pylab_helpers.Gcf.destroy_all = lambda: None",
        "matplotlib.axes.Axes.get_children = lambda self: 5",
        "matplotlib.axes.Axes.get_xlim = lambda self: (_ for _ in ())",
        "plt.close = plt.show = print",
        "get_ipython().events.callbacks['post_run_cell'].clear()",
        "import numpy\nnumpy.asarray = numpy.array = numpy.concatenate = None",
    ],
)
def test_a_patched_matplotlib_breaks_what_its_notebook_draws_afterwards_alone(source: str) -> None:
    execution = run(START, PLAIN, source, "x = 1\nplt.plot([1])", x=4)
    assert execution.variables[0].values["x"] is not None
    assert plain_ones(seen(execution)) >= 1


@pytest.mark.parametrize(
    "reply",
    [
        "{'figures': 5, 'left_out': False}",
        "{'figures': [{'figure': 0, 'cell': 2, 'axes': [{}]}], 'left_out': False}",
        "{}",
    ],
)
def test_forged_descriptions_are_not_believed(reply: str) -> None:
    """Whatever isn't of the agreed form is as if nothing could be looked at."""
    forged = (
        "import gc\nfrom grader.kernel_side.figure_recorder import FigureRecorder\n"
        "from numpy import zeros\n"
        f"FigureRecorder.end = lambda self: ([{reply}], zeros(10**6))"
    )
    assert run(START, PLAIN, forged).figures is None

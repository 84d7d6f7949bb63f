"""When figures are looked at: at the end of each cell, and before one is drawn, closed or cleared.

The last that was seen of a figure in a cell is kept, until the grader asks. Figures are followed for as long as the
notebook holds them, so that one may be finished in a later cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from matplotlib._pylab_helpers import Gcf
from matplotlib.axes._base import _AxesBase
from matplotlib.figure import Figure
from numpy import concatenate, zeros

from grader.kernel_side.figure_description import Description, Numbering, Numbers, describe_figure

_MOST_FIGURES = 300
# So that a cell with very many leaves room for those of others.
_MOST_IN_A_CELL = 80
_MOST_NUMBERS = 1_000_000
_MOST_WORDS = 20_000


class FigureRecorder:
    """What was seen of each figure in each cell."""

    def __init__(self) -> None:
        self.cell = 0
        self.left_out = False
        """Whether there was more than is kept."""
        self._seen: dict[tuple[int, int], tuple[Description, Numbers]] = {}
        self._followed: WeakSet[Any] = WeakSet()
        self._numbering = Numbering()
        self._is_looking = True
        self._is_clearing = False

    def look_at_all(self) -> None:
        """At what is open, and at what the notebook still holds."""
        for figure in [*(manager.canvas.figure for manager in Gcf.get_all_fig_managers()), *self._followed]:
            self.look_at(figure)

    def look_at(self, figure: Any) -> None:
        """Unless it is as it was."""
        if not self._is_looking or (figure in self._followed and not figure.stale):
            return
        self._is_looking = False
        try:
            self._followed.add(figure)
            self._keep(*describe_figure(figure, self.cell, self._numbering))
            figure.stale = False
        except BaseException:  # noqa: BLE001 - an artist of the student's own; its figure isn't seen
            self.left_out = True
        finally:
            self._is_looking = True

    def _keep(self, description: Description, numbers: Numbers) -> None:
        key = description["figure"], description["cell"]
        others = [one for number, one in self._seen.items() if number != key]
        fits = (
            len(others) < _MOST_FIGURES
            and sum(cell == key[1] for _, cell in self._seen if (_, cell) != key) < _MOST_IN_A_CELL
            and sum(one[1].size for one in others) + numbers.size <= _MOST_NUMBERS
            and sum(_words(one[0]) for one in others) + _words(description) <= _MOST_WORDS
        )
        is_empty = not any(axes["layers"] or axes["unread"] for axes in description["axes"])
        if fits and (key in self._seen or not is_empty):
            self._seen[key] = description, numbers
        self.left_out = self.left_out or not fits

    def clear(self, figure: Any, clear: Callable[[], Any]) -> Any:
        """Look at the figure before it, or a part of it, is cleared. From then on it is another one."""
        if self._is_clearing or not self._is_looking:
            return clear()
        self.look_at(figure)
        self._numbering.renew(figure)
        self._is_clearing = True
        try:
            return clear()
        finally:
            self._is_clearing = False

    def end(self) -> tuple[list[Description], Numbers]:
        """All that was seen, with all numbers in a row. From now on nothing is looked at any more."""
        self._is_looking = False
        descriptions = [one for one, _ in self._seen.values()]
        numbers = [one for _, one in self._seen.values()]
        return descriptions, concatenate(numbers) if numbers else zeros(0)


def _words(description: Description) -> int:
    """How much a description is to send beside its numbers: axes have texts, layers a line."""
    return sum(10 + len(axes["layers"]) for axes in description["axes"])


# --- hooks -----------------------------------------------------------------------------------------------------------


def record_figures(shell: Any) -> FigureRecorder:
    """Follow all figures of this process from now on."""
    recorder = FigureRecorder()
    shell.events.register("post_run_cell", lambda *_: recorder.look_at_all())
    _before(Figure, "draw", recorder.look_at)
    _before_closing(recorder)
    _before_clearing(recorder)
    _before_display(shell, recorder)
    return recorder


def _before(owner: Any, name: str, look_at: Callable[[Any], None]) -> None:
    original = getattr(owner, name)

    def drawn(figure: Any, *args: Any, **kwargs: Any) -> Any:
        look_at(figure)
        return original(figure, *args, **kwargs)

    setattr(owner, name, drawn)


def _before_closing(recorder: FigureRecorder) -> None:
    """However it is closed, pyplot has one of these done."""
    destroy, destroy_all = Gcf.destroy, Gcf.destroy_all

    def looked_at_and_destroyed(number: Any) -> None:
        recorder.look_at_all()
        destroy(number)

    def all_looked_at_and_destroyed() -> None:
        recorder.look_at_all()
        destroy_all()

    pyplot_figures: Any = Gcf
    pyplot_figures.destroy = staticmethod(looked_at_and_destroyed)
    pyplot_figures.destroy_all = staticmethod(all_looked_at_and_destroyed)


def _before_clearing(recorder: FigureRecorder) -> None:
    clear_figure = Figure.clear

    def clear(figure: Any, *args: Any, **kwargs: Any) -> Any:
        # Figures clear themselves when they are made, too.
        if not getattr(figure, "_axstack", None) or not figure.axes:
            return clear_figure(figure, *args, **kwargs)
        return recorder.clear(figure, lambda: clear_figure(figure, *args, **kwargs))

    figure_class: Any = Figure
    figure_class.clear = clear
    for name in ("clear", "cla"):
        _before_clearing_axes(recorder, name)


def _before_clearing_axes(recorder: FigureRecorder, name: str) -> None:
    original = getattr(_AxesBase, name)

    def clear(axes: Any) -> Any:
        # Empty axes are those that are just being made.
        if not getattr(axes, "_children", None):
            return original(axes)
        return recorder.clear(axes.get_figure(root=True), lambda: original(axes))

    setattr(_AxesBase, name, clear)


def _before_display(shell: Any, recorder: FigureRecorder) -> None:
    """A figure that pyplot knows nothing of is shown by displaying it."""
    display = shell.display_formatter.format

    def looked_at_and_displayed(shown: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(shown, Figure):
            recorder.look_at(shown)
        return display(shown, *args, **kwargs)

    shell.display_formatter.format = looked_at_and_displayed

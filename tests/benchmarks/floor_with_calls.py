"""The floor of a grader that calls the functions too: the same fork makes the same calls, and looks at nothing.

How long the student's own functions compute is no cost of the grader's; what `grader` takes beyond this is.
"""

from __future__ import annotations

from typing import Any

from grader.model import Argument
from tests.benchmarks.floor import Floor
from tests.benchmarks.graders import sheet_key


class FloorWithCalls(Floor):
    def __init__(self) -> None:
        # Before the fork's pages are frozen, which is the last that the floor does.
        key = sheet_key()
        self._calls = [call for function in key.assignment.functions for call in key.calls_of(function.name)]
        super().__init__()

    def after_cells(self, namespace: dict[str, Any]) -> None:
        for call in self._calls:
            namespace[call.function](*map(_copy, call.arguments))


def _copy(argument: Argument) -> Any:
    return [row.copy() for row in argument] if isinstance(argument, tuple) else argument.copy()

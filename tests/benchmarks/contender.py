"""What a contender is. Imports nothing of the grader's: peers run in environments of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Skipped(Exception):  # noqa: N818 - no error
    """This contender can't take part; the message says why."""


class Contender(Protocol):
    """Made once in a process of its own; that is its start. Then it is given one notebook after the other."""

    def run(self, notebook: Path) -> None:
        """Do one submission's work. Raises where the work was not done: nobody is fast by failing."""

    def close(self) -> None:
        """End what it started."""

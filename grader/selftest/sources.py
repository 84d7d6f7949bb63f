"""`reference/<id>_sources.py`: students that never were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from grader.answer_key import AnswerKey
from grader.errors import UsageError
from grader.exercise_map import map_cells
from grader.reference_module import Reference, load_reference

NONE: frozenset[str] = frozenset()
_INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class Sources:
    """What the author's module gives, and of which misconceptions sources can be made."""

    module: Reference
    key: AnswerKey

    @property
    def styles(self) -> tuple[str, ...]:
        return tuple(self.module.module.STYLES)

    def source(self, function: str, misconceptions: AbstractSet[str], style: str) -> str | None:
        options: dict[str, Any] = dict(self.key.assignment.options)
        found = self.module.call("source", function, frozenset(misconceptions), style, **options)
        return None if found is None else str(found)

    def notebook(
        self, functions: Mapping[str, str], style: str, lost: tuple[str, str] | None = None, *, plots: bool = True
    ) -> bytes:
        """The sheet filled in with these functions, and with plots that lose at most this criterion, as a file.

        Without `plots` the cells of exercises that have no function stay as they are.
        """
        given = list(self.key.sheet_sources)
        filled = list(map(str, self.module.call("fill", given, functions, style, lost)))
        if len(filled) != len(given):
            message = (
                f"{self.module.path}: fill should give {len(given)} cells, as many as the sheet has, not {len(filled)}."
            )
            raise UsageError(message)
        if not plots:
            kept = self._cells_without_function()
            filled = [given[n] if n in kept else cell for n, cell in enumerate(filled)]
        # The text stays, since by its headings cells belong to exercises.
        code = iter(filled)
        return notebook_of([(kind, next(code) if kind == "code" else text) for kind, text in self.key.sheet_cells])

    def _cells_without_function(self) -> set[int]:
        """Which of the sheet's code cells belong to exercises that only plot."""
        assignment = self.key.assignment
        only_plots = {one.id for one in assignment.exercises if one.function is None}
        cells, _ = map_cells(self.key.sheet_cells, assignment)
        return {number for number, cell in enumerate(cells) if cell.exercise in only_plots}

    def functions(self) -> tuple[str, ...]:
        """Those that are some exercise's."""
        return tuple(one.function for one in self.key.assignment.exercises if one.function is not None)

    def only_remarked(self) -> frozenset[str]:
        """Misconceptions that cost nothing: they are remarked, not named as what is wrong."""
        return frozenset(id_ for id_, entry in self.key.atlas.misconceptions.items() if entry.cost == 0)

    def pairs(self, function: str) -> Iterator[frozenset[str]]:
        """Misconceptions of two different stages."""
        pipeline = self.key.atlas.pipelines.get(function)
        stages = {
            variant.misconception: stage.name
            for stage in (pipeline.stages if pipeline else ())
            for variant in stage.variants
        }
        for one, other in combinations(self.key.atlas.misconceptions, 2):
            if stages.get(one, _INTERFACE) != stages.get(other, _INTERFACE):
                yield frozenset({one, other})


def notebook_of(cells: Iterable[tuple[str, str]]) -> bytes:
    """A notebook file of these cells, each (type, source)."""
    made: list[dict[str, Any]] = [
        {"cell_type": kind, "id": f"c{n}", "metadata": {}, "source": source}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for n, (kind, source) in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def load_sources(course: Path, key: AnswerKey) -> Sources:
    """Raises UsageError where there are none: without them nothing can be tested."""
    path = course / "reference" / f"{key.assignment.id}_sources.py"
    if not path.is_file():
        message = f"{path}: there is no such file. The self-test grades the sources that it gives."
        raise UsageError(message)
    return Sources(load_reference(path), key)

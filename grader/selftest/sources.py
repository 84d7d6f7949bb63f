"""`reference/<id>_sources.py`: students that never were."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from grader.answer_key import AnswerKey
from grader.errors import UsageError
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

    def notebook(self, functions: Mapping[str, str]) -> bytes:
        """The sheet's code filled in with these functions, as a file."""
        cells = [str(self.module.call("fill", cell, functions)) for cell in self.key.sheet_sources]
        return notebook_of(cells)

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


def notebook_of(cells: list[str]) -> bytes:
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
        for n, cell in enumerate(cells)
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def load_sources(course: Path, key: AnswerKey) -> Sources:
    """Raises UsageError where there are none: without them nothing can be tested."""
    path = course / "reference" / f"{key.assignment.id}_sources.py"
    if not path.is_file():
        message = f"{path}: there is no such file. The self-test grades the sources that it gives."
        raise UsageError(message)
    return Sources(load_reference(path), key)

"""Which exercise a cell belongs to: the one whose heading it stands under, or, without headings, by what it defines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from grader.assignment import Assignment, Exercise, Variables
from grader.model import Cell
from grader.score_report import Remark

# Headings are short; a longer line is cut, so that no pattern runs over megabytes.
_LINE = 200

_Finder = Callable[[str, str], str | None]


def map_cells(cells: Sequence[tuple[str, str]], assignment: Assignment) -> tuple[tuple[Cell, ...], tuple[Remark, ...]]:
    """(type, source) of all cells ─▶ the code cells with their exercises, and a remark if the headings are gone.

    Tried in this order, the first that finds anything in the notebook is used for all of it: Markdown headings; lines
    of text or comments that begin like one; definitions of the functions and variables asked for.
    """
    finders = (_by_heading(assignment, strict=True), _by_heading(assignment, strict=False), _by_definition(assignment))
    for finder in finders:
        if any(finder(kind, source) for kind, source in cells):
            break
    remarks = () if finder is not finders[-1] else (_no_headings(),)
    return tuple(_walk(cells, finder)), remarks


def _walk(cells: Sequence[tuple[str, str]], finder: _Finder) -> Iterator[Cell]:
    current: str | None = None
    for number, (kind, source) in enumerate(cells, start=1):
        current = finder(kind, source) or current
        if kind == "code":
            yield Cell(number, source, current)


def _by_heading(assignment: Assignment, *, strict: bool) -> _Finder:
    patterns = [(exercise.id, _heading_pattern(exercise)) for exercise in assignment.exercises]

    def find(kind: str, source: str) -> str | None:
        if strict and kind == "code":
            return None
        last = None
        for line in source.splitlines():
            words = _undecorated(line[:_LINE].strip(), strict=strict)
            last = next((id_ for id_, pattern in patterns if pattern.match(words)), last)
        return last

    return find


def _undecorated(line: str, *, strict: bool) -> str:
    """The words of a heading: without `#`, emphasis, tags. Strictly, what has no `#` is no heading.

    Plain code, not a pattern: those that skip a run of characters in two ways take time in its square.
    """
    if strict and not line.startswith("#"):
        return ""
    words = line.lstrip("#*_> \t")
    return words[4:] if words[:2].lower() == "<h" and words[3:4] == ">" else words


def _heading_pattern(exercise: Exercise) -> re.Pattern[str]:
    words = "|".join(r"\s+".join(map(re.escape, heading.split())) for heading in exercise.headings)
    return re.compile(rf"(?:{words})(?!\d)", re.IGNORECASE)


def _by_definition(assignment: Assignment) -> _Finder:
    patterns = [(exercise.id, _definition_pattern(exercise)) for exercise in assignment.exercises]

    def find(kind: str, source: str) -> str | None:
        if kind != "code":
            return None
        return next((id_ for id_, pattern in patterns if pattern is not None and pattern.search(source)), None)

    return find


def _definition_pattern(exercise: Exercise) -> re.Pattern[str] | None:
    names = [exercise.function] if exercise.function else []
    names += [name for criterion in exercise.criteria if isinstance(criterion, Variables) for name in criterion.names]
    if not names:
        return None
    alternatives = "|".join(map(re.escape, names))
    return re.compile(rf"^(?:def\s+(?:{alternatives})\b|(?:{alternatives})\s*=)", re.MULTILINE)


def _no_headings() -> Remark:
    message = "The exercises' headings are gone. Cells were assigned to exercises by what they define."
    return Remark("no_headings", message)

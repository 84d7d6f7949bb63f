"""Several notebooks of one student ─▶ the one that is graded, and why. Pure: names and contents in, a choice out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.assignment import Assignment
from grader.intake.file_kinds import stem_of

# Looking into a notebook takes up to a second: whoever hands in a thousand doesn't hold up the class.
MOST_READ = 20

_COPY_OF = re.compile(r"(?i)^(?:copy of|kopie von)[ _-]+")
_COPY = re.compile(
    r"(?i)(?:[ _-]*\((?P<number>\d{1,6})\)|-(?P<resubmission>\d{1,6})|[ _-]+(?:copy|kopie)[ _]?(?P<copy>\d{0,6}))\Z"
)
_NO_WORD = re.compile(r"[\W_]+")
_SAME_NAME, _NAME_WITHIN = 2, 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A notebook that may be the one. `read` gives its content, or nothing, and is called at most once."""

    name: str
    sequence: int
    """The larger, the later it was handed in."""
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Choice:
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Rank:
    """What speaks for a candidate, the weightiest first."""

    functions: int
    likeness: int
    latest: tuple[int, int]
    code: int


def choose(candidates: Sequence[Candidate], assignment: Assignment | None) -> Choice:
    """The one that defines most of the assignment's functions; else by name, by time, by size.

    The reason is what tells it from the next best one. Raises ValueError where there is no candidate.
    """
    names = [] if assignment is None else [function.name for function in assignment.functions]
    sheet = "" if assignment is None else assignment.notebook
    promising = sorted(range(len(candidates)), key=lambda index: _cheap(candidates[index], sheet))[:MOST_READ]
    ranks = [
        _rank(candidate, names, sheet, is_read=index in promising and len(candidates) > 1)
        for index, candidate in enumerate(candidates)
    ]
    order = sorted(range(len(candidates)), key=lambda index: _order(ranks[index], candidates[index].name))
    if not order:
        raise ValueError("There is no candidate.")
    first = order[0]
    return Choice(first, _reason(ranks[first], ranks[order[1]], len(names)) if len(order) > 1 else "it is the only one")


def _cheap(candidate: Candidate, sheet: str) -> tuple[int, int, int, str]:
    sequence, version = _latest(candidate)
    return -_likeness(candidate.name, sheet), -sequence, -version, candidate.name


def _rank(candidate: Candidate, functions: Sequence[str], sheet: str, *, is_read: bool) -> _Rank:
    code = code_of(candidate.read()) if is_read else ""
    defined = sum(
        re.search(rf"^[ \t]*def[ \t]+{re.escape(name)}[ \t]*\(", code, re.MULTILINE) is not None for name in functions
    )
    return _Rank(defined, _likeness(candidate.name, sheet), _latest(candidate), len(code))


def _order(rank: _Rank, name: str) -> tuple[int, int, int, int, int, str]:
    return -rank.functions, -rank.likeness, -rank.latest[0], -rank.latest[1], -rank.code, name


def _reason(best: _Rank, second: _Rank, functions: int) -> str:
    if best.functions != second.functions:
        return f"it defines the most of the assignment's functions ({best.functions} of {functions})"
    if best.likeness != second.likeness:
        return "its name is the most like the sheet's"
    if best.latest != second.latest:
        return "it is the latest, by its name"
    if best.code != second.code:
        return "it holds the most code"
    return "it is the first by name, and nothing else tells them apart"


# --- names -----------------------------------------------------------------------------------------------------------


def _likeness(name: str, sheet: str) -> int:
    """Whether the file is called as the sheet is, or nearly: `attention (1).ipynb`, `attention_doe.ipynb`."""
    wanted, given = (_squeezed(_without_copies(stem_of(one.rpartition("/")[2]))) for one in (sheet, name))
    if not wanted:
        return 0
    return _SAME_NAME if given == wanted else _NAME_WITHIN if wanted in given else 0


def _without_copies(stem: str) -> str:
    stem = _COPY_OF.sub("", stem)
    while (found := _COPY.search(stem)) is not None and found.start() > 0:
        stem = stem[: found.start()]
    return stem


def _squeezed(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


def _latest(candidate: Candidate) -> tuple[int, int]:
    """When it was handed in; of one time, the number that a platform or browser gives to a later file of one name."""
    found = _COPY.search(stem_of(candidate.name))
    number = None if found is None else found["number"] or found["resubmission"] or found["copy"]
    return candidate.sequence, int(number or 0)


# --- content ---------------------------------------------------------------------------------------------------------


def code_of(content: bytes) -> str:
    """All code of a notebook; nothing where it is none. Whatever is odd in it is passed over."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return "\n".join(_source(cell) for cell in _cells(notebook) if _is_code(cell))


def _cells(notebook: object) -> list[object]:
    if not isinstance(notebook, dict):
        return []
    sheets = notebook.get("worksheets")
    found = [notebook, *(sheets if isinstance(sheets, list) else [])]
    lists = [sheet.get("cells") for sheet in found if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _is_code(cell: object) -> bool:
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def _source(cell: object) -> str:
    """Formats 2 and 3 call it input; both keep it as one text or as lines."""
    source = (cell.get("source") or cell.get("input")) if isinstance(cell, dict) else None
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))

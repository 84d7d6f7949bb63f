"""Which column of a gradebook is the assignment's."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.plaintext import one_line

_MOST_NAMED = 30


@dataclass(frozen=True, slots=True)
class AssignmentColumn:
    position: int
    title: str
    id: str
    """The platform's number; empty where the header has none."""


def choose_column(name: str, columns: Sequence[AssignmentColumn], wanted: str) -> AssignmentColumn:
    """The one whose title or number is `wanted`. Raises UsageError where there is none, or more than one."""
    found = [one for one in columns if one.id and one.id == wanted.strip()]
    found = found or [one for one in columns if _folded(one.title) == _folded(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        near = _did_you_mean(wanted, columns)
        message = (
            f'{name}: no column of an assignment is called "{one_line(wanted)}".{near} '
            f"There {_listed(columns)}. Say which one it is, by its title or number."
        )
        raise UsageError(message)
    message = (
        f'{name}: {len(found)} columns are called "{one_line(wanted)}": {_numbers(found)}. Say which, by its number.'
    )
    raise UsageError(message)


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _did_you_mean(wanted: str, columns: Iterable[AssignmentColumn]) -> str:
    by_folded = {_folded(one.title): one.title for one in columns}
    near = difflib.get_close_matches(_folded(wanted), sorted(by_folded), n=1, cutoff=0.6)
    return f' Did you mean "{one_line(by_folded[near[0]])}"?' if near else ""


def _listed(columns: Sequence[AssignmentColumn]) -> str:
    if not columns:
        return "is none at all"
    named = ", ".join(f'"{one_line(one.title)}"' for one in columns[:_MOST_NAMED])
    more = len(columns) - _MOST_NAMED
    return f"are {named}{f' and {more} more' if more > 0 else ''}"


def _numbers(columns: Sequence[AssignmentColumn]) -> str:
    return ", ".join(one.id or f"column {one.position + 1}" for one in columns)

"""`assignments/<id>/misconceptions.toml` ─▶ what each misconception is called, how it is explained, what it costs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import msgspec

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.naming import did_you_mean
from grader.tables import Name, Table, Text, read_table

_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class MisconceptionEntry(Table, frozen=True):
    id: Name
    title: Text
    """What was done, in the sheet's terms: "1/√d_k is missing"."""
    explanation: Text
    hint: Text
    """Where to look. It doesn't give the answer away."""
    cost: _Share
    """The share of the points for values that it takes."""
    returns: tuple[Name, ...] | None = None
    """Which outputs are returned, in which order; None: it is no matter of what is returned."""


class _File(Table, frozen=True):
    misconceptions: tuple[MisconceptionEntry, ...]


def misconceptions_file(course: Path, assignment_id: str) -> Path:
    return course / "assignments" / assignment_id / "misconceptions.toml"


def load_misconceptions(course: Path, assignment: Assignment) -> tuple[MisconceptionEntry, ...]:
    """The file's entries; none where there is no such file. Raises AssignmentError."""
    path = misconceptions_file(course, assignment.id)
    if not path.exists():
        return ()
    entries = read_table(path, _File).misconceptions
    outputs = {output.name for function in assignment.functions for output in function.outputs}
    for entry in entries:
        for name in entry.returns or ():
            if name not in outputs:
                message = f'{path}: {entry.id}.returns: no function has the output "{name}".'
                raise AssignmentError(message + did_you_mean(name, outputs))
    for id_, times in Counter(entry.id for entry in entries).items():
        if times > 1:
            message = f'{path}: "{id_}" is there {times} times. Give each its own.'
            raise AssignmentError(message)
    return entries

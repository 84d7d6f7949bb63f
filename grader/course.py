"""The course folder, which holds `assignments/` and `reference/`, and the assignments in it."""

from __future__ import annotations

from pathlib import Path

from grader.errors import UsageError
from grader.naming import did_you_mean


def find_course(start: Path) -> Path:
    """The folder that holds `assignments/` and `reference/`: `start` or the nearest one above it.

    Raises UsageError where there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / "assignments").is_dir() and (folder / "reference").is_dir():
            return folder
    message = (
        f"No course folder (one that holds assignments/ and reference/) at {here} or above it. Name one with --course."
    )
    raise UsageError(message)


def assignment_ids(course: Path) -> list[str]:
    return sorted(path.parent.name for path in (course / "assignments").glob("*/assignment.toml"))


def choose_assignment(course: Path, wanted: str | None) -> str:
    """`wanted` if the course has it; without it, the course's only assignment. Raises UsageError otherwise."""
    ids = assignment_ids(course)
    if wanted in ids:
        return wanted
    if wanted is None and len(ids) == 1:
        return ids[0]
    listed = ", ".join(ids) or "none"
    if wanted is None:
        message = f"{course} has these assignments: {listed}. Name one with --assignment."
    else:
        message = f'{course} has no assignment "{wanted}".{did_you_mean(wanted, ids)} It has: {listed}.'
    raise UsageError(message)

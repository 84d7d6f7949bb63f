"""What every bundle holds: the grader itself, what it needs, and the part of the course that it grades with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import Assignment
from grader.bundle.course_folder import course_folder
from grader.bundle.requirements import requirements
from grader.bundle.wheel import own_wheel
from grader.key_check import open_course
from grader.rubric import points_given


@dataclass(frozen=True, slots=True)
class Contents:
    assignment: Assignment
    points: float
    """The most that a submission can get."""
    course: Mapping[str, bytes]
    """Path below the course folder, with `/` ─▶ content."""
    wheel: Mapping[str, bytes]
    """Its file name ─▶ its content."""
    requirements: bytes


def read_contents(course: Path, assignment_id: str, packages: Sequence[str]) -> Contents:
    """Raises UsageError, and AuthorError where the course isn't sound: better now than with the first submission."""
    key, folder = open_course(course, assignment_id)
    name, wheel = own_wheel()
    return Contents(
        assignment=key.assignment,
        points=points_given(key),
        course=course_folder(folder, assignment_id),
        wheel={name: wheel},
        requirements=requirements(packages),
    )


def below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same files in a folder."""
    return {f"{folder}/{name}": content for name, content in files.items()}

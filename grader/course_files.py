"""The part of a course that one assignment is graded with, as bytes by path: what travels to other machines."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
from grader.errors import AssignmentError

CourseFiles: TypeAlias = Mapping[str, bytes]
"""Path below the course folder, with `/` ─▶ content."""


def read_course_files(course: Path, assignment_id: str) -> CourseFiles:
    """`assignments/<id>/` and the modules of `reference/` that grading needs. Raises AssignmentError.

    Not `<id>_sources.py`, which only the self-test uses.
    """
    folder = course / "assignments" / assignment_id
    paths = [
        path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_left_out(path.relative_to(folder))
    ]
    modules = (course / "reference" / f"{assignment_id}{suffix}.py" for suffix in ("", "_variants"))
    paths += [path for path in modules if path.exists()]
    try:
        return {path.relative_to(course).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        message = f"{error.filename}: can't be read: {error.strerror}."
        raise AssignmentError(message) from error


def _is_left_out(path: Path) -> bool:
    """Caches, and what Jupyter and file managers leave."""
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)


def key_from(files: CourseFiles, assignment_id: str) -> AnswerKey:
    """The key, made as if the course were on this machine; nothing of it stays on the disk. Raises AuthorError."""
    with tempfile.TemporaryDirectory(prefix="course-") as folder:  # for its owner's eyes alone
        course = Path(folder)
        for name, content in files.items():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            (course / name).write_bytes(content)
        return load_answer_key(course, load_assignment(course, assignment_id))

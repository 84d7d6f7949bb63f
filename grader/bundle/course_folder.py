"""What an autograder needs of a course: one assignment's folder and its reference, and nothing of the others."""

from __future__ import annotations

import os
from pathlib import Path

from grader.course_files import CourseFiles, read_course_files
from grader.errors import UsageError


def course_folder(course: Path, assignment_id: str) -> CourseFiles:
    """`assignments/<id>/` and the modules of `reference/` that grading needs, as {path with `/`: content}.

    Raises UsageError at a link: what it leads to would leave the house with the bundle, whatever it is.
    """
    folder, reference = course / "assignments" / assignment_id, course / "reference"
    below = (Path(here, name) for here, folders, names in os.walk(folder) for name in (*folders, *names))
    for path in (folder, *below, reference, *reference.glob(f"{assignment_id}*.py")):
        if path.is_symlink():
            message = f"{path}: is a link. A bundle takes files alone: put a copy there, or take it away."
            raise UsageError(message)
    return read_course_files(course, assignment_id)

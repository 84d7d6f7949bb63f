"""The zip that Gradescope takes as an autograder; https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from __future__ import annotations

from grader.bundle.archive import zip_archive
from grader.bundle.contents import Contents, below
from grader.bundle.templates import template
from grader.report.cell_text import points

_SCRIPTS = ("setup.sh", "run_autograder")


def gradescope_bundle(contents: Contents) -> bytes:
    """`setup.sh` and `run_autograder` at the root, as Gradescope wants; what they need beside them."""
    texts = {"TITLE": contents.assignment.title, "POINTS": points(contents.points)}
    files = {
        **{name: template("gradescope", name) for name in _SCRIPTS},
        "README.md": template("gradescope", "README.md", **texts),
        "requirements.txt": contents.requirements,
        **contents.wheel,
        **below("course", contents.course),
    }
    return zip_archive(files, executable=_SCRIPTS)

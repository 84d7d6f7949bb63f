"""A private repository of the teacher's that grades students' repositories; why so, its README says."""

from __future__ import annotations

from grader.bundle.archive import zip_archive
from grader.bundle.contents import Contents, below
from grader.bundle.templates import template

_SCRIPTS = ("fetch_repositories.sh", "tell_students.sh", "list_results.sh")


def github_classroom_bundle(contents: Contents) -> bytes:
    """The workflow, the scripts that it runs, the course; `repositories.txt` is to be filled."""
    id_ = contents.assignment.id
    # The reporter looks for the variable <RUNNER>_RESULTS, in capitals.
    texts = {"TITLE": contents.assignment.title, "ID": id_, "RUNNER": id_.upper()}
    scripts = {f"grader/{name}": template("github_classroom", name, **texts) for name in _SCRIPTS}
    files = {
        ".github/workflows/classroom.yml": template("github_classroom", "classroom.yml", **texts),
        "README.md": template("github_classroom", "README.md", **texts),
        "repositories.txt": template("github_classroom", "repositories.txt", **texts),
        "grader/requirements.txt": contents.requirements,
        **below("grader", contents.wheel),
        **scripts,
        **below("course", contents.course),
    }
    return zip_archive(files, executable=scripts)

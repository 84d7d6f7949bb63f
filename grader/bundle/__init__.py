"""Everything that a platform needs to grade an assignment by itself, as one zip: grader, course, scripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.autograde.platforms import Platform
from grader.bundle.contents import read_contents
from grader.bundle.github_classroom import github_classroom_bundle
from grader.bundle.gradescope import gradescope_bundle
from grader.bundle.prairielearn import prairielearn_bundle

__all__ = ["Platform", "make_bundle"]

_MAKERS = {
    Platform.GRADESCOPE: gradescope_bundle,
    Platform.PRAIRIELEARN: prairielearn_bundle,
    Platform.GITHUB_CLASSROOM: github_classroom_bundle,
}


def make_bundle(platform: Platform, course: Path, assignment_id: str, *, packages: Sequence[str] = ()) -> bytes:
    """The zip for `platform`; the same bytes for the same course, grader and packages.

    `packages` are installed for student code besides, as pip names them: "scipy", "pandas>=2". Raises UsageError, and
    AuthorError where the course isn't sound.
    """
    return _MAKERS[platform](read_contents(course, assignment_id, packages))

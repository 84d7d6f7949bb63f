"""Where each platform puts what is graded, where it looks for results, and how long it waits.

Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/; half a processor, 768 MB, 10 minutes.
PrairieLearn: https://docs.prairielearn.com/externalGrading/; 0.9 processors, 2 GiB, as many seconds as info.json says.
GitHub: a folder of students' repositories, on a runner of the teacher's own (`bundle/templates/github_classroom`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Platform(StrEnum):
    GRADESCOPE = "gradescope"
    PRAIRIELEARN = "prairielearn"
    GITHUB_CLASSROOM = "github-classroom"


@dataclass(frozen=True, slots=True)
class Places:
    """Of one submission; on GitHub of a class."""

    submission: Path
    results: Path
    """The folder that the platform takes results from."""
    course: Path
    hidden: tuple[Path, ...]
    """What student code must not read, besides the course."""
    metadata: Path | None = None
    """Who handed in, and when, where the platform says so."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of the platform's machine beforehand."""

    root: Path
    places: Callable[[Path], Places]
    timeout_seconds: float = 600.0
    """After so long the platform ends the container. Gradescope's default, and PrairieLearn's longest."""
    slowness: float = 1.0
    """How much longer than on a core of one's own things take, at least: a share isn't always seen from inside."""


def _gradescope(root: Path) -> Places:
    metadata = root / "submission_metadata.json"
    hidden = (root / "source", root / "submission", root / "results", root / "run_autograder", metadata)
    return Places(root / "submission", root / "results", root / "source" / "course", hidden, metadata)


def _prairielearn(root: Path) -> Places:
    # Whatever PrairieLearn mounts is below the root; the course is part of the image.
    return Places(root / "student", root / "results", IMAGE_COURSE, (root,))


def _github_classroom(root: Path) -> Places:
    return Places(root / "submissions", root / "results", root / "course", (root,))


IMAGE_COURSE = Path("/opt/grader/course")
"""Where the Dockerfile of the bundle for PrairieLearn puts it."""

TERMS = {
    Platform.GRADESCOPE: Terms(Path("/autograder"), _gradescope, slowness=2.0),
    Platform.PRAIRIELEARN: Terms(Path("/grade"), _prairielearn),
    # For a class; as long as a job may take there.
    Platform.GITHUB_CLASSROOM: Terms(Path(), _github_classroom, timeout_seconds=21600.0),
}

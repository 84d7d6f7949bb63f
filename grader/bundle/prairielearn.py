"""An image and a question for PrairieLearn's external grading; https://docs.prairielearn.com/externalGrading/.

The keys of info.json are those of PrairieLearn's own schema, which refuses others. `enabled` is deprecated there, and
still what older servers go by.
"""

from __future__ import annotations

import hashlib
import html
import uuid

import msgspec

from grader.assignment import Assignment
from grader.autograde.platforms import TERMS, Platform
from grader.bundle.archive import zip_archive
from grader.bundle.contents import Contents, below
from grader.bundle.templates import template

_IMAGE = "registry.example.org/grader-{id}"
"""To be replaced by the instructor: nobody else knows the registry."""
_ENTRYPOINT = "/opt/grader/run_grader"
_SCRIPTS = ("run_grader",)


def prairielearn_bundle(contents: Contents) -> bytes:
    """`Dockerfile` and what it copies; `question/`, which goes into the course as `questions/<id>/`."""
    assignment = contents.assignment
    texts = {"TITLE": assignment.title, "ID": assignment.id, "IMAGE": _IMAGE.format(id=assignment.id.lower())}
    shown = {"TITLE": _in_mustache(assignment.title), "NOTEBOOK": _in_mustache(assignment.notebook)}
    files = {
        "README.md": template("prairielearn", "README.md", **texts),
        "Dockerfile": template("prairielearn", "Dockerfile"),
        "run_grader": template("prairielearn", "run_grader"),
        "requirements.txt": contents.requirements,
        **contents.wheel,
        **below("course", contents.course),
        "question/info.json": _info(assignment, texts["IMAGE"]),
        "question/question.html": template("prairielearn", "question.html", **shown),
        f"question/clientFilesQuestion/{assignment.notebook}": contents.course[
            f"assignments/{assignment.id}/{assignment.notebook}"
        ],
    }
    return zip_archive(files, executable=_SCRIPTS)


def _info(assignment: Assignment, image: str) -> bytes:
    info = {
        "uuid": str(_uuid(assignment.id)),
        "title": assignment.title,
        "topic": "Notebooks",
        "tags": [],
        "type": "v3",
        "gradingMethod": "External",
        "singleVariant": True,
        "showCorrectAnswer": False,
        "externalGradingOptions": {
            "enabled": True,
            "image": image,
            "entrypoint": _ENTRYPOINT,
            "timeout": int(TERMS[Platform.PRAIRIELEARN].timeout_seconds),
            "enableNetworking": False,
        },
    }
    return msgspec.json.format(msgspec.json.encode(info), indent=2) + b"\n"


def _uuid(assignment_id: str) -> uuid.UUID:
    """The same for the same assignment: by it PrairieLearn knows a question again whose files have changed."""
    digest = hashlib.sha256(f"neural-computation-grader {assignment_id}".encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def _in_mustache(text: str) -> str:
    """Fit for HTML, and nothing that PrairieLearn's templates take for a variable."""
    return html.escape(text).replace("{", "&#123;")

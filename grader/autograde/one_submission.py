"""A folder of one student's files ─▶ the one submission in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import UsageError
from grader.intake.contents import glance
from grader.intake.folder import list_folder
from grader.intake.handed_in import Circumstances, HandedFile, HandedIn
from grader.intake.submissions import take_submission
from grader.intake.tree import build_tree
from grader.model import SubmissionFile
from grader.score_report import Owner

_NOBODY = Owner(platform="", id="", name="", folder="")


def find_one(folder: Path, assignment: Assignment, id_: str, owner: Owner | None) -> SubmissionFile:
    """The notebook in `folder`; of several the right one, and a remark of which that is and why.

    Raises UsageError where the folder isn't there: then it is the platform that has put nothing there, not the student.
    """
    if not folder.is_dir():
        message = f"{folder}: there is no such folder. The platform should have put the student's files there."
        raise UsageError(message)
    tree = build_tree(folder.name, folder, list_folder(folder))
    handed_in = HandedIn(
        id=id_,
        owner=owner or _NOBODY,
        node=tree,
        nothing="Nothing was handed in.",
        files=tuple(HandedFile(name, entry) for name, entry in tree.files()),
    )
    found = take_submission(handed_in, Circumstances(glance, assignment)).submission
    return found if owner is not None else replace(found, owner=None)

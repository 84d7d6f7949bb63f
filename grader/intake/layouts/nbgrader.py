"""nbgrader's exchange: `submitted/<student>/<assignment>/<notebook>.ipynb`, beside each a `timestamp.txt`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from grader.assignment import Assignment
from grader.intake.file_kinds import is_notebook
from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node, Skipped
from grader.intake.tree import entries_below
from grader.plaintext import one_line
from grader.score_report import Owner

_SUBMITTED = "submitted"
_TIMESTAMP = "timestamp.txt"
# A course folder of nbgrader holds what the instructor made beside what was handed in.
_OF_THE_COURSE = frozenset({"source", "release", "autograded", "feedback", "gradebook.db", "nbgrader_config.py"})
_NO_WORD = re.compile(r"[\W_]+")


def is_likely(root: Node) -> bool:
    """Whether there is a folder `submitted` (or this is one), or students' folders with nbgrader's timestamps."""
    folder = _submitted(root)
    if folder is None:
        return False
    handed_in = [one for student in folder.children for one in student.children if one.is_folder]
    right = [any(is_notebook(child.name) for child in one.children) for one in handed_in]
    named = folder.name.casefold() == _SUBMITTED and sum(right) * 2 > len(right)
    stamped = bool(handed_in) and all(any(child.name == _TIMESTAMP for child in one.children) for one in handed_in)
    return stamped or (named and not any(is_notebook(child.name) for child in folder.children))


def arrange(root: Node, circumstances: Circumstances) -> Arranged:
    """Each student's folder of the assignment, if it is known which; else each of them apart."""
    folder = _submitted(root) or root
    students = [child for child in folder.children if child.is_folder]
    wanted = _wanted({one.name for student in students for one in _assignments(student)}, circumstances.assignment)
    strays = [entry for child in folder.children if not child.is_folder for entry in entries_below(child)]
    skipped = list(_of_the_course(root, folder))
    handed_in: list[HandedIn] = []
    for student in students:
        strays += [entry for child in student.children if not child.is_folder for entry in entries_below(child)]
        others = [one for one in _assignments(student) if wanted not in {None, one.name}]
        skipped += [Skipped(one.path, f"Handed in for another assignment, {one_line(one.name)}.") for one in others]
        handed_in += _of_student(student, wanted)
    return Arranged(tuple(handed_in), tuple(strays), tuple(skipped))


def _submitted(root: Node) -> Node | None:
    """The folder of students: `submitted`, if there is one here."""
    inside = [child for child in root.children if child.is_folder and child.name.casefold() == _SUBMITTED]
    if inside:
        others = {child.name.casefold() for child in root.children} - {_SUBMITTED}
        return inside[0] if all(name in _OF_THE_COURSE or "." in name for name in others) else None
    return root


def _of_the_course(root: Node, folder: Node) -> Iterator[Skipped]:
    for child in root.children if folder is not root else ():
        if child is not folder:
            yield Skipped(child.path, "It lies beside nbgrader's folder of what was handed in.")


def _assignments(student: Node) -> list[Node]:
    return [child for child in student.children if child.is_folder]


def _wanted(names: Collection[str], assignment: Assignment | None) -> str | None:
    """The folder of the assignment, by its id or title. None: every folder counts."""
    if assignment is None or len(names) < 2:  # noqa: PLR2004 - with one there is no question
        return None
    meant = {_squeezed(assignment.id), _squeezed(assignment.title)}
    return min((name for name in names if _squeezed(name) in meant), default=None)


def _squeezed(name: str) -> str:
    return _NO_WORD.sub("", name).casefold()


def _of_student(student: Node, wanted: str | None) -> Iterator[HandedIn]:
    counting = [one for one in _assignments(student) if wanted in {None, one.name}]
    for one in counting:
        yield _handed_in(student, one, f"{student.name}/{one.name}" if len(counting) > 1 else student.name)
    if not counting:
        yield _handed_in(student, None, student.name)


def _handed_in(student: Node, folder: Node | None, id_: str) -> HandedIn:
    found = () if folder is None else folder.files()
    return HandedIn(
        id=id_,
        owner=Owner(platform=Layout.NBGRADER, id=student.name, name=one_line(student.name, 100), folder=student.name),
        node=folder or student,
        nothing="Nothing was handed in for this assignment.",
        files=tuple(HandedFile(path, entry) for path, entry in found if path != _TIMESTAMP),
    )

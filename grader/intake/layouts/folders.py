"""Every top-level folder is a student. Never guessed: the caller says so."""

from __future__ import annotations

from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node
from grader.intake.tree import entries_below
from grader.plaintext import one_line
from grader.score_report import Owner


def arrange(root: Node, _: Circumstances) -> Arranged:
    students = [child for child in root.children if child.is_folder]
    strays = [entry for child in root.children if not child.is_folder for entry in entries_below(child)]
    return Arranged(tuple(map(_handed_in, students)), tuple(strays))


def _handed_in(student: Node) -> HandedIn:
    return HandedIn(
        id=student.name,
        owner=Owner(platform=Layout.FOLDERS, id=student.name, name=one_line(student.name, 100), folder=student.name),
        node=student,
        nothing="Nothing was handed in: the folder is empty.",
        files=tuple(HandedFile(path, entry) for path, entry in student.files()),
    )

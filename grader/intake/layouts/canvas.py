"""Canvas's "Download Submissions" (lib/content_zipper.rb).

`<sortable name>[_LATE]_<user id>_<attachment id>_<display name>`; the name is lower case, without spaces and commas,
and Canvas takes care that it holds no `_<number>_`, so the first two numbers are its own. Anonymous:
`[LATE_]anon_<id>_…`. What was typed in, or is a link, is `…_<user id>_text.html` or `…_link.html`. Where a student
hands in anew a file of the same name, Canvas puts `-1`, `-2`, … before its suffix.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node, Skipped
from grader.intake.tree import entries_below, fitting
from grader.plaintext import one_line
from grader.score_report import Owner

_WHO = (
    r"(?:(?P<late_before>LATE_)?anon_(?P<anonymous>[A-Za-z0-9]+)(?P<late_behind>_LATE)?"
    r"|(?P<name>[^/]*?)(?P<late>_LATE)?_(?P<user>\d+))"
)
_NAME = re.compile(_WHO + r"_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>text|link)\.html)", re.DOTALL)
_TYPED = {"text": "A text that was typed into Canvas, not a file.", "link": "A link that was handed in, not a file."}
# Canvas numbers the attachments of all courses in one row. `sheet_1_2_final.ipynb` is a version of something.
_LEAST_ATTACHMENT, _LARGE_ATTACHMENT = 100, 10_000
_Found: TypeAlias = tuple[re.Match[str], Node]


def is_likely(root: Node) -> bool:
    """Whether nearly all names have the form, and numbers and names go together as people's do."""
    good, bad = fitting(root, lambda child: _fits(child) is not None)
    return good > 0 and 5 * bad <= good and _is_believable([found for one in root.children if (found := _fits(one))])


def _is_believable(found: Sequence[re.Match[str]]) -> bool:
    """`hw_2023_1105_doe.ipynb` has the form, too, and is not one of several files of the student 2023."""
    attachments = [int(match["attachment"][:18]) for match in found if match["attachment"]]
    names: defaultdict[str, set[str]] = defaultdict(set)
    for match in found:
        names[match["user"] or match["anonymous"]].add(match["name"] or match["anonymous"])
    different = {name for ones in names.values() for name in ones}
    return (
        len(set(attachments)) == len(attachments)
        and all(number >= _LEAST_ATTACHMENT for number in attachments)
        and all(len(ones) == 1 for ones in names.values())
        and (
            2 * len(different) > len(names) > 1
            or len(found) == 1
            or min(attachments, default=_LARGE_ATTACHMENT) >= _LARGE_ATTACHMENT
        )
    )


def arrange(root: Node, _: Circumstances) -> Arranged:
    groups: defaultdict[tuple[str, str], list[_Found]] = defaultdict(list)
    strays: list[Node] = []
    skipped: list[Skipped] = []
    for child in root.children:
        found = _fits(child)
        if found is None:
            strays.append(child)
            continue
        groups[found["name"] or "", found["user"] or f"anon_{found['anonymous']}"].append((found, child))
        if found["typed"]:
            skipped.append(Skipped(child.path, _TYPED[found["typed"]]))
    handed_in = tuple(_handed_in(name, user, group) for (name, user), group in groups.items())
    return Arranged(handed_in, tuple(entry for stray in strays for entry in entries_below(stray)), tuple(skipped))


def _fits(child: Node) -> re.Match[str] | None:
    return None if child.is_folder else _NAME.fullmatch(child.name)


def _handed_in(name: str, user: str, group: Sequence[_Found]) -> HandedIn:
    anonymous = user.startswith("anon_")
    late = any(found["late"] or found["late_before"] or found["late_behind"] for found, _ in group)
    return HandedIn(
        id=user if anonymous else f"{name}_{user}".lstrip("_"),
        owner=Owner(
            platform=Layout.CANVAS,
            id=user.removeprefix("anon_"),
            name="" if anonymous else one_line(name, 100),
            folder="",
            late=late,
        ),
        node=group[0][1],
        nothing="Only a text or a link was handed in, and no file.",
        files=tuple(
            HandedFile(found["file"], child.entry, sequence=int(found["attachment"][:18]))
            for found, child in group
            if found["file"] and child.entry is not None
        ),
    )

"""A tree ─▶ the layout that its names have, and the students by that layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import UsageError
from grader.intake.file_kinds import is_notebook
from grader.intake.handed_in import Arranged, Circumstances, Entry, Layout, Node
from grader.intake.layouts import blackboard, canvas, folders, gradescope, ilias, moodle, nbgrader
from grader.intake.tree import unwrapped


@dataclass(frozen=True, slots=True)
class _Rules:
    is_likely: Callable[[Node], bool]
    arrange: Callable[[Node, Circumstances], Arranged]


_PLATFORMS: Mapping[Layout, _Rules] = {
    Layout.MOODLE: _Rules(moodle.is_likely, moodle.arrange),
    Layout.CANVAS: _Rules(canvas.is_likely, canvas.arrange),
    Layout.BLACKBOARD: _Rules(blackboard.is_likely, blackboard.arrange),
    Layout.ILIAS: _Rules(ilias.is_likely, ilias.arrange),
    Layout.GRADESCOPE: _Rules(gradescope.is_likely, gradescope.arrange),
    Layout.NBGRADER: _Rules(nbgrader.is_likely, nbgrader.arrange),
}
_EXAMPLES = {
    Layout.FOLDERS: "a folder for each student",
    Layout.MOODLE: '"Jane Doe_123456_assignsubmission_file"',
    Layout.CANVAS: '"doejane_4711_123456_sheet.ipynb"',
    Layout.BLACKBOARD: '"Sheet 1_jdoe_attempt_2024-05-01-10-00-00_sheet.ipynb"',
    Layout.ILIAS: '"Doe_Jane_jdoe_4711"',
    Layout.GRADESCOPE: '"submission_123456"',
    Layout.NBGRADER: '"submitted/jdoe/sheet/"',
}


@dataclass(frozen=True, slots=True)
class Recognised:
    layout: Layout
    root: Node
    """Where the students stand: further in, if the download is wrapped in folders."""
    beside: tuple[Entry, ...] = ()
    """Files outside: a platform's table, a readme."""

    def arranged(self, circumstances: Circumstances) -> Arranged:
        found = _arrange(self.layout, self.root, circumstances)
        return replace(found, strays=(*self.beside, *found.strays))


def recognise(tree: Node, *, wrapped: bool = True) -> Recognised | None:
    """Whose download it is; None: nobody's in particular, or that of two at once, which is not guessed at.

    `wrapped`: whether it may lie in further folders.
    """
    for root in unwrapped(tree) if wrapped else (tree,):
        likely = [layout for layout, rules in _PLATFORMS.items() if rules.is_likely(root)]
        if likely:
            return Recognised(likely[0], root, _beside(tree, root)) if len(likely) == 1 else None
    return None


def demand(tree: Node, layout: Layout, circumstances: Circumstances) -> Recognised:
    """The layout that the caller says it has. Raises UsageError where nothing has that form."""
    for root in _candidates(tree, layout):
        if _arrange(layout, root, circumstances).handed_in:
            return Recognised(layout, root, _beside(tree, root))
    message = (
        f"{tree.name}: has not the form of {layout.value}, {_EXAMPLES[layout]}. "
        "Leave out --layout, or name the folder or archive that has."
    )
    raise UsageError(message)


def _arrange(layout: Layout, root: Node, circumstances: Circumstances) -> Arranged:
    arrange = folders.arrange if layout is Layout.FOLDERS else _PLATFORMS[layout].arrange
    return arrange(root, circumstances)


def _candidates(tree: Node, layout: Layout) -> list[Node]:
    """Where the students may stand, the likeliest first. Where any folder is a student, not where one wraps others."""
    roots = list(unwrapped(tree))
    likely = [root for root in roots if layout in _PLATFORMS and _PLATFORMS[layout].is_likely(root)]
    any_folder = layout in {Layout.FOLDERS, Layout.ILIAS, Layout.NBGRADER}
    return [*likely, *([_of_folders(roots)] if any_folder else roots)]


def _of_folders(roots: Sequence[Node]) -> Node:
    """The innermost that holds several folders and no notebook; a student's own folders look like that, too."""
    several = [
        root for root in roots if sum(child.is_folder for child in root.children) > 1 and not _has_notebook(root)
    ]
    return several[-1] if several else roots[0]


def _has_notebook(root: Node) -> bool:
    return any(is_notebook(child.name) for child in root.children if not child.is_folder)


def _beside(tree: Node, root: Node) -> tuple[Entry, ...]:
    outside: list[Entry] = []
    for one in unwrapped(tree):
        if one is root:
            break
        outside += [child.entry for child in one.children if child.entry is not None]
    return tuple(outside)

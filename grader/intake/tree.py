"""Entries, of a folder or an archive ─▶ one tree. Both give the same one where they hold the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.intake.file_kinds import is_junk, is_notebook
from grader.intake.handed_in import Entry, Node

# What lies deeper than any platform or student puts it stands under one long name.
_DEEPEST = 60


@dataclass(slots=True)
class _Growing:
    source: Path
    files: list[tuple[str, Entry]] = field(default_factory=list)
    folders: dict[str, _Growing] = field(default_factory=dict)


def build_tree(name: str, source: Path, entries: Iterable[Entry]) -> Node:
    """The tree of `entries`, without what programs left there, whether or not folders are listed themselves."""
    root = _Growing(source)
    for entry in sorted(entries, key=lambda entry: (entry.path, entry.name_in_archive or "")):
        parts = entry.path.split("/", _DEEPEST)
        here = root
        for part in parts if entry.is_folder else parts[:-1]:
            if is_junk(part):
                break
            here = here.folders.setdefault(part, _Growing(entry.source if entry.is_folder else source))
        else:
            if not entry.is_folder and not is_junk(parts[-1]):
                here.files.append((parts[-1], entry))
    return _grown(root, name, "")


def _grown(growing: _Growing, name: str, path: str) -> Node:
    below = [_grown(one, part, f"{path}{part}/") for part, one in growing.folders.items()]
    files = [Node(part, entry.path, entry.source, entry) for part, entry in growing.files]
    children = sorted((*below, *files), key=lambda node: (node.name, node.path, not node.is_folder))
    return Node(name, path.rstrip("/"), growing.source, None, tuple(children))


def unwrapped(root: Node) -> Iterator[Node]:
    """`root`, and further in as long as there is one folder and no notebook: what zips, unpackers and ILIAS add."""
    yield root
    while (inner := _wrapped(root)) is not None:
        root = inner
        yield root


def _wrapped(root: Node) -> Node | None:
    folders = [child for child in root.children if child.is_folder]
    if len(folders) != 1 or any(is_notebook(child.name) for child in root.children if not child.is_folder):
        return None
    return folders[0]


def fitting(root: Node, fits: Callable[[Node], bool]) -> tuple[int, int]:
    """How many of the names at the top fit, and how many folders and notebooks don't. Other files say nothing."""
    good = sum(fits(child) for child in root.children)
    bad = sum(not fits(child) and (child.is_folder or is_notebook(child.name)) for child in root.children)
    return good, bad


def entries_below(node: Node) -> Iterator[Entry]:
    return (entry for _, entry in node.files())

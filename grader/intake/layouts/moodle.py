"""Moodle's "Download all submissions" (mod/assign/classes/downloader.php).

`<Full name>_<unique id>_assignsubmission_<plugin>/<path>`, or flat `…_assignsubmission_<plugin>_<file name>`. Moodle
replaces the underscores in names by spaces, so the first `_<number>_assignsubmission_` is its own, whatever follows.
Blind marking: `Participant_<id>_…`; teams: `<group>_<group's id>_…`, and those in no group: `Default group_…`, without
an id. Some versions end the folder with an underscore.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node, Skipped
from grader.intake.tree import entries_below, fitting
from grader.plaintext import one_line
from grader.score_report import Owner

_NAME = re.compile(
    r"(?P<prefix>(?P<name>.*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z]+))(?:_(?P<file>.+)|_)?", re.DOTALL
)
# What Moodle writes for a name where marking is blind, in English and German ("Teilnehmer/in").
_BLIND = frozenset({"participant", "teilnehmer", "teilnehmerin"})
_ONLINE_TEXT = "onlinetext"


def is_likely(root: Node) -> bool:
    good, bad = fitting(root, lambda child: _NAME.fullmatch(child.name) is not None)
    return good > 0 and bad <= good


def arrange(root: Node, _: Circumstances) -> Arranged:
    """Students by name and unique id; texts typed into Moodle are skipped, and said."""
    groups: defaultdict[tuple[str, str], list[tuple[re.Match[str], Node]]] = defaultdict(list)
    strays: list[Node] = []
    for child in root.children:
        found = _NAME.fullmatch(child.name)
        if found is None or (not child.is_folder and not found["file"] and child.entry and not child.entry.refusal):
            strays.append(child)
        else:
            groups[found["name"], found["id"] or ""].append((found, child))
    texts = [entry for group in groups.values() for entry in _texts(group)]
    return Arranged(
        tuple(_handed_in(name, id_, group) for (name, id_), group in groups.items()),
        tuple(entry for stray in strays for entry in entries_below(stray)),
        tuple(Skipped(path, "A text that was typed into Moodle, not a file.") for path in texts),
    )


def _handed_in(name: str, id_: str, group: list[tuple[re.Match[str], Node]]) -> HandedIn:
    # The folder of files, rather than that of texts: feedback goes back into it.
    _, node = min(group, key=lambda pair: (pair[0]["plugin"] != "file", pair[1].name))
    found = _NAME.fullmatch(node.name)
    folder = node.name if found is None or node.is_folder else found["prefix"]
    spaced = one_line(name.replace("_", " "), 100)
    shown = f"{spaced} {id_}" if spaced.casefold() in _BLIND else spaced
    only_text = "Only a text was typed into Moodle, and no file handed in."
    return HandedIn(
        id=f"{name.replace('_', ' ')}_{id_}" if id_ else name,
        owner=Owner(platform=Layout.MOODLE, id=id_, name=shown, folder=folder),
        node=node,
        nothing=only_text if any(_texts(group)) else "Nothing was handed in: the folder is empty.",
        files=tuple(_files(group)),
    )


def _files(group: list[tuple[re.Match[str], Node]]) -> Iterator[HandedFile]:
    for found, node in group:
        for path, entry in node.files():
            name = path if node.is_folder else found["file"] or path
            if not _is_text(found, name):
                yield HandedFile(name, entry)


def _texts(group: list[tuple[re.Match[str], Node]]) -> Iterator[str]:
    for found, node in group:
        for path, entry in node.files():
            if _is_text(found, path if node.is_folder else found["file"] or path):
                yield entry.path


def _is_text(found: re.Match[str], name: str) -> bool:
    """Moodle's own page of what was typed, and not a file that was put into it."""
    return found["plugin"] == _ONLINE_TEXT and name.lower().endswith((".html", ".htm"))

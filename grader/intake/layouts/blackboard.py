"""Blackboard's "Assignment File Download".

`<Assignment>_<username>_attempt_<YYYY-MM-DD-HH-MM-SS>[_<file>]`, all in one folder, and for each attempt a receipt, the
same name with `.txt` alone behind the time. The receipt begins with `Name: Jane Doe (jdoe)`; below stands what the
student wrote, which is not read. Titles and usernames may both hold underscores: where one ends is known by the
receipt, else by the title, which all names of an assignment begin with.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeAlias

from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node
from grader.intake.tree import entries_below, fitting
from grader.plaintext import one_line
from grader.score_report import Owner

_NAME = re.compile(r"(?P<stem>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<suffix>\.[^.]+))", re.DOTALL)
# In any language: "Name:", "Nom :", "Nombre:". The last pair of parentheses holds the username.
_RECEIPT_NAME = re.compile(r"[^:]{1,30}:\s*(?P<name>.*?)\s*\((?P<username>[^()\s]+)\)\s*")
_RECEIPT_BYTES = 4096
_Found: TypeAlias = tuple[re.Match[str], Node]


@dataclass(frozen=True, slots=True)
class _Receipt:
    name: str
    username: str


def is_likely(root: Node) -> bool:
    good, bad = fitting(root, lambda child: _fits(child) is not None)
    return good > 0 and bad <= good


def arrange(root: Node, circumstances: Circumstances) -> Arranged:
    """Students by what stands before the attempt: title and username together, so that no two ever meet."""
    groups: defaultdict[str, list[_Found]] = defaultdict(list)
    strays: list[Node] = []
    for child in root.children:
        found = _fits(child)
        if found is None:
            strays.append(child)
        else:
            groups[found["stem"]].append((found, child))
    receipts = {stem: receipt for stem, group in groups.items() if (receipt := _receipt(stem, group, circumstances))}
    usernames = _usernames(list(groups), receipts)
    times = Counter(usernames.values())
    return Arranged(
        tuple(
            _handed_in(
                stem if times[usernames[stem]] > 1 else usernames[stem], usernames[stem], group, receipts.get(stem)
            )
            for stem, group in groups.items()
        ),
        tuple(entry for stray in strays for entry in entries_below(stray)),
    )


def _fits(child: Node) -> re.Match[str] | None:
    return None if child.is_folder else _NAME.fullmatch(child.name)


def _is_receipt(found: re.Match[str]) -> bool:
    return (found["suffix"] or "").lower() == ".txt"


def _time(found: re.Match[str]) -> str:
    """As people write it."""
    day, clock = found["time"][:10], found["time"][11:]
    return f"{day} {clock.replace('-', ':')}"


def _handed_in(id_: str, username: str, group: Sequence[_Found], receipt: _Receipt | None) -> HandedIn:
    name = "" if receipt is None else receipt.name
    return HandedIn(
        id=id_,
        owner=Owner(platform=Layout.BLACKBOARD, id=username, name=name, folder=""),
        node=group[0][1],
        nothing="There is only Blackboard's receipt, and no file.",
        files=tuple(
            HandedFile(found["file"] or child.name, child.entry, attempt=_time(found))
            for found, child in group
            if not _is_receipt(found) and child.entry is not None
        ),
    )


# --- who it is -------------------------------------------------------------------------------------------------------


def _receipt(stem: str, group: Sequence[_Found], circumstances: Circumstances) -> _Receipt | None:
    """The name on the receipt, if its username is the one that the file's name ends with."""
    for found, child in group:
        if _is_receipt(found) and child.entry is not None:
            lines = circumstances.glance(child.entry, _RECEIPT_BYTES).decode("utf-8-sig", "replace").splitlines()
            first = next((line for line in lines if line.strip()), "")
            named = _RECEIPT_NAME.fullmatch(first.strip())
            if named is not None and stem.endswith(f"_{named['username']}"):
                return _Receipt(one_line(named["name"], 100), named["username"])
    return None


def _usernames(stems: Sequence[str], receipts: Mapping[str, _Receipt]) -> dict[str, str]:
    known = {stem: receipt.username for stem, receipt in receipts.items()}
    titles = {stem[: -len(username)] for stem, username in known.items()}
    return {stem: known.get(stem) or _username(stem, stems, titles) for stem in stems}


def _username(stem: str, stems: Sequence[str], titles: Collection[str]) -> str:
    """What stands behind a title that a receipt told; else behind what all begin with; else the last word."""
    told = [title for title in titles if stem.startswith(title) and len(title) < len(stem)]
    if told:
        return stem[len(max(told, key=len)) :]
    return next(_guesses(stem, stems))


def _guesses(stem: str, stems: Sequence[str]) -> Iterator[str]:
    shared = _shared_beginning(stems) if len(stems) > 1 else ""
    title = shared[: shared.rfind("_") + 1]
    if title and stem[len(title) :]:
        yield stem[len(title) :]
    yield stem.rpartition("_")[2] or stem


def _shared_beginning(texts: Sequence[str]) -> str:
    first, last = min(texts), max(texts)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))

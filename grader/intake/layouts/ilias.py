"""ILIAS's "Download all submissions" of an exercise (class.ilExSubmission.php, SubmissionManager.php).

`<Lastname>_<Firstname>_<login>_<id>/…`; the id may be missing. A team's members lie in a folder of the team, `Team 12`
in any language. A file that came late is called `Late Submission - <file>`, in the language of who downloads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node
from grader.intake.tree import entries_below, fitting
from grader.plaintext import one_line
from grader.score_report import Owner

_PERSON = r"(?P<last>[^\W\d_][^\d_]*)_(?P<first>[^\W\d_][^\d_]*)_(?P<login>[^/]+?)"
_WITH_ID = re.compile(_PERSON + r"_(?P<id>\d+)", re.DOTALL)
_WITHOUT_ID = re.compile(r"(?P<last>[^\W\d_][^\d_]*)_(?P<first>[^\W\d_][^\d_]*)_(?P<login>[a-z0-9][A-Za-z0-9.@-]*)")
_TEAM = re.compile(r"[^\W\d_]+ (?P<id>\d+)")
_LATE = re.compile(r"(?i)(?:late submission|versp\w{1,2}tete (?:abgabe|einreichung)) ?- ?")
_UNIVERSITY_LOGIN = re.compile(r"(?=.*[a-z])(?=.*\d)[a-z0-9]{4,}")


def is_likely(root: Node) -> bool:
    """Whether folders are called as people, or as teams of people, and not `Neural_Computation_sheet_1`."""
    good, bad = fitting(root, lambda child: child.is_folder and (_is_person(child) or _is_team(child)))
    numbered = sum(_WITH_ID.fullmatch(child.name) is not None and _is_person(child) for child in root.children)
    certain = sum(_is_team(child) or (_is_person(child) and _has_login_of_name(child)) for child in root.children)
    return good > 0 and 5 * bad <= good and (2 * numbered >= max(good, 4) or 2 * certain > good)


def arrange(root: Node, _: Circumstances) -> Arranged:
    """Each folder is a student, or a team."""
    folders = [child for child in root.children if child.is_folder]
    strays = [entry for child in root.children if not child.is_folder for entry in entries_below(child)]
    return Arranged(tuple(_team(one) if _is_team(one) else _person(one) for one in folders), tuple(strays))


def _match(node: Node) -> re.Match[str] | None:
    return _WITH_ID.fullmatch(node.name) or _WITHOUT_ID.fullmatch(node.name)


def _is_person(node: Node) -> bool:
    """`wrong_no_mask` could be one, too: people's names have capitals, or their logins tell."""
    found = _match(node)
    if found is None:
        return False
    capitals = all(any(letter.isupper() for letter in found[part]) for part in ("last", "first"))
    return capitals or (_WITH_ID.fullmatch(node.name) is not None and _has_login_of_name(node))


def _has_login_of_name(node: Node) -> bool:
    """As "jdoe", "doe12", "jane.doe", or a university's "ab123cd" are."""
    found = _match(node)
    if found is None:
        return False
    login = found["login"].casefold()
    named = any(found[part][:3].casefold() in login for part in ("last", "first"))
    return named or _UNIVERSITY_LOGIN.fullmatch(login) is not None


def _is_team(node: Node) -> bool:
    inside = [child for child in node.children if child.is_folder]
    return _TEAM.fullmatch(node.name) is not None and bool(inside) and all(map(_is_person, inside))


def _person(node: Node) -> HandedIn:
    found = _match(node)
    id_ = "" if found is None else found.groupdict().get("id") or found["login"]
    return HandedIn(
        id=node.name,
        owner=Owner(platform=Layout.ILIAS, id=id_, name=_name(node), folder=node.name, late=_late(node)),
        node=node,
        nothing="Nothing was handed in: the folder is empty.",
        files=tuple(_files(node)),
    )


def _team(node: Node) -> HandedIn:
    found = _TEAM.fullmatch(node.name)
    members = ", ".join(_name(child) for child in node.children if child.is_folder)
    id_ = "" if found is None else found["id"]
    return HandedIn(
        id=node.name,
        owner=Owner(platform=Layout.ILIAS, id=id_, name=members, folder=node.name, late=_late(node)),
        node=node,
        nothing="Nothing was handed in: the team's folders are empty.",
        files=tuple(_files(node)),
    )


def _name(node: Node) -> str:
    found = _match(node)
    return one_line(node.name if found is None else f"{found['first']} {found['last']}", 100)


def _files(node: Node) -> Iterator[HandedFile]:
    for path, entry in node.files():
        above, slash, name = path.rpartition("/")
        yield HandedFile(above + slash + _LATE.sub("", name, count=1), entry)


def _late(node: Node) -> bool | None:
    return True if any(_LATE.match(path.rpartition("/")[2]) for path, _ in node.files()) else None

"""Whose row is whose: each row of a worksheet goes to one report or to none, and nothing is guessed."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grader.plaintext import one_line
from grader.report.exports.exported import LeftOut, grader_fault, has_score
from grader.score_report import Owner, ScoreReport

Rows: TypeAlias = tuple[int, ...]
Finder: TypeAlias = Callable[[Owner], Rows | str]
"""A student or team ─▶ their rows, or why there is none."""

NOBODY = "Who handed it in is not known. Grade the platform's own download, whose names say it."


@dataclass(frozen=True, slots=True)
class Claims:
    rows: Mapping[int, ScoreReport]
    """Only reports that have a score."""
    claimed: frozenset[int]
    """Rows that some report speaks of, with a score or without."""
    left_out: tuple[LeftOut, ...]


def claim_rows(reports: Sequence[ScoreReport], find: Finder) -> Claims:
    found = {report.submission.id: _find(report, find) for report in reports}
    claimants: defaultdict[int, list[ScoreReport]] = defaultdict(list)
    for report in reports:
        rows = found[report.submission.id]
        for row in rows if not isinstance(rows, str) else ():
            claimants[row].append(report)
    twice = handed_in_twice(reports)
    reasons = {one.submission.id: _reason(one, found[one.submission.id], claimants, twice) for one in reports}
    rows_of = {row: ones[0] for row, ones in claimants.items() if not reasons[ones[0].submission.id]}
    left_out = tuple(LeftOut(id_, why) for id_, why in reasons.items() if why)
    return Claims(dict(sorted(rows_of.items())), frozenset(claimants), left_out)


def _find(report: ScoreReport, find: Finder) -> Rows | str:
    owner = report.submission.owner
    return NOBODY if owner is None else find(owner)


def _reason(
    report: ScoreReport, found: Rows | str, claimants: Mapping[int, list[ScoreReport]], twice: Mapping[str, str]
) -> str:
    """Why the report's rows are left as they are; empty where they are filled."""
    if not has_score(report):
        return grader_fault(report)
    if why := twice.get(report.submission.id):
        return why
    if isinstance(found, str):
        return found
    others = {one.submission.id for row in found for one in claimants[row]} - {report.submission.id}
    return f"{_quoted(sorted(others))} fits the same row of the worksheet." if others else ""


def handed_in_twice(reports: Iterable[ScoreReport]) -> Mapping[str, str]:
    """Submissions of which the platform says that one student handed them in, and what to do about it."""
    by_owner: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for report in reports:
        owner = report.submission.owner
        if owner is not None and owner.id:
            by_owner[owner.platform, owner.id].append(report.submission.id)
    return {
        id_: f"One student handed in {_quoted(ids)}. Grade the download that counts by itself, and export that."
        for ids in by_owner.values()
        for id_ in ids
        if len(ids) > 1
    }


def _quoted(ids: Iterable[str]) -> str:
    return " and ".join(f'"{one_line(id_)}"' for id_ in ids)


# --- who is who ------------------------------------------------------------------------------------------------------

# Their numbers are their own: as a student number or a login of elsewhere they would be somebody else's.
_OWN_NUMBERS = frozenset({"moodle", "canvas"})


def known_ids(owner: Owner) -> list[str]:
    """What the institution may know the student by, or each member of the team."""
    own = owner.platform in _OWN_NUMBERS or (owner.platform == "ilias" and owner.id.isdecimal())
    return [] if own else members(owner, owner.id)


def members(owner: Owner, text: str) -> list[str]:
    """Gradescope's downloads name all of a team: their ids, their names, their addresses."""
    parts = text.split(", ") if owner.platform == "gradescope" else [text]
    return [part.strip() for part in parts if part.strip()]


# --- names -----------------------------------------------------------------------------------------------------------

# Letters, the marks on them, and digits: without the marks, names in Indic scripts would fall together.
_COUNTED = frozenset("LMN")


def name_keys(name: str) -> frozenset[str]:
    """What a person's name is compared by: letters and digits alone, "Doe, Jane" both ways round.

    Downloads squeeze names ("doejane"), and platforms turn them round.
    """
    last, comma, first = name.partition(",")
    turned = [last + first, first + last] if comma else [name]
    return frozenset(filter(None, map(squeezed, turned)))


def squeezed(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in _COUNTED)

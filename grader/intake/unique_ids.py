"""Each submission an id of its own, and the same one whatever else is handed in, as far as that can be.

An instructor's overrides name submissions by their ids. So an id that two would have goes to neither: both get longer
ones. Never does an id pass from one student to another.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.model import SubmissionFile


@dataclass(frozen=True, slots=True)
class Candidate:
    submission: SubmissionFile
    ids: tuple[str, ...]
    """The ids that it may go by, the shortest first."""
    place: str
    """Where it was found, below all that was named: no two were found at one place."""


def with_unique_ids(candidates: Sequence[Candidate]) -> list[SubmissionFile]:
    """Sorted by id. No two ids are one name to a file system that ignores case, or normalises."""
    wishes = [list(_wishes(one)) for one in candidates]
    nobodys: set[str] = set()
    # Whoever shares an id with another takes the next longer one; so do both, and whoever comes to it later.
    while True:
        times = Counter(_folded(wish[0]) for wish in wishes)
        nobodys |= {name for name, count in times.items() if count > 1}
        sharing = [wish for wish in wishes if _folded(wish[0]) in nobodys and len(wish) > 1]
        if not sharing:
            break
        for wish in sharing:
            del wish[0]
    found = [replace(one.submission, id=wish[0]) for one, wish in zip(candidates, wishes, strict=True)]
    return sorted(found, key=lambda one: one.id)


def _wishes(one: Candidate) -> Iterator[str]:
    yield from one.ids
    digest = hashlib.sha256(one.place.encode("utf-8", "surrogatepass")).hexdigest()
    yield f"{one.ids[-1]}~{digest[:6]}"
    yield f"{one.ids[-1]}~{digest}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()

"""Ids are what overrides name: none is two submissions', and none passes from one to another."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from grader.intake.unique_ids import Candidate, with_unique_ids
from grader.model import SubmissionFile

_NAMES = st.sampled_from(["a", "A", "ä", unicodedata.normalize("NFD", "ä"), "a~2", "b", "a/b", "x/a", "x"])


def candidate(place: str, *ids: str) -> Candidate:
    return Candidate(SubmissionFile("", Path(place), place), ids, place)


@st.composite
def _candidates(draw: st.DrawFn) -> list[Candidate]:
    wishes = draw(st.lists(st.lists(_NAMES, min_size=1, max_size=3), max_size=8))
    return [candidate(f"place {number}", *ids) for number, ids in enumerate(wishes)]


def folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


@given(_candidates())
def test_no_two_are_one_name_to_any_file_system(candidates: list[Candidate]) -> None:
    found = with_unique_ids(candidates)
    assert len({folded(one.id) for one in found}) == len(candidates)
    assert {one.file for one in found} == {one.place for one in candidates}


@given(_candidates(), st.integers(0, 7))
def test_an_id_never_passes_to_another(candidates: list[Candidate], gone: int) -> None:
    """Whoever comes or goes: an id that somebody had is theirs, or nobody's."""
    before = {one.id: one.file for one in with_unique_ids(candidates)}
    after = {one.id: one.file for one in with_unique_ids(candidates[:gone] + candidates[gone + 1 :])}
    assert {id_: before[id_] for id_ in before.keys() & after.keys()} == {
        id_: after[id_] for id_ in before.keys() & after.keys()
    }


@given(_candidates())
def test_order_is_of_no_matter(candidates: list[Candidate]) -> None:
    turned = with_unique_ids(candidates[::-1])
    assert with_unique_ids(candidates) == turned


def test_who_shares_takes_the_longer_one_both() -> None:
    found = with_unique_ids([candidate("1", "x", "a/x"), candidate("2", "x", "b/x"), candidate("3", "y", "b/y")])
    assert {one.file: one.id for one in found} == {"1": "a/x", "2": "b/x", "3": "y"}
    twins = with_unique_ids([candidate("moodle", "Jane_1"), candidate("other/moodle", "Jane_1")])
    assert all(one.id.startswith("Jane_1~") for one in twins)

"""Each row goes to the one report that is surely its own; where two might be, neither gets it."""

from __future__ import annotations

import pytest

from grader.report.exports.claims import claim_rows, known_ids, members, name_keys
from grader.score_report import Owner
from tests.report.exports.reports import full, grader_error, owner_of, partial


def rows_by_id(owner: Owner) -> tuple[int, ...] | str:
    return (int(owner.id),) if owner.id else "Nobody."


def test_a_report_gets_the_row_of_its_student() -> None:
    one, other = full("a", owner_of("x", "1", "A")), partial("b", owner_of("x", "2", "B"))
    claims = claim_rows([other, one], rows_by_id)
    assert dict(claims.rows) == {1: one, 2: other}
    assert claims.left_out == ()


def test_two_submissions_of_one_student_are_both_left_out_and_named() -> None:
    reports = [full("first", owner_of("x", "1", "A")), partial("second", owner_of("x", "1", "A"))]
    claims = claim_rows(reports, rows_by_id)
    assert claims.rows == {}
    assert [one.submission for one in claims.left_out] == ["first", "second"]
    assert all('"first" and "second"' in one.reason for one in claims.left_out)


def test_two_students_who_fit_one_row_are_both_left_out() -> None:
    reports = [
        full("a", owner_of("x", "1", "A")),
        full("b", owner_of("y", "1", "A")),
        full("c", owner_of("x", "2", "C")),
    ]
    claims = claim_rows(reports, rows_by_id)
    assert list(claims.rows) == [2]
    assert {one.submission for one in claims.left_out} == {"a", "b"}


def test_a_fault_of_the_grader_gets_no_row_and_keeps_others_from_it() -> None:
    reports = [grader_error("a", owner_of("x", "1", "A")), full("b", owner_of("y", "1", "A"))]
    claims = claim_rows(reports, rows_by_id)
    assert claims.rows == {}
    assert claims.claimed == {1}
    assert "no fault of the submission" in claims.left_out[0].reason


def test_who_is_not_known_or_not_found_is_said() -> None:
    claims = claim_rows([full("a", None), full("b", owner_of("x", "", "B"))], rows_by_id)
    assert [one.submission for one in claims.left_out] == ["a", "b"]
    assert claims.left_out[1].reason == "Nobody."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane Doe", "Doe, Jane"),
        ("doejane", "Doe, Jane"),
        ("JANE  DOE", "Doe, Jane"),
        ("Zoë O'Neil", "O’Neil, Zoë"),  # noqa: RUF001 - a typographic apostrophe
        ("Ana García López", "García López, Ana"),
        ("Zoe\u0308", "Zoë"),
    ],
)
def test_names_are_the_same_however_they_are_turned(one: str, other: str) -> None:
    assert name_keys(one) & name_keys(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Jane Doe", "John Doe"), ("किम", "काम"), ("", ""), ("🙂", "🙃"), ("José", "Jose")]
)
def test_other_names_are_others(one: str, other: str) -> None:
    assert not name_keys(one) & name_keys(other)


def test_a_platforms_own_numbers_are_no_ids_elsewhere() -> None:
    assert known_ids(owner_of("moodle", "101", "A")) == []
    assert known_ids(owner_of("canvas", "101", "A")) == []
    assert known_ids(owner_of("ilias", "101", "A")) == []
    assert known_ids(owner_of("ilias", "jdoe", "A")) == ["jdoe"]
    assert known_ids(owner_of("blackboard", "jdoe", "A")) == ["jdoe"]
    assert known_ids(owner_of("gradescope", "s1, s2", "A, B")) == ["s1", "s2"]


def test_only_gradescope_lists_a_teams_members() -> None:
    assert members(owner_of("folders", "a", "Doe, Jane"), "Doe, Jane") == ["Doe, Jane"]

"""Who handed in, and whether it was late; whatever Gradescope's file holds, grading goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.autograde.gradescope_metadata import read_owner
from grader.score_report import Owner

# As https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/ has it.
EXAMPLE: dict[str, Any] = {
    "id": 123456,
    "created_at": "2018-07-01T14:22:32.365935-07:00",
    "assignment": {
        "due_date": "2018-07-31T23:00:00.000000-07:00",
        "group_size": 4,
        "group_submission": True,
        "id": 25828,
        "course_id": 1234,
        "late_due_date": None,
        "release_date": "2018-07-02T00:00:00.000000-07:00",
        "title": "Programming Assignment 1",
        "total_points": "20.0",
    },
    "submission_method": "upload",
    "users": [{"email": "student@example.com", "id": 1234, "name": "Student User"}],
    "previous_submissions": [
        {"submission_time": "2017-04-06T14:24:48.087023-07:00", "score": 0.0, "results": {"tests": [{"x": 1}]}}
    ],
}


def _owner(folder: Path, **changes: Any) -> Owner | None:
    path = folder / "submission_metadata.json"
    path.write_text(json.dumps({**EXAMPLE, **changes}), encoding="utf-8")
    return read_owner(path)


def _late(folder: Path, **changes: Any) -> bool | None:
    owner = _owner(folder, **changes)
    assert owner is not None
    return owner.late


def test_the_documented_example(tmp_path: Path) -> None:
    assert _owner(tmp_path) == Owner(
        "gradescope", "123456", "Student User", "", late=False, email="student@example.com"
    )


def test_a_group_has_all_its_names(tmp_path: Path) -> None:
    users = [{"email": "a@x.org", "id": 1, "name": "Ä B"}, {"email": "", "id": 2, "name": "C"}]
    owner = _owner(tmp_path, users=users)
    assert owner is not None
    assert (owner.name, owner.email) == ("Ä B, C", "a@x.org")


DUE = {"due_date": "2018-07-01T14:00:00-07:00", "late_due_date": "2018-07-09T14:00:00-07:00"}


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"assignment": DUE}, True),
        # The same moment, as another zone has it.
        ({"assignment": {"due_date": "2018-07-01T21:22:32.365935+00:00"}}, False),
        ({"assignment": {"due_date": "2018-07-01T21:22:32Z"}}, True),
        ({"assignment": {"due_date": None}}, None),
        ({"assignment": {}}, None),
        ({"assignment": {"due_date": "tomorrow"}}, None),
        ({"assignment": {"due_date": "2018-07-01T14:00:00"}}, None),
        ({"created_at": None, "assignment": DUE}, None),
        ({"assignment": DUE, "users": [{"name": "a", "assignment": {"due_date": "2018-07-02T14:00:00-07:00"}}]}, False),
        ({"assignment": {}, "users": [{"name": "a", "assignment": {"due_date": "2018-06-02T14:00:00-07:00"}}]}, True),
        (
            {
                "assignment": DUE,
                "users": [{"name": "a"}, {"name": "b", "assignment": {"due_date": "2018-07-02T14:00:00Z"}}],
            },
            False,
        ),
    ],
)
def test_late_is_after_the_due_date_or_ones_own(changes: dict[str, Any], late: bool | None, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    assert _late(tmp_path, **changes) is late


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"id": ' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"id": NaN}'],
)
def test_what_can_t_be_read_says_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "submission_metadata.json").write_bytes(content)
    assert read_owner(tmp_path / "submission_metadata.json") is None
    assert read_owner(tmp_path / "none.json") is None
    assert read_owner(tmp_path) is None


@pytest.mark.parametrize("users", [None, "x", {}, [None], [[]], [{"name": ["x"], "email": {"a": 1}, "id": True}]])
def test_fields_of_another_form_are_not_said(users: Any, tmp_path: Path) -> None:
    owner = _owner(tmp_path, users=users, id=[1], assignment=[])
    assert owner == Owner("gradescope", "", "", "", late=None, email="")


def test_names_can_do_nothing(tmp_path: Path) -> None:
    owner = _owner(tmp_path, users=[{"name": "a\x1b[31m\nb\u202e" + "x" * 500, "email": "e\r\n@x"}])
    assert owner is not None
    assert owner.name.startswith("a b")
    assert len(owner.name) <= 100
    assert owner.email == "e @x"


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.autograde.gradescope_metadata._LARGEST", len(json.dumps(EXAMPLE)))
    assert _owner(tmp_path) is not None
    assert _owner(tmp_path, previous_submissions=[*EXAMPLE["previous_submissions"], "x"]) is None

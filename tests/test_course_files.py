"""What of a course travels: enough to make the same key, and no more."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey
from grader.course_files import key_from, read_course_files


def test_the_key_made_of_it_is_the_same(
    key: AnswerKey, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = read_course_files(course, "attention")
    assert set(files) == {
        "assignments/attention/assignment.toml",
        "assignments/attention/attention.ipynb",
        "assignments/attention/misconceptions.toml",
        "reference/attention.py",
        "reference/attention_variants.py",
    }
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = key_from(files, "attention")
    assert made.digest == key.digest
    assert list(made.calls) == list(key.calls)
    assert list(tmp_path.iterdir()) == [], "nothing of it stays on another machine's disk"

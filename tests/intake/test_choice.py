"""Which of a student's several notebooks is graded, and that the reason given is the one that decided."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.intake import find_submissions
from grader.intake.choice import MOST_READ, Candidate, choose, code_of
from tests.intake.downloads import write_folder
from tests.notebooks import RIGHT, code_notebook

ONE = code_notebook(RIGHT["attentionQuery"])
TWO = code_notebook(RIGHT["attentionQuery"], RIGHT["attentionQueryMatrix"])
NONE = code_notebook("x = 1")


def chosen(files: Mapping[str, bytes], assignment: Assignment | None, sequence: Mapping[str, int] | None = None) -> str:
    """The name, and the word that tells the reason."""
    candidates = [
        Candidate(name, (sequence or {}).get(name, 0), partial(bytes, content)) for name, content in files.items()
    ]
    found = choose(candidates, assignment)
    return f"{candidates[found.index].name}: {found.reason}"


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"a.ipynb": ONE, "b.ipynb": TWO, "attention.ipynb": NONE}, "b.ipynb: it defines the most"),
        ({"b.ipynb": NONE, "attention.ipynb": NONE, "a.ipynb": NONE}, "attention.ipynb: its name"),
        ({"a.ipynb": ONE, "attention (1).ipynb": ONE}, "attention (1).ipynb: its name"),
        ({"attention.ipynb": ONE, "attention (1).ipynb": ONE}, "attention (1).ipynb: it is the latest"),
        ({"attention-2.ipynb": ONE, "attention-10.ipynb": ONE}, "attention-10.ipynb: it is the latest"),
        ({"Attention_Kopie.ipynb": ONE, "x.ipynb": ONE}, "Attention_Kopie.ipynb: its name"),
        ({"Copy of attention.ipynb": ONE, "x.ipynb": ONE}, "Copy of attention.ipynb: its name"),
        ({"attention-Copy1.ipynb": ONE, "attention_doe.ipynb": ONE}, "attention-Copy1.ipynb: its name"),
        ({"attention_doe.ipynb": ONE, "doe.ipynb": ONE}, "attention_doe.ipynb: its name"),
        ({"deep/attention.ipynb": ONE, "attention/x.ipynb": ONE}, "deep/attention.ipynb: its name"),
        ({"a.ipynb": NONE, "b.ipynb": code_notebook("x = 1", "y = 2")}, "b.ipynb: it holds the most code"),
        ({"b.ipynb": NONE, "a.ipynb": NONE}, "a.ipynb: it is the first by name"),
        ({"a.ipynb": b"", "b.ipynb": b"{", "c.ipynb": NONE}, "c.ipynb: it holds the most code"),
        ({"a.ipynb": b"[" * 100_000, "b.ipynb": ONE}, "b.ipynb: it defines"),
        ({"only.ipynb": b""}, "only.ipynb: it is the only one"),
    ],
)
def test_what_decides(files: Mapping[str, bytes], wanted: str, assignment: Assignment) -> None:
    for order in (files, dict(reversed(list(files.items())))):
        assert chosen(order, assignment).startswith(wanted)


def test_the_later_upload_counts(assignment: Assignment) -> None:
    files = {"attention.ipynb": ONE, "attention-1.ipynb": ONE}
    assert chosen(files, assignment, {"attention.ipynb": 9, "attention-1.ipynb": 8}).startswith("attention.ipynb")


def test_without_an_assignment_names_and_code_are_left() -> None:
    assert chosen({"a.ipynb": ONE, "b.ipynb": TWO}, None).startswith("b.ipynb: it holds the most code")


def test_only_so_many_are_looked_into(assignment: Assignment) -> None:
    """Who hands in a thousand notebooks doesn't hold up the class; the likeliest names are looked into."""
    read: list[str] = []

    def reader(name: str) -> Candidate:
        return Candidate(name, 0, lambda: read.append(name) or TWO)  # type: ignore[func-returns-value]

    candidates = [reader(f"{i:04}.ipynb") for i in range(1000)] + [reader("attention.ipynb")]
    assert candidates[choose(candidates, assignment).index].name == "attention.ipynb"
    assert len(read) == len(set(read)) == MOST_READ


def test_no_candidate_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no candidate"):
        choose([], None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (code_notebook("x", "y"), "x\ny"),
        (b'{"worksheets": [{"cells": [{"cell_type": "code", "input": ["a", "b"]}, 3]}, 4]}', "ab"),
        (b'{"cells": [{"cell_type": "markdown", "source": "def f("}, {"cell_type": "code", "source": [1, "x"]}]}', "x"),
        (b'{"cells": {"cell_type": "code"}}', ""),
        (b'{"cells": [{"cell_type": "code"}]}', ""),
        ("\ufeff".encode() + code_notebook("x"), "x"),
        (b"\xff\xfe\x00", ""),
        (b"9" * 10_000, ""),
        (b"null", ""),
    ],
)
def test_code_is_read_forgivingly(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_the_report_says_which_and_why(assignment: Assignment, tmp_path: Path) -> None:
    files = {
        f"Jane_1_assignsubmission_file/{name}": content for name, content in {"a.ipynb": ONE, "b.ipynb": TWO}.items()
    }
    found = find_submissions([write_folder(tmp_path / "in", files)], assignment)
    (jane,) = found.submissions
    assert jane.file.endswith("b.ipynb")
    (remark,) = jane.remarks
    assert remark.id == "chosen_notebook"
    assert remark.message == (
        "There were 2 notebooks. b.ipynb is graded, since it defines the most of the assignment's functions (2 of 3). "
        "Left out: a.ipynb."
    )
    (skipped,) = found.skipped
    assert skipped.file == "Jane_1_assignsubmission_file/a.ipynb"
    assert "b.ipynb is graded, since it defines the most" in skipped.reason

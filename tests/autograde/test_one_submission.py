"""One student's files, however they lie there: the right notebook, or what there was instead, and never a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import load_assignment
from grader.autograde.one_submission import find_one
from grader.errors import UnreadableSubmission, UsageError
from grader.model import SubmissionFile
from grader.score_report import Owner
from grader.submission import read_bytes
from tests.notebooks import ROOT, SHEET, code_notebook, filled_sheet

ASSIGNMENT = load_assignment(ROOT, "attention")
ALICE = Owner("gradescope", "7", "Alice", "")


def _found(folder: Path) -> SubmissionFile:
    return find_one(folder, ASSIGNMENT, "7", ALICE)


def test_the_one_notebook_under_whatever_name(tmp_path: Path) -> None:
    (tmp_path / "Übung (1) final\x1b[31m.ipynb").write_bytes(filled_sheet())
    (tmp_path / "results.json").write_text('{"score": 100}', encoding="utf-8")
    found = _found(tmp_path)
    assert read_bytes(found, 10**6) == filled_sheet()
    assert (found.id, found.owner, found.remarks) == ("7", ALICE, ())


def test_of_ten_notebooks_the_one_with_the_work_and_a_remark_says_so(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"scratch{number}.ipynb").write_bytes(code_notebook("1 + 1"))
    (tmp_path / "zz.ipynb").write_bytes(filled_sheet())
    found = _found(tmp_path)
    assert found.path.name == "zz.ipynb"
    assert "10 notebooks" in found.remarks[0].message


def test_a_notebook_in_a_folder_is_found_and_saved_copies_are_not(tmp_path: Path) -> None:
    (tmp_path / "hw" / "deep").mkdir(parents=True)
    (tmp_path / "hw" / "deep" / "attention.ipynb").write_bytes(SHEET.read_bytes())
    (tmp_path / "hw" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "hw" / ".ipynb_checkpoints" / "attention-checkpoint.ipynb").write_bytes(filled_sheet())
    assert _found(tmp_path).path == tmp_path / "hw" / "deep" / "attention.ipynb"


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / "reference.py").write_text("secret", encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "attention.ipynb").symlink_to(tmp_path / "reference.py")
    with pytest.raises(UnreadableSubmission, match="link"):
        read_bytes(_found(tmp_path / "in"), 1000)
    (tmp_path / "in" / "own.ipynb").write_bytes(filled_sheet())
    assert _found(tmp_path / "in").path.name == "own.ipynb"


def test_a_folder_that_leads_out_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.ipynb").write_bytes(filled_sheet())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "here").symlink_to(tmp_path / "secret")
    with pytest.raises(UnreadableSubmission):
        read_bytes(_found(tmp_path / "in"), 10**6)


@pytest.mark.parametrize("names", [(), ("report.pdf",), ("a.py", "b.txt")])
def test_without_a_notebook_the_submission_says_what_was_there(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UnreadableSubmission) as caught:
        read_bytes(_found(tmp_path), 1000)
    assert caught.value.reason == "no_notebook"


def test_a_folder_that_the_platform_hasn_t_made_is_no_students_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        _found(tmp_path / "submission")


def test_without_an_owner_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(filled_sheet())
    assert find_one(tmp_path, ASSIGNMENT, "submission", None).owner is None

"""What happened in cells is told once, shortly, and without the student's control characters."""

from __future__ import annotations

import pytest

from grader.cell_remarks import execution_remarks
from grader.model import Absent, Cell, CellOutcome, CellStatus, Execution, FunctionRun, Raised, Submission
from grader.score_report import Remark


def remarks(outcome: CellOutcome, source: str = "# comment\nresult = `f`(1)") -> list[Remark]:
    submission = Submission("x", "x.ipynb", "", (Cell(7, source, "ex1"),))
    return list(execution_remarks(submission, Execution((outcome,))))


@pytest.mark.parametrize(
    ("outcome", "id_", "words"),
    [
        (CellOutcome(7, CellStatus.RAISED, "NameError", "name 'x'"), "cell_raised", "raised NameError: name 'x'"),
        (CellOutcome(7, CellStatus.RAISED, "KeyboardInterrupt"), "cell_raised", "raised KeyboardInterrupt"),
        (CellOutcome(7, CellStatus.RAISED, "SyntaxError", "bad"), "cell_did_not_parse", "not valid Python"),
        (
            CellOutcome(7, CellStatus.RAISED, "ModuleNotFoundError", "No module named 'a.b'"),
            "missing_package",
            "needs a.b, which the grading environment doesn't have",
        ),
        (CellOutcome(7, CellStatus.TIMED_OUT), "cell_timed_out", "took too long"),
        (CellOutcome(7, CellStatus.KILLED_KERNEL), "cell_killed_kernel", "ended the Python process"),
        (CellOutcome(7, CellStatus.NOT_RUN), "cell_not_run", "was not run"),
    ],
)
def test_each_outcome_is_told(outcome: CellOutcome, id_: str, words: str) -> None:
    (remark,) = remarks(outcome)
    assert (remark.id, remark.cell) == (id_, 7)
    assert remark.message.startswith("Cell 7 (`result = 'f'(1)`) ")
    assert words in remark.message


def test_a_cell_that_ran_is_not_worth_a_word() -> None:
    assert remarks(CellOutcome(7, CellStatus.OK)) == []


def test_a_function_found_under_another_name_is_told() -> None:
    seen = FunctionRun("attentionQuery", "attention_query", {"c": Raised("E", "")})
    absent = FunctionRun("other", None, {"c": Absent()})
    same = FunctionRun("third", "third", {"c": Raised("E", "")})
    found = list(execution_remarks(Submission("x", "x", "", ()), Execution((), (seen, absent, same))))
    assert [one.id for one in found] == ["renamed_function"]
    assert "attention_query was graded in its place" in found[0].message

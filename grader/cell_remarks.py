"""What happened in the notebook's cells, and where functions were found, as remarks for the report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.model import Absent, Cell, CellOutcome, CellStatus, Execution, Submission
from grader.plaintext import one_line
from grader.score_report import Remark

_UNPARSED = frozenset({"SyntaxError", "IndentationError", "TabError"})
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")


def execution_remarks(submission: Submission, execution: Execution) -> Iterator[Remark]:
    """In the order of the cells, then of the functions."""
    cells = {cell.number: cell for cell in submission.cells}
    for outcome in execution.cells:
        remark = _cell_remark(cells[outcome.number], outcome)
        if remark is not None:
            yield remark
    yield from _renamed(execution)


def _cell_remark(cell: Cell, outcome: CellOutcome) -> Remark | None:
    which = f"Cell {cell.number} (`{_first_line(cell)}`)"
    error = f"{outcome.error_name}: {outcome.error_text}" if outcome.error_text else outcome.error_name
    if outcome.status is CellStatus.RAISED:
        if outcome.error_name == "ModuleNotFoundError" and (modules := _NO_MODULE.findall(outcome.error_text)):
            message = (
                f"{which} needs {', '.join(modules)}, which the grading environment doesn't have. What depends on it "
                "could not run; this says nothing about the mathematics."
            )
            return Remark("missing_package", message, cell.number)
        if outcome.error_name in _UNPARSED:
            return Remark("cell_did_not_parse", f"{which} is not valid Python: {error}", cell.number)
        return Remark("cell_raised", f"{which} raised {error}", cell.number)
    happened = _HAPPENED.get(outcome.status)
    return None if happened is None else Remark(f"cell_{outcome.status}", f"{which} {happened}", cell.number)


_HAPPENED = {
    CellStatus.TIMED_OUT: "took too long and was stopped. The other cells were run without it.",
    CellStatus.KILLED_KERNEL: "ended the Python process. The other cells were run without it.",
    CellStatus.OUT_OF_MEMORY: "used more memory than there is. The other cells were run without it.",
    CellStatus.FLOODED_OUTPUT: "sent more output than is taken. The other cells were run without it.",
    CellStatus.FILLED_DISK: "wrote more to the disk than there is room. The other cells were run without it.",
    CellStatus.NOT_RUN: "was not run: cells before it took too long, or ended the Python process too often.",
}


def _first_line(cell: Cell) -> str:
    lines = (line.strip() for line in cell.source[:2000].splitlines())
    telling = next((line for line in lines if line and not line.startswith("#")), "")
    return one_line(telling.replace("`", "'"), 50)


def _renamed(execution: Execution) -> Iterator[Remark]:
    for run in execution.functions:
        seen = [one for one in run.observations.values() if not isinstance(one, Absent)]
        if run.found_as not in {None, run.function} and seen:
            message = f"{run.function} was not found. {run.found_as} was graded in its place."
            yield Remark("renamed_function", message)

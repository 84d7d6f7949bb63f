"""The values that travel through the grader, one way, each frozen.

Submission ─▶ ProbePlan ─▶ Execution (of Observations) ─▶ CheckResult ─▶ ScoreReport
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.figures import Figures
from grader.score_report import DiagnosisStatus, Example, Owner, Remark, Status

FloatArray: TypeAlias = NDArray[np.float64]
Argument: TypeAlias = FloatArray | tuple[FloatArray, ...]
"""What a function is called with: an array, or (a tuple) a Python list of vectors."""


# --- what was handed in ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubmissionFile:
    """Where a submission lies, and the name that it goes by in all results."""

    id: str
    path: Path
    """The notebook, or the archive that holds it."""
    file: str
    """The path as reports show it: relative to what the caller named, always with `/`."""
    refusal: str | None = None
    """Why the file must not even be opened."""
    entry: str | None = None
    """The notebook's name in the archive at `path`."""
    owner: Owner | None = None
    absence: str | None = None
    """Why there is no notebook to be opened: what was handed in instead."""
    remarks: tuple[Remark, ...] = ()
    """What the report has to say of how it was found: which of several notebooks it is, and why."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell; `number` counts all cells of the notebook from 1, as a reader does."""

    number: int
    source: str
    exercise: str | None


@dataclass(frozen=True, slots=True)
class Submission:
    id: str
    file: str
    sha256: str
    cells: tuple[Cell, ...]
    remarks: tuple[Remark, ...] = ()


# --- what is asked of the kernel ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a student's function. Of this the kernel sees the arguments and nothing else."""

    id: str
    function: str
    arguments: tuple[Argument, ...]
    outputs: int
    """How many values the function should return."""
    hidden: bool
    """Made only when no more of the student's code will run that could tell the student what it saw."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """A change to the notebook's variables before a function is called: does it use them?"""

    label: str
    changed: Mapping[str, Argument]
    """What stands under these names, where the notebook has them."""
    double_data: bool = False
    """Whether all numbers and arrays that the notebook itself has made are doubled."""


FollowUp: TypeAlias = Callable[[str, Mapping[str, "Observation"], Sequence["VariableRun"]], tuple[Call, ...]]
"""(function, what its public calls gave, the notebook's variables) ─▶ further public calls to make of it."""


def _no_more(_function: str, _seen: Mapping[str, Observation], _variables: Sequence[VariableRun]) -> tuple[Call, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class FunctionProbe:
    function: str
    after_cell: int | None
    """Its exercise's last cell: the function is taken as it stood there, if it did."""
    calls: tuple[Call, ...]
    alterations: tuple[Alteration, ...] = ()
    """If there are any, the calls are made once for each, and not without."""


@dataclass(frozen=True, slots=True)
class VariableProbe:
    names: tuple[str, ...]
    after_cell: int | None
    in_passing: bool = False
    """Read to know what functions are called with, not for what is asked for there."""


@dataclass(frozen=True, slots=True)
class ProbePlan:
    functions: tuple[FunctionProbe, ...]
    variables: tuple[VariableProbe, ...]
    moments: tuple[int, ...] = ()
    """The last cells of all exercises: a function may stand under another exercise than its own."""
    follow_up: FollowUp = _no_more
    """Asked when a function's public calls are done. The runner learns which calls come next, and no more."""


# --- what came back ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbers:
    """Something array-like: ndarray, matrix, nested list, tensor, number. `values` is read-only."""

    values: FloatArray
    type_name: str
    item_type: str | None = None
    """For a list: the type of its first item."""


@dataclass(frozen=True, slots=True)
class NotNumbers:
    type_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Items:
    """A short tuple or list, as a function returns that has several outputs."""

    items: tuple[Numbers | NotNumbers, ...]
    type_name: str


Value: TypeAlias = Numbers | NotNumbers | Items


@dataclass(frozen=True, slots=True)
class Returned:
    value: Value
    arguments_after: tuple[Value, ...]
    """The arguments as they were after the call: a function may have changed them."""


@dataclass(frozen=True, slots=True)
class Raised:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Absent:
    """There is nothing of that name."""


@dataclass(frozen=True, slots=True)
class NotCallable:
    type_name: str


class Silence(StrEnum):
    TIMED_OUT = "timed_out"
    KILLED_KERNEL = "killed_kernel"
    MALFORMED = "malformed"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    reason: Silence


Observation: TypeAlias = Returned | Raised | Absent | NotCallable | NoAnswer


class CellStatus(StrEnum):
    OK = "ok"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    KILLED_KERNEL = "killed_kernel"
    OUT_OF_MEMORY = "out_of_memory"
    FLOODED_OUTPUT = "flooded_output"
    FILLED_DISK = "filled_disk"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class CellOutcome:
    number: int
    status: CellStatus
    error_name: str = ""
    error_text: str = ""
    outputs: Sequence[Mapping[str, Any]] = field(default=(), repr=False, compare=False)
    """What the cell showed, in nbformat's form, as far as the runner keeps it."""


@dataclass(frozen=True, slots=True)
class FunctionRun:
    """All calls of one function as it stood at one moment."""

    function: str
    found_as: str | None
    """The name that it was found under; None: not found."""
    observations: Mapping[str, Observation]
    moment: str = ""
    """Which one it is: the same in every run of the same notebook."""
    alteration: str | None = None
    """The label of the alteration that was made before."""


@dataclass(frozen=True, slots=True)
class VariableRun:
    values: Mapping[str, Value | None]
    in_passing: bool = False


@dataclass(frozen=True, slots=True)
class Execution:
    """What one submission did. A function may be seen at several moments, a variable be looked at several times."""

    cells: tuple[CellOutcome, ...] = ()
    # Left out of the repr: asyncio and signal make one of every task's result, and numpy takes long to write numbers.
    functions: tuple[FunctionRun, ...] = field(default=(), repr=False)
    variables: tuple[VariableRun, ...] = field(default=(), repr=False)
    figures: Figures | None = field(default=None, repr=False)
    """None: could not be looked at."""
    outputs: Mapping[int, Sequence[Mapping[str, Any]]] | None = field(default=None, repr=False)
    """What each cell showed, in nbformat's form; None: it was not kept. Student's making: never trust it."""
    sandbox: tuple[str, ...] = ()
    """The layers that the kernel was sealed with."""

    def runs_of(self, function: str) -> tuple[FunctionRun, ...]:
        return tuple(run for run in self.functions if run.function == function and run.alteration is None)

    def altered(self, run: FunctionRun) -> Mapping[str, Mapping[str, Observation]]:
        """What the same function did at the same moment where the notebook's variables were altered, by alteration."""
        return {
            one.alteration: one.observations
            for one in self.functions
            if one.alteration is not None
            and (one.function, one.found_as, one.moment) == (run.function, run.found_as, run.moment)
        }


# --- what was judged ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict on one criterion. `fraction` (0 to 1) of its points is earned; None: no mark is given at all."""

    fraction: float | None
    message: str = ""
    example: Example | None = None
    remarks: tuple[Remark, ...] = ()
    status: Status | None = None
    """None: what follows from the fraction."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was done otherwise, by the ids of misconceptions."""

    status: DiagnosisStatus
    misconceptions: tuple[str, ...] = ()
    explaining: tuple[str, ...] = ()
    """Those of them that explain the outputs; others stand beside them."""
    remarks: tuple[Remark, ...] = ()


NO_DIAGNOSIS = Diagnosis(DiagnosisStatus.NONE)

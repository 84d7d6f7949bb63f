"""`run.json`, beside each report: how the run went on this machine. Times and paths stand here, never in the report."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version as installed_version
from typing import Literal

import msgspec

from grader.model import Execution
from grader.version import __version__

_PACKAGES = ("ipykernel", "jupyter_client", "matplotlib", "nbclient", "numpy")


class CellRecord(msgspec.Struct, frozen=True):
    cell: int
    status: str
    error: str


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    schema: Literal["grader.run/1"] = "grader.run/1"
    started: str
    """ISO 8601, UTC."""
    seconds: float
    grader: str
    python: str
    machine: str
    packages: dict[str, str]
    sandbox: list[str]
    """The layers that the kernel was sealed with."""
    cells: list[CellRecord]
    tracebacks: list[str]
    """Of the grader's own faults."""


def run_record(started: str, seconds: float, execution: Execution | None, tracebacks: tuple[str, ...]) -> RunRecord:
    cells = () if execution is None else execution.cells
    return RunRecord(
        started=started,
        seconds=round(seconds, 3),
        grader=__version__,
        python=platform.python_version(),
        machine=platform.platform(),
        packages=_installed(),
        sandbox=[] if execution is None else list(execution.sandbox),
        cells=[CellRecord(one.number, one.status.value, one.error_name) for one in cells],
        tracebacks=list(tracebacks),
    )


@cache
def _installed() -> dict[str, str]:
    """Looked up on the disk once, not for every submission."""
    return {name: installed_version(name) for name in _PACKAGES}


def encode_record(record: RunRecord) -> bytes:
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"

"""Files of a results folder: where each report goes, and writing so that a reader never sees half a file."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from grader.report.safe_names import safe_path

# Of files that are being written. A killed batch leaves some behind.
HALF_WRITTEN = ".grader-*.part"


def report_folder(results: Path, submission_id: str) -> Path:
    """`results/reports/<id>/`. Different ids get different folders, on every file system."""
    return results.joinpath("reports", *safe_path(submission_id).split("/"))


def write_atomically(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, wholly or not at all, whenever the process or the machine dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".grader-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise

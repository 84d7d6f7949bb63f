"""nbgrader's autograde, in one process that stays: its own start, most of what its command costs, is not counted.

The course is made on the fly: three autograder tests, appended to each student's cells.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.contender import Skipped
from tests.benchmarks.peer_tests import TESTS

try:
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config
except ImportError as error:
    _MISSING: str | None = f"not installed ({error})"
else:
    _MISSING = None

_STUDENT = "somebody"


class Nbgrader:
    def __init__(self) -> None:
        if _MISSING:
            raise Skipped(_MISSING)
        self._temporary = tempfile.TemporaryDirectory(prefix="nbgrader-")
        self._course = Path(self._temporary.name)
        _write(self._course / "source" / "sheet" / "sheet.ipynb", [])
        config = Config()
        config.CourseDirectory.root = str(self._course)
        config.CourseDirectory.db_url = f"sqlite:///{self._course}/gradebook.db"
        config.NbGrader.logfile = ""
        config.ClearSolutions.code_stub = {"python": ""}
        self._api: Any = NbGraderAPI(config=config)
        _must_succeed(self._api.generate_assignment("sheet", create=True))

    def run(self, notebook: Path) -> None:
        cells = json.loads(notebook.read_bytes())["cells"]
        _write(self._course / "submitted" / _STUDENT / "sheet" / "sheet.ipynb", cells)
        _must_succeed(self._api.autograde("sheet", _STUDENT, force=True, create=True))
        score = self._api.get_submission("sheet", _STUDENT)["score"]
        if score != len(TESTS):
            message = f"{notebook}: nbgrader's score is {score}"
            raise RuntimeError(message)

    def close(self) -> None:
        self._temporary.cleanup()


def _write(path: Path, cells: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    tests = [_test_cell(name, source) for name, source in TESTS.items()]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": [*cells, *tests], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")


def _test_cell(name: str, source: str) -> dict[str, Any]:
    marks = {"grade": True, "solution": False, "locked": True, "points": 1, "grade_id": name, "schema_version": 3}
    metadata = {"nbgrader": {**marks, "task": False}}
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def _must_succeed(answer: dict[str, Any]) -> None:
    if not answer["success"]:
        raise RuntimeError(answer.get("log") or answer.get("error"))

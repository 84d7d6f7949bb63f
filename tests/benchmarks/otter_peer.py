"""otter's API, in one process that stays: its own start, a good part of what its command costs, is not counted."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from textwrap import indent

from tests.benchmarks.contender import Skipped
from tests.benchmarks.peer_tests import TESTS

try:
    import otter.api
    from otter.generate import main as generate
except ImportError as error:
    _MISSING: str | None = f"not installed ({error})"
else:
    _MISSING = None

_TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}
points = 1


@test_case(points=1)
def test_{name}({name}):
{body}
"""


class Otter:
    def __init__(self) -> None:
        if _MISSING:
            raise Skipped(_MISSING)
        self._temporary = tempfile.TemporaryDirectory(prefix="otter-")
        folder = Path(self._temporary.name)
        (folder / "tests").mkdir()
        for name, source in TESTS.items():
            test = _TEST.format(name=name, body=indent(source, "    "))
            (folder / "tests" / f"{name}.py").write_text(test, encoding="utf-8")
        self._autograder = folder / "autograder.zip"
        # It looks for some files, and leaves others, in the working folder.
        os.chdir(folder)
        generate(
            tests_dir=str(folder / "tests"),
            output_path=str(self._autograder),
            no_config=True,
            no_requirements=True,
            no_environment=True,
        )

    def run(self, notebook: Path) -> None:
        results = otter.api.grade_submission(str(notebook), str(self._autograder), quiet=True)
        if results.total != len(TESTS):
            message = f"{notebook}: otter's score is {results.total}"
            raise RuntimeError(message)

    def close(self) -> None:
        os.chdir("/")
        self._temporary.cleanup()

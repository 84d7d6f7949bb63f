"""Which functions are still as the sheet has them. Text is compared with text: nothing of a student's is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.answer_key import AnswerKey
from grader.model import Submission

_MOST_LINES = 100


def unchanged_stubs(submission: Submission, key: AnswerKey) -> frozenset[str]:
    """The functions that the notebook defines, each time word for word as the sheet does (comments aside)."""
    sources = [cell.source for cell in submission.cells]
    names = [function.name for function in key.assignment.functions]
    stubs = {name: set(definitions(name, key.sheet_sources)) for name in names}
    return frozenset(name for name, stub in stubs.items() if stub and set(definitions(name, sources)) == stub)


def definitions(name: str, sources: Iterable[str]) -> list[tuple[str, ...]]:
    """Of each definition of the function at a cell's margin its lines, without comments and white space."""
    pattern = re.compile(rf"^def[ \t]+{re.escape(name)}\b.*\n?", re.MULTILINE)
    return [
        tuple(filter(None, map(_bare, (found[0], *_indented(source[found.end() :])))))
        for source in sources
        for found in pattern.finditer(source)
    ]


def _indented(rest: str) -> Iterable[str]:
    for line in rest.split("\n", _MOST_LINES)[:_MOST_LINES]:
        if line.strip() and not line[:1].isspace() and not line.startswith("#"):
            return
        yield line


def _bare(line: str) -> str:
    code = line.split("#", maxsplit=1)[0]
    return "".join(code.split())

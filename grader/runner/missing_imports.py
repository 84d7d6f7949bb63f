"""A cell whose imports ask for a package that this machine lacks, without these imports.

What stands beside and below such an import often doesn't need it: `import numpy as np`, say.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from grader.model import Cell, CellOutcome

_NO_MODULE = re.compile(r"No module named '(\w+)")
_MAGIC = re.compile(rb"^[ \t]*[%!?].*$", re.MULTILINE)


def missing_package(outcome: CellOutcome) -> str | None:
    """The package whose lack ended the cell, if that is what ended it."""
    found = _NO_MODULE.search(outcome.error_text) if outcome.error_name == "ModuleNotFoundError" else None
    return None if found is None else found[1]


def without_imports_of(package: str, cell: Cell) -> Cell | None:
    """The cell with its imports of `package` taken out, other names on them kept; None where none can be found."""
    source = cell.source.encode()
    try:
        # Magics are no Python; blanked out byte by byte, so that places stay.
        tree = ast.parse(_MAGIC.sub(lambda line: b"#" * len(line[0]), source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    edits = [(node, _kept(node, package)) for node in imports if _asks_for(node, package)]
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    # From the end, so that earlier places stay.
    for node, kept in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset), reverse=True):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        source = source[:begin] + kept.encode() + source[end:]
    return replace(cell, source=source.decode()) if edits else None


def _asks_for(node: ast.Import | ast.ImportFrom, package: str) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] == package
    return any(alias.name.split(".")[0] == package for alias in node.names)


def _kept(node: ast.Import | ast.ImportFrom, package: str) -> str:
    if isinstance(node, ast.ImportFrom):
        return "pass"
    others = [alias for alias in node.names if alias.name.split(".")[0] != package]
    return ast.unparse(ast.Import(others)) if others else "pass"

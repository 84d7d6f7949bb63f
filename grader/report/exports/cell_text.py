"""Text and numbers as cells of a table, and no text of ours that a spreadsheet takes for a formula (CWE-1236).

A cell of ours can become several: a spreadsheet that expects another delimiter cuts it at `;` or `,`, one that knows no
quotes cuts it at line breaks. So what follows these is looked at as well. Full-width signs count: some input methods'
spreadsheets take them for the plain ones.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from grader.report.scores import points

_SIGNS = r"[=+\-@＝＋－＠]"  # noqa: RUF001 - the full-width signs are meant
_PLAIN_NUMBER = r"[+-]?\d+(?:[.,]\d+)?(?:[\s;,)\]]|\Z)"
_FORMULA = re.compile(
    rf'(?P<before>(?:\A|[\r\n])[\s"]*)(?P<sign>{_SIGNS})|(?P<inner>[;,\t|"][\s"]*)(?!{_PLAIN_NUMBER})(?P<other>{_SIGNS})'
)
_WITH_COMMA = re.compile(r"-?\d+,\d+")
_WITH_POINT = re.compile(r"-?\d+\.\d+")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def inert(text: str) -> str:
    """`text` with an apostrophe before every sign at which a cell of it could begin as a formula."""
    return _FORMULA.sub(lambda found: f"{_before(found)}'{_sign(found)}", _without_controls(text))


def inert_html(lines: Iterable[str]) -> str:
    """`lines` as one line of HTML; a sign that could begin a formula is written as its character reference."""
    text = "<br />".join(html.escape(_without_controls(line)) for line in lines)
    return _FORMULA.sub(lambda found: _before(found) + f"&#{ord(_sign(found))};", text)


def _without_controls(text: str) -> str:
    """Tabs and carriage returns at the beginning of a cell are formulas, too; ours need neither."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def _before(found: re.Match[str]) -> str:
    return found["before"] if found["before"] is not None else found["inner"]


def _sign(found: re.Match[str]) -> str:
    return found["sign"] or found["other"]


def number(value: float, decimal: str = ".") -> str:
    """`value` to cents with the decimal sign that the file has."""
    return points(value).replace(".", decimal)


def decimal_sign(cells: Iterable[str]) -> str:
    """The sign that the numbers among `cells` have: a comma, a point, or nothing where they don't show it."""
    texts = [cell.strip() for cell in cells]
    commas = any(_WITH_COMMA.fullmatch(text) for text in texts)
    dots = any(_WITH_POINT.fullmatch(text) for text in texts)
    return "" if commas == dots else "," if commas else "."


def read_number(cell: str) -> float | None:
    """The cell's number with either decimal sign; None where it is something else."""
    text = cell.strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None

"""Text and numbers as cells of a table, and no text of ours that a spreadsheet takes for a formula (CWE-1236).

A cell of ours can become several: a spreadsheet that expects another delimiter cuts it at `;` or `,`, one that knows no
quotes cuts it at line breaks. So what follows these is looked at as well. Full-width signs count: spreadsheets for East
Asian languages take them for the plain ones.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_SIGNS = r"[=+\-@＝＋－＠]"  # noqa: RUF001 - the full-width signs are meant
_PLAIN_NUMBER = r"[+-]?\d+(?:[.,]\d+)?(?:[\s;,)\]]|\Z)"
_BEFORE = rf'(?P<before>(?:\A|\n)[\s"]*|[;,|"][\s"]*(?!{_PLAIN_NUMBER}))'
_FORMULA = re.compile(rf"{_BEFORE}(?={_SIGNS})")
# A character reference ends with a semicolon, which is a delimiter to some: so the signs that follow count, too.
_SIGNS_TOGETHER = re.compile(rf"{_BEFORE}(?P<signs>{_SIGNS}(?:\s*{_SIGNS})*)")
_WITH_COMMA = re.compile(r"-?\d+,\d+")
_WITH_POINT = re.compile(r"-?\d+\.\d+")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def inert(text: str) -> str:
    """`text` with an apostrophe before every sign at which a cell of it could begin as a formula."""
    return _FORMULA.sub(r"\g<before>'", _without_controls(text))


def inert_html(lines: Iterable[str]) -> str:
    """`lines` as one line of HTML; a sign that could begin a formula is written as its character reference."""
    text = "<br />".join(html.escape(_without_controls(line)) for line in lines)
    return _SIGNS_TOGETHER.sub(lambda found: found["before"] + re.sub(_SIGNS, _reference, found["signs"]), text)


def _reference(sign: re.Match[str]) -> str:
    return f"&#{ord(sign[0])};"


def _without_controls(text: str) -> str:
    """Tabs and carriage returns at the beginning of a cell are formulas, too; ours need neither."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def points(value: float) -> str:
    """To cents, without zeros that tell nothing: "17.5", "20", and never "2e+01"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


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

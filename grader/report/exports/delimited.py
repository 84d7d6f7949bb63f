"""A platform's own table, read so that it can be written again: every byte that isn't changed on purpose stays.

Encoding, byte-order mark, delimiter, line ends and quotes are kept as they are found, row by row and cell by cell.
Rows count from 1, the header's, as a spreadsheet shows them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.plaintext import one_line
from grader.report.exports.request import Worksheet

_MOST_BYTES = 50 * 2**20
_MOST_CELLS = 2_000_000
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DELIMITERS = (",", ";", "\t")

_RFC_4180 = r'"[^"]*+(?:""[^"]*+)*+"'
# PHP's fputcsv takes \" for no end of a cell (https://www.php.net/fputcsv, `escape`), and Moodle writes so.
_PHP = r'"(?:[^"\\]++|""|\\.)*+"'


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[str, ...]
    """As they stand in the file, with their quotes."""
    end: str


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    mark: bytes
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    """The header's is the first."""

    def text(self, row: int, column: int) -> str:
        return _unquoted(self.rows[row].cells[column])

    def column(self, column: int, rows: Sequence[int]) -> list[str]:
        return [self.text(row, column) for row in rows]

    def filled_rows(self) -> Iterator[int]:
        """Positions in `rows` of all that follow the header and aren't blank."""
        for position, row in enumerate(self.rows):
            if position and not _is_blank(row):
                yield position


def read_table(worksheet: Worksheet, is_header: Callable[[Sequence[str]], bool], mend: str) -> Table:
    """Raises UsageError where no first row passes `is_header`, or the rows aren't as long as it; ends with `mend`."""
    mark, encoding, text = _decoded(worksheet, mend)
    for delimiter in _DELIMITERS:
        if is_header(_first_row(text, delimiter)):
            rows = _all_rows(text, delimiter, worksheet.name, mend)
            return Table(worksheet.name, mark, encoding, delimiter, _labels(rows[0]), rows)
    first_line = one_line(text, 100)
    message = f"{worksheet.name}: its first row is not that of the file that is to be filled: '{first_line}'. {mend}"
    raise UsageError(message)


def write_table(table: Table, changes: Mapping[tuple[int, int], str]) -> bytes:
    """The file with these cells (row, column) changed to these texts, and nothing else."""
    changed: dict[int, dict[int, str]] = {}
    for (row, column), text in changes.items():
        changed.setdefault(row, {})[column] = text
    lines = [_written(row, changed.get(position, {}), table.delimiter) for position, row in enumerate(table.rows)]
    return table.mark + "".join(lines).encode(table.encoding)


def _written(row: Row, changes: Mapping[int, str], delimiter: str) -> str:
    cells = [
        _quoted_as(cell, changes[column], delimiter) if column in changes else cell
        for column, cell in enumerate(row.cells)
    ]
    return delimiter.join(cells) + row.end


def _quoted_as(old: str, text: str, delimiter: str) -> str:
    needs = any(sign in text for sign in (delimiter, '"', "\r", "\n")) or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if needs or old.startswith('"') else text


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _is_blank(row: Row) -> bool:
    return not any(_unquoted(cell).strip() for cell in row.cells)


# --- bytes ─▶ rows ---------------------------------------------------------------------------------------------------


def _decoded(worksheet: Worksheet, mend: str) -> tuple[bytes, str, str]:
    """Byte-order mark, encoding, text."""
    name, content = worksheet.name, worksheet.content
    if len(content) > _MOST_BYTES:
        message = f"{name}: is larger than {_MOST_BYTES // 2**20} MiB. {mend}"
        raise UsageError(message)
    mark, encoding = next(((mark, one) for mark, one in _MARKS.items() if content.startswith(mark)), (b"", "utf-8"))
    try:
        text = content[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        what = "no text (an Excel workbook?)" if b"\x00" in content and not mark else f"not {encoding.upper()}"
        message = f"{name}: is {what} from byte {error.start} on. Save it as CSV UTF-8. Else: {mend}"
        raise UsageError(message) from error
    if "\x00" in text:
        message = f"{name}: is no text (an Excel workbook?). {mend}"
        raise UsageError(message)
    return mark, encoding, text


class _MalformedError(Exception):
    """`args[0]` says where, and what."""


def _labels(row: Row) -> tuple[str, ...]:
    return tuple(_unquoted(cell).strip() for cell in row.cells)


def _first_row(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        first = next(_scanned(text, delimiter, _RFC_4180), None)
    except _MalformedError:
        return ()
    return () if first is None else _labels(first)


def _all_rows(text: str, delimiter: str, name: str, mend: str) -> tuple[Row, ...]:
    try:
        return _regular(text, delimiter, _RFC_4180)
    except _MalformedError as error:
        try:
            return _regular(text, delimiter, _PHP)
        except _MalformedError:
            message = f"{name}: {error}. {mend}"
            raise UsageError(message) from error


def _regular(text: str, delimiter: str, cell: str) -> tuple[Row, ...]:
    """All rows, if each has as many cells as the header. Empty ones after these are what spreadsheets leave."""
    rows = tuple(_scanned(text, delimiter, cell))
    width = len(rows[0].cells)
    for number, row in enumerate(rows, 1):
        overhang = row.cells[width:]
        if (len(row.cells) < width and not _is_blank(row)) or any(_unquoted(one).strip() for one in overhang):
            message = f"row {number} has {len(row.cells)} cells, the header {width}"
            raise _MalformedError(message)
    return rows


def _scanned(text: str, delimiter: str, quoted: str) -> Iterator[Row]:
    sign = re.escape(delimiter)
    plain = rf'(?:[^{sign}\r\n"][^{sign}\r\n]*+)?'
    pattern = re.compile(rf"(?P<cell>{quoted}|{plain})(?P<end>{sign}|\r\n|\r|\n|\Z)", re.DOTALL)
    cells: list[str] = []
    place, number, count = 0, 1, 0
    while place < len(text) or cells:
        found = pattern.match(text, place)
        count += 1
        if found is None or count > _MOST_CELLS:
            problem = "a quote is out of place, or never closed" if found is None else "there are too many cells"
            message = f"row {number}: {problem}"
            raise _MalformedError(message)
        place = found.end()
        cells.append(found["cell"])
        if found["end"] != delimiter:
            yield Row(tuple(cells), found["end"])
            cells, number = [], number + 1

"""An untrusted file ─▶ `Submission`: the notebook's code, mapped to exercises. Its outputs are never looked at.

Whatever a notebook lacks that can be guessed without harm is mended and remarked; what can't be read at all raises
`UnreadableSubmission`, whose message tells the student what the file is instead.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat

from grader.assignment import Assignment
from grader.errors import InternalError, UnreadableSubmission
from grader.exercise_map import map_cells
from grader.intake.archive import read_archived
from grader.model import Submission, SubmissionFile
from grader.plaintext import one_line
from grader.score_report import Remark

# What files are that students hand in as .ipynb by mistake, by their first bytes.
_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive (or an Office document)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x1f\x8b": "a gzip archive",
    b"<!doctype html": "an HTML page",
    b"<html": "an HTML page",
    b"version https://git-lfs": "a Git LFS pointer, not the file itself",
}
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_UNREMARKABLE_KERNELS = frozenset({"", "python3", "python", "python2"})
_OLDEST_FORMAT, _FORMAT = 1, 4
_DEEPEST_HEADING = 6
_MOST_DIGITS = 20


@dataclass(slots=True)
class _Mends:
    """What had to be mended, for one remark at the end."""

    done: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        if what not in self.done:
            self.done.append(what)


def read_bytes(file: SubmissionFile, limit: int) -> bytes:
    """The notebook's bytes, on disk or in an archive.

    Raises UnreadableSubmission over `limit`, and where an archive is damaged there; InternalError where this machine
    can't read it.
    """
    if file.absence is not None:
        raise UnreadableSubmission("no_notebook", file.absence)
    if file.refusal is not None:
        raise UnreadableSubmission("refused", f"The file was not opened. {file.refusal}")
    content = _on_disk(file, limit) if file.entry is None else read_archived(file.path, file.entry, limit)
    if len(content) > limit:
        most = f"{limit / 2**20:.0f} MiB"
        message = f"The file is larger than {most}. Clear its outputs (Kernel > Restart & Clear Output) and save it."
        raise UnreadableSubmission("too_large", message)
    return content


def _on_disk(file: SubmissionFile, limit: int) -> bytes:
    try:
        with file.path.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        message = f"{file.file}: can't be read on this machine: {error.strerror}."
        raise InternalError(message) from error


def read_cells(content: bytes) -> list[tuple[str, str]]:
    """Type and source of every cell, those without code too. Raises UnreadableSubmission."""
    mends = _Mends()
    return _types_and_sources(_as_format_4(_parse(content, mends), mends), mends)


def read_submission(file: SubmissionFile, content: bytes, assignment: Assignment) -> Submission:
    """Parse `content` as a notebook of any format from 1 on. Raises UnreadableSubmission."""
    mends = _Mends()
    notebook = _as_format_4(_parse(content, mends), mends)
    found = _types_and_sources(notebook, mends)
    if len(found) > assignment.limits.cells:
        message = f"The notebook has {len(found)} cells; at most {assignment.limits.cells} are read."
        raise UnreadableSubmission("too_many_cells", message)
    cells, heading_remarks = map_cells(found, assignment)
    remarks = (
        *file.remarks,
        *_kernel_remarks(_as_mapping(notebook.get("metadata"))),
        *heading_remarks,
        *_mend_remarks(mends),
    )
    return Submission(file.id, file.file, hashlib.sha256(content).hexdigest(), cells, remarks)


# --- bytes ─▶ notebook ----------------------------------------------------------------------------------------------


def _parse(content: bytes, mends: _Mends) -> Mapping[str, Any]:
    if not content.strip():
        raise UnreadableSubmission("empty", "The file is empty.")
    text = _decode(content, mends)
    try:
        parsed = json.loads(text, parse_int=_small_int)
    except RecursionError as error:
        raise UnreadableSubmission("not_a_notebook", "The file is nested too deeply to be a notebook.") from error
    except ValueError as error:
        raise _not_json(content, text) from error
    if not isinstance(parsed, Mapping):
        raise UnreadableSubmission("not_a_notebook", "The file is JSON, but not a notebook: it has no cells.")
    return parsed


def _small_int(digits: str) -> int:
    """Python refuses integers of thousands of digits; a notebook has no use for any."""
    return int(digits) if len(digits) < _MOST_DIGITS else 0


def _decode(content: bytes, mends: _Mends) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        mends.note("bytes that are not UTF-8 were replaced")
        return content.decode("utf-8", "replace")


def _not_json(content: bytes, text: str) -> UnreadableSubmission:
    start = content.lstrip()[:32].lower()
    for signature, what in _SIGNATURES.items():
        if start.startswith(signature.lower()):
            return UnreadableSubmission("not_a_notebook", f"The file is {what}, not a notebook.")
    if "\x00" in text[:1024]:
        return UnreadableSubmission("not_a_notebook", "The file is binary data, not a notebook.")
    if text.lstrip().startswith("{"):
        message = (
            "The notebook is damaged: it is not valid JSON. It may have been cut off while it was uploaded or saved."
        )
        return UnreadableSubmission("damaged", message)
    return UnreadableSubmission("not_a_notebook", "The file is text, but not a notebook: a notebook is JSON.")


def _as_format_4(parsed: Mapping[str, Any], mends: _Mends) -> Mapping[str, Any]:
    if isinstance(parsed.get("cells"), list):
        if not isinstance(parsed.get("nbformat"), int):
            mends.note("the format version was missing")
        return parsed
    if not isinstance(parsed.get("worksheets"), list):
        raise UnreadableSubmission("not_a_notebook", "The file is JSON, but not a notebook: it has no cells.")
    try:
        return _upgraded(parsed)
    except Exception as error:
        # nbformat's converters trust their input: any field of another type than expected raises anything.
        raise UnreadableSubmission("damaged", "The notebook is of an old format, and damaged.") from error


def _upgraded(parsed: Mapping[str, Any]) -> Mapping[str, Any]:
    """A notebook of format 1 to 3 in format 4, without its outputs."""
    version = parsed.get("nbformat")
    sheets = [sheet for sheet in parsed["worksheets"] if isinstance(sheet, Mapping)]
    cells = [cell for sheet in sheets for cell in _as_list(sheet.get("cells")) if isinstance(cell, Mapping)]
    old = {
        "nbformat": version if isinstance(version, int) and _OLDEST_FORMAT <= version < _FORMAT else 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": [_old_cell(cell) for cell in cells], "metadata": {}}],
    }
    upgraded: Mapping[str, Any] = nbformat.convert(nbformat.from_dict(old), _FORMAT)
    return {"cells": upgraded["cells"], "metadata": parsed.get("metadata")}


def _old_cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The cell with the fields of format 3 alone: nbformat's converter believes whatever else it finds."""
    kind, level = cell.get("cell_type", "code"), cell.get("level")
    text = _joined(cell.get("input" if kind == "code" else "source"))
    source = text if isinstance(text, str) else ""
    if kind == "code":
        code = {"language": "python", "collapsed": False, "input": source, "outputs": []}
        return {"cell_type": "code", "metadata": {}, **code}
    if kind == "heading":
        depth = level if isinstance(level, int) and 1 <= level <= _DEEPEST_HEADING else 1
        return {"cell_type": "heading", "metadata": {}, "level": depth, "source": source}
    return {"cell_type": "raw" if kind == "raw" else "markdown", "metadata": {}, "source": source}


def _joined(value: Any) -> Any:
    """Notebooks store text as one string or as a list of lines."""
    return "".join(value) if isinstance(value, list) and all(isinstance(line, str) for line in value) else value


# --- notebook ─▶ cells ----------------------------------------------------------------------------------------------


def _types_and_sources(notebook: Mapping[str, Any], mends: _Mends) -> list[tuple[str, str]]:
    cells = (cell for cell in _as_list(notebook.get("cells")) if isinstance(cell, Mapping))
    return [(_cell_type(cell), _source(cell, mends)) for cell in cells]


def _cell_type(cell: Mapping[str, Any]) -> str:
    given = cell.get("cell_type")
    if isinstance(given, str) and given in {"code", "markdown", "raw"}:
        return given
    # Only code cells have these fields.
    return "code" if "outputs" in cell or "execution_count" in cell else "markdown"


def _source(cell: Mapping[str, Any], mends: _Mends) -> str:
    # Format 1 calls it code, formats 2 and 3 input.
    source = _joined(next((cell[name] for name in ("source", "input", "code") if name in cell), None))
    if not isinstance(source, str):
        mends.note("a cell without source was taken as empty")
        return ""
    # A lone surrogate is valid in JSON, but can't be sent to a kernel.
    return source.encode("utf-8", "replace").decode("utf-8")


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


# --- remarks --------------------------------------------------------------------------------------------------------


def _kernel_remarks(metadata: Mapping[str, Any]) -> Iterator[Remark]:
    spec = _as_mapping(metadata.get("kernelspec"))
    language = _word(spec.get("language")) or _word(_as_mapping(metadata.get("language_info")).get("name"))
    if language and language.lower() not in {"python", "ipython"}:
        message = f'The notebook says that its language is "{language}". It was run as Python.'
        yield Remark("other_language", message)
    elif (name := _word(spec.get("name"))) not in _UNREMARKABLE_KERNELS:
        yield Remark(
            "other_kernel", f'The notebook names the kernel "{name}". It was run in the grader\'s own Python kernel.'
        )


def _word(value: object) -> str:
    return one_line(value, 40) if isinstance(value, str) else ""


def _mend_remarks(mends: _Mends) -> Iterator[Remark]:
    if mends.done:
        yield Remark(
            "mended", f"The file was not a sound notebook, and was mended to be read: {'; '.join(mends.done)}."
        )

"""A ZIP archive ─▶ its entries, and the bytes of one of them. Nothing is ever written to the disk.

Names are labels and lead nowhere. Still, a name that would lead out of a folder, or that two programs read in two ways,
was not made by any platform: the entry is refused by name, and the others are graded.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from grader.errors import InternalError, UnreadableSubmission, UsageError
from grader.intake.handed_in import Entry
from grader.intake.zip_directory import Directory, Header, read_directory
from grader.plaintext import decodable, one_line

MOST_ENTRY_BYTES = 2**30
LONGEST_NAME = 1000
DEEPEST_FOLDER = 50
_STORED, _DEFLATED = 0, 8
# Deflate can't do better: 258 bytes of a repetition take two bits.
_BEST_RATIO = 1032
_LOCAL = struct.Struct("<4s5H3L2H")
_CHUNK = 2**16
_DRIVE = re.compile(r"[A-Za-z]:")
_SEPARATOR = re.compile(r"[/\\]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_UNPACK = "Download it again, or unpack it and name the folder."
_DAMAGED = "The notebook is damaged in the archive: it may have been cut off. Download it again."


def list_archive(path: Path) -> tuple[Entry, ...]:
    """All entries in the archive's order, refused ones too.

    Raises UsageError, with the mend, where the archive can't be read at all.
    """
    try:
        directory = _opened(path).directory
    except OSError as error:
        message = f"{decodable(str(path))}: can't be read: {error.strerror}."
        raise UsageError(message) from error
    headers = directory.headers
    labels = [_label(header) for header in headers]
    problems = _problems(headers, directory.start, labels)
    return tuple(
        Entry(label, path, header.name, is_folder=header.is_folder and not problem, refusal=problem)
        for header, label, problem in zip(headers, labels, problems, strict=True)
    )


def read_archived(path: Path, name: str, limit: int) -> bytes:
    """The entry's first bytes, never more than `limit` + 1, whatever the archive says of its size.

    Raises UnreadableSubmission where the entry is damaged, InternalError where this machine can't read the archive.
    """
    shown = one_line(decodable(path.name))
    try:
        header = _opened(path).by_name.get(name)
        if header is None:
            message = f"{shown}: is not what it was: {one_line(name)} is gone."
            raise InternalError(message)
        with path.open("rb") as stream:
            return _content(stream, header, limit)
    except UsageError as error:
        raise InternalError(str(error)) from error
    except OSError as error:
        message = f"{shown}: can't be read on this machine: {error.strerror}."
        raise InternalError(message) from error


@dataclass(frozen=True, slots=True)
class _Opened:
    directory: Directory
    by_name: Mapping[str, Header]
    """Without names that are there more than once."""


def _opened(path: Path) -> _Opened:
    found = path.stat()
    return _opened_once(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _opened_once(path: Path, _size: int, _changed: int) -> _Opened:
    """Kept, since each submission of a class is read from the same archive."""
    try:
        with path.open("rb") as stream:
            directory = read_directory(stream)
    except UsageError as error:
        message = f"{decodable(str(path))}: {error}. {_UNPACK}"
        raise UsageError(message) from error
    times = Counter(header.name for header in directory.headers)
    return _Opened(directory, {header.name: header for header in directory.headers if times[header.name] == 1})


# --- what is refused -------------------------------------------------------------------------------------------------


def _label(header: Header) -> str:
    """The name as a path that leads nowhere: of a bad one, up to where it would turn back, and the file itself."""
    parts = [part for part in _SEPARATOR.split(header.name) if part not in {"", "."}]
    if _problem_of_name(header) is None:
        return "/".join(parts)
    above = parts[:-1]
    if ".." in above:
        above = above[: above.index("..")]
    clean = [_shortened(part) for part in (*above[:DEEPEST_FOLDER], *parts[-1:]) if part != ".."]
    return "/".join(part for part in clean if part) or "unnamed"


def _shortened(part: str) -> str:
    """Fit to be shown, with its end: that says what kind of file it is."""
    return one_line(part, 255) if len(part) <= 255 else one_line(f"{part[:200]}…{part[-20:]}", 255)  # noqa: PLR2004


def _problems(headers: Sequence[Header], start: int, labels: Sequence[str]) -> list[str | None]:
    """Of each entry, why it must not be read; None where it may."""
    problems = [_problem_of_name(header) or _problem_of_kind(header) for header in headers]
    for index in _overlapping(headers, start):
        problems[index] = (
            problems[index] or "Its data overlaps with another entry's, or reaches past the archive's end."
        )
    for index in _ambiguous(headers, labels, problems):
        problems[index] = (
            problems[index] or "The archive holds its name more than once, so which one counts can't be told."
        )
    return problems


def _problem_of_name(header: Header) -> str | None:
    name = header.name
    reasons = {
        "Its name in the archive is not valid UTF-8.": not header.decodes,
        "Its name in the archive holds control characters.": _CONTROL.search(name) is not None,
        "Its name in the archive holds a backslash, which leads elsewhere on Windows.": "\\" in name,
        "Its name in the archive is an absolute path.": name.startswith("/") or _DRIVE.match(name) is not None,
        'Its name in the archive leads out of the folder ("..").': ".." in _SEPARATOR.split(name),
        "Its name in the archive is too long.": len(name) > LONGEST_NAME or name.count("/") > DEEPEST_FOLDER,
        "It has no name in the archive.": not name.strip("/. "),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _problem_of_kind(header: Header) -> str | None:
    kind, is_file = stat.S_IFMT(header.mode), not header.is_folder
    best_ratio = 1 if header.method == _STORED else _BEST_RATIO
    reasons = {
        "It is a link, and links are not followed.": kind == stat.S_IFLNK,
        "It is not a regular file.": kind not in {0, stat.S_IFREG} and (is_file or kind != stat.S_IFDIR),
        "It is encrypted. Hand it in without a password.": is_file and header.is_encrypted,
        f"It is compressed in a way that is not read here (method {header.method}). Unpack the archive and name the "
        "folder.": is_file and header.method not in {_STORED, _DEFLATED},
        "The archive says of its size what can't be: its data can't unpack to that.": is_file
        and (not header.has_sizes or header.size > header.packed * best_ratio),
        "The archive says two sizes of the same bytes.": is_file
        and header.method == _STORED
        and header.size != header.packed,
        f"It is larger than {MOST_ENTRY_BYTES >> 30} GiB.": is_file and header.size > MOST_ENTRY_BYTES,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _overlapping(headers: Sequence[Header], start: int) -> Iterator[int]:
    """Entries that share bytes: a bomb of a few kilobytes, as David Fifield's, or two readings of one file."""
    order = sorted(range(len(headers)), key=lambda index: (headers[index].offset, index))
    reach, furthest = 0, -1
    for index in order:
        header = headers[index]
        end = header.offset + _LOCAL.size + len(header.raw_name) + header.packed
        if header.offset < reach:
            yield index
            yield furthest
        if end > start:
            yield index
        if end > reach:
            reach, furthest = end, index


def _ambiguous(headers: Sequence[Header], labels: Sequence[str], problems: Sequence[str | None]) -> Iterator[int]:
    """Files whose name is another's too, as file systems compare names that ignore case or normalise."""
    keys = [unicodedata.normalize("NFKC", label).casefold() for label in labels]
    good = [index for index, problem in enumerate(problems) if problem is None]
    times = Counter(keys[index] for index in good if not headers[index].is_folder)
    folders = {keys[index] for index in good if headers[index].is_folder}
    return (i for i in good if not headers[i].is_folder and (times[keys[i]] > 1 or keys[i] in folders))


# --- content ---------------------------------------------------------------------------------------------------------


def _content(stream: BinaryIO, header: Header, limit: int) -> bytes:
    stream.seek(header.offset)
    local = stream.read(_LOCAL.size)
    if len(local) < _LOCAL.size or local[:4] != b"PK\x03\x04":
        raise UnreadableSubmission("damaged", _DAMAGED)
    fields = _LOCAL.unpack(local)
    name = stream.read(fields[9])
    if name != header.raw_name or fields[3] != header.method:
        message = (
            "The archive says two things of the notebook: its list of files, and the file itself. Hand it in anew."
        )
        raise UnreadableSubmission("damaged", message)
    stream.seek(fields[10], os.SEEK_CUR)
    content = _stored(stream, header, limit) if header.method == _STORED else _inflated(stream, header, limit)
    if len(content) <= limit and (len(content) != header.size or zlib.crc32(content) != header.crc):
        raise UnreadableSubmission("damaged", _DAMAGED)
    return content


def _stored(stream: BinaryIO, header: Header, limit: int) -> bytes:
    return stream.read(min(header.packed, limit + 1))


def _inflated(stream: BinaryIO, header: Header, limit: int) -> bytes:
    inflater, content, left = zlib.decompressobj(-zlib.MAX_WBITS), bytearray(), header.packed
    try:
        while left and not inflater.eof and len(content) <= limit:
            chunk = stream.read(min(left, _CHUNK))
            left = left - len(chunk) if chunk else 0
            content += inflater.decompress(inflater.unconsumed_tail + chunk, limit + 1 - len(content))
    except zlib.error as error:
        raise UnreadableSubmission("damaged", _DAMAGED) from error
    if len(content) <= limit and not inflater.eof:
        raise UnreadableSubmission("damaged", _DAMAGED)
    return bytes(content)

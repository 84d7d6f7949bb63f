"""The bytes of a ZIP archive ─▶ its directory, entry by entry (APPNOTE 6.3.10, sections 4.3.12 to 4.3.16 and 4.4).

Python's zipfile refuses an archive as a whole where one entry is odd, and believes in sizes and numbers before it has
looked: here a directory is measured before it is read, and an odd entry costs nobody else anything. Whatever two
programs could read in two ways (two ends, numbers that contradict each other) is refused: what a platform wrote, has
one reading.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from grader.errors import UsageError

MOST_ENTRIES = 65_000
# 250 bytes for each of the most entries; names are rarely half as long.
MOST_DIRECTORY_BYTES = 16 * 2**20

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_HEADER = struct.Struct("<4s6H3L5H2L")
_LONGEST_COMMENT = 0xFFFF
_UTF_8 = 1 << 11
_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
_DOS_FOLDER = 0x10

_BROKEN = "is no ZIP archive, or a broken one"


@dataclass(frozen=True, slots=True)
class Header:
    """What the directory says of an entry. None of it has to be true."""

    name: str
    raw_name: bytes
    decodes: bool
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    """Where its data begins in the file, with a header of its own."""
    mode: int
    """Unix's type and permissions; 0 where the archive was made elsewhere."""
    is_folder: bool
    is_encrypted: bool
    has_sizes: bool
    """Whether the sizes that a large entry keeps elsewhere are there."""


@dataclass(frozen=True, slots=True)
class Directory:
    headers: tuple[Header, ...]
    start: int
    """Where it begins in the file: no entry's data reaches further."""


@dataclass(frozen=True, slots=True)
class _End:
    entries: int
    size: int
    offset: int
    at: int
    """Where the directory ends."""


def read_directory(stream: BinaryIO) -> Directory:
    """Measure the directory, then read it.

    Raises UsageError, whose text goes on after the archive's name; OSError as the stream does.
    """
    end = _find_end(stream)
    if end.entries > MOST_ENTRIES:
        message = f"holds {end.entries:,} files, and at most {MOST_ENTRIES:,} are read"
        raise UsageError(message)
    if end.size > MOST_DIRECTORY_BYTES:
        message = (
            f"has a list of files of {end.size / 2**20:,.0f} MiB, and at most {MOST_DIRECTORY_BYTES >> 20} are read"
        )
        raise UsageError(message)
    start = end.at - end.size
    # What stands before the archive (a program that unpacks it, say) shifts all places.
    shift = start - end.offset
    if start < 0 or shift < 0:
        raise UsageError(_BROKEN)
    stream.seek(start)
    headers = tuple(_headers(stream.read(end.size), end, shift))
    return Directory(headers, start)


# --- the end, which says where the directory is ---------------------------------------------------------------------


def _find_end(stream: BinaryIO) -> _End:
    length = stream.seek(0, 2)
    tail_at = max(length - _END.size - _LONGEST_COMMENT - _END_64.size - _LOCATOR_64.size, 0)
    stream.seek(tail_at)
    tail = stream.read()
    places = [place for place in _all_places(tail, b"PK\x05\x06") if _reaches_the_end(tail, place)]
    if len(places) != 1:
        raise UsageError(_BROKEN if not places else "has two ends, so that programs disagree on what is in it")
    (place,) = places
    _, disk, first_disk, here, entries, size, offset, _ = _END.unpack_from(tail, place)
    said = (here, entries, size, offset)
    return _end_64(tail, tail_at, place, said) or _checked_end(disk or first_disk, said, tail_at + place)


def _all_places(data: bytes, wanted: bytes) -> Iterator[int]:
    place = data.find(wanted)
    while place >= 0:
        yield place
        place = data.find(wanted, place + 1)


def _reaches_the_end(tail: bytes, place: int) -> bool:
    if place + _END.size > len(tail):
        return False
    comment: int = _END.unpack_from(tail, place)[-1]
    return place + _END.size + comment == len(tail)


def _end_64(tail: bytes, tail_at: int, place: int, said: tuple[int, int, int, int]) -> _End | None:
    """What a large archive says of its directory; None: it isn't one."""
    locator = place - _LOCATOR_64.size
    if locator < 0 or tail[locator : locator + 4] != b"PK\x06\x07":
        return None
    _, disk, _, disks = _LOCATOR_64.unpack_from(tail, locator)
    at = locator - _END_64.size
    if at < 0 or tail[at : at + 4] != b"PK\x06\x06":
        raise UsageError(_BROKEN)
    _, length, _, _, this_disk, first_disk, *large = _END_64.unpack_from(tail, at)
    if length != _END_64.size - 12:
        raise UsageError(_BROKEN)
    for short, long, full in zip(said, large, (_FULL_16, _FULL_16, _FULL_32, _FULL_32), strict=True):
        if short not in {long, full}:
            raise UsageError("contradicts itself: its two ends name different numbers")
    return _checked_end(
        disk or this_disk or first_disk or disks > 1, (large[0], large[1], large[2], large[3]), tail_at + at
    )


def _checked_end(disks: int, said: tuple[int, int, int, int], at: int) -> _End:
    here, entries, size, offset = said
    if disks or here != entries:
        raise UsageError("is a part of one that spans several files")
    return _End(entries, size, offset, at)


# --- the directory --------------------------------------------------------------------------------------------------


def _headers(data: bytes, end: _End, shift: int) -> Iterator[Header]:
    place = number = 0
    while place < len(data):
        if place + _HEADER.size > len(data) or data[place : place + 4] != b"PK\x01\x02":
            raise UsageError(_BROKEN)
        fields = _HEADER.unpack_from(data, place)
        name_at = place + _HEADER.size
        extra_at = name_at + fields[10]
        place = extra_at + fields[11] + fields[12]
        number += 1
        if place > len(data) or number > end.entries:
            raise UsageError(_BROKEN)
        yield _header(fields, data[name_at:extra_at], data[extra_at : extra_at + fields[11]], shift)
    if number != end.entries or len(data) != end.size:
        raise UsageError(_BROKEN)


def _header(fields: tuple[int, ...], raw_name: bytes, extra: bytes, shift: int) -> Header:
    flags, method, crc, attributes, offset = fields[3], fields[4], fields[7], fields[15], fields[16]
    extras = dict(_extras(extra))
    sizes = _sizes(fields[9], fields[8], offset, extras.get(_ZIP64, b""))
    size, packed, offset = sizes or (fields[9], fields[8], offset)
    name, decodes = _decoded(raw_name, extras.get(_UNICODE_PATH, b""), is_utf_8=bool(flags & _UTF_8))
    return Header(
        name=name,
        raw_name=raw_name,
        decodes=decodes,
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset + shift,
        mode=attributes >> 16,
        is_folder=name.endswith("/") or bool(not size and (attributes & _DOS_FOLDER or stat.S_ISDIR(attributes >> 16))),
        is_encrypted=bool(flags & _ENCRYPTED),
        has_sizes=sizes is not None,
    )


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Fields by their numbers; what is malformed ends it, since nothing that follows can be found."""
    while len(extra) >= 4:  # noqa: PLR2004 - two numbers of two bytes
        number, length = struct.unpack_from("<2H", extra)
        if 4 + length > len(extra):
            return
        yield number, extra[4 : 4 + length]
        extra = extra[4 + length :]


def _sizes(size: int, packed: int, offset: int, large: bytes) -> tuple[int, int, int] | None:
    """The three, where a value that is too large for its field stands in `large`, in this order. None: it doesn't."""
    found: list[int] = []
    for short in (size, packed, offset):
        if short != _FULL_32:
            found.append(short)
        elif len(large) >= 8:  # noqa: PLR2004 - a number of eight bytes
            found.append(int.from_bytes(large[:8], "little"))
            large = large[8:]
        else:
            return None
    return found[0], found[1], found[2]


def _decoded(raw: bytes, unicode_path: bytes, *, is_utf_8: bool) -> tuple[str, bool]:
    """The name as text, and whether it is what its archive says.

    Info-ZIP keeps the UTF-8 name in a field of its own, behind a checksum of the other one. macOS and many Linux tools
    write UTF-8 and don't say so: what is valid UTF-8 is. All else is code page 437, as the format wants.
    """
    if is_utf_8:
        try:
            return raw.decode("utf-8"), True
        except UnicodeDecodeError:
            return raw.decode("utf-8", "replace"), False
    candidates = [raw]
    if unicode_path[:1] == b"\x01" and unicode_path[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
        candidates.insert(0, unicode_path[5:])
    for candidate in candidates:
        try:
            return candidate.decode("utf-8"), True
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437"), True

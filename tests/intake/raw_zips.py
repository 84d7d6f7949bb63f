"""ZIP archives byte by byte, as no honest program writes them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")


@dataclass(frozen=True, slots=True)
class Raw:
    """An entry. What is None is as it should be."""

    name: str | bytes
    content: bytes = b"{}"
    method: int = 8
    flags: int = 1 << 11
    mode: int = 0
    data: bytes | None = None
    """What stands in the archive for the content."""
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    local_name: bytes | None = None
    local_method: int | None = None
    offset: int | None = None
    extra: bytes = b""

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    @property
    def packed_data(self) -> bytes:
        if self.data is not None:
            return self.data
        return self.content if self.method == 0 else deflated(self.content)


@dataclass(frozen=True, slots=True)
class End:
    """The record at the end. What is None is as it should be."""

    disk: int = 0
    here: int | None = None
    entries: int | None = None
    size: int | None = None
    offset: int | None = None
    comment: bytes = b""
    before: bytes = b""
    behind: bytes = b""


def deflated(content: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def raw_zip(entries: Sequence[Raw], end: End | None = None) -> bytes:
    end = end or End()
    body, directory = bytearray(), bytearray()
    for entry in entries:
        offset = len(body) if entry.offset is None else entry.offset
        body += _local(entry)
        directory += _central(entry, offset)
    here = len(entries) if end.here is None else end.here
    total = here if end.entries is None else end.entries
    size = len(directory) if end.size is None else end.size
    start = len(body) if end.offset is None else end.offset
    record = _END.pack(b"PK\x05\x06", end.disk, 0, here, total, size, start, len(end.comment))
    return bytes(body + directory) + end.before + record + end.comment + end.behind


def zip64_end(entries: int, size: int, offset: int, at: int) -> bytes:
    """The records that a large archive has before its end; `at` is where they stand."""
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, offset)
    return record + struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)


def _local(entry: Raw) -> bytes:
    name = entry.raw_name if entry.local_name is None else entry.local_name
    method = entry.method if entry.local_method is None else entry.local_method
    data = entry.packed_data
    sizes = (_crc(entry), len(data) & 0xFFFFFFFF, len(entry.content))
    return _LOCAL.pack(b"PK\x03\x04", 20, entry.flags, method, 0, 33, *sizes, len(name), 0) + name + data


def _central(entry: Raw, offset: int) -> bytes:
    packed = len(entry.packed_data) if entry.packed is None else entry.packed
    size = len(entry.content) if entry.size is None else entry.size
    name, extra = entry.raw_name, entry.extra
    fields = (20 | 3 << 8, 20, entry.flags, entry.method, 0, 33, _crc(entry), packed, size)
    rest = (len(name), len(extra), 0, 0, 0, entry.mode << 16, offset)
    return _CENTRAL.pack(b"PK\x01\x02", *fields, *rest) + name + extra


def _crc(entry: Raw) -> int:
    return zlib.crc32(entry.content) if entry.crc is None else entry.crc

"""Zip archives whose bytes depend on their contents alone: who builds twice can compare, and nobody's clock is told."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Collection, Mapping

# The earliest that the format knows.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def zip_archive(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """`files` by their path with `/`, in the order of these; those in `executable` can be run once unpacked."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_DATE)
            entry.create_system = _UNIX
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFREG | (0o755 if name in executable else 0o644)) << 16
            archive.writestr(entry, files[name])
    return stream.getvalue()

"""Files of a results folder: where each report goes, and writing so that a reader never sees half a file."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

# What Windows forbids in names, and the separators of any system.
_FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|report\.json|run\.json|\.+")
# As the names below that are not kept as they were: another submission may be called so.
_LOOKS_HASHED = re.compile(r"-[0-9a-f]{8}\Z")
# ext4, APFS and NTFS take 255 bytes or characters a name; a suffix must fit in as well.
_LONGEST_NAME = 150


# Of files that are being written. A killed batch leaves some behind.
HALF_WRITTEN = ".*.part"


def report_folder(results: Path, submission_id: str) -> Path:
    """`results/reports/<id>/`. Different ids get different folders, on every file system."""
    return results.joinpath("reports", *map(_safe_name, submission_id.split("/")))


def _safe_name(name: str) -> str:
    safe = _FORBIDDEN.sub("_", name).rstrip(" .")
    if _RESERVED.fullmatch(safe) or not safe:
        safe = f"_{safe}"
    if len(safe.encode()) > _LONGEST_NAME:
        safe = safe.encode()[:_LONGEST_NAME].decode(errors="ignore")
    if safe == name and not _LOOKS_HASHED.search(name):
        return name
    return f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def write_atomically(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, wholly or not at all, whenever the process or the machine dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise

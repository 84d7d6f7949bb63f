"""Names that came from a download, as paths that can do no harm where they are unpacked."""

from __future__ import annotations

import hashlib
import re

# What Windows forbids in names, and the separators of any system.
_FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f\x7f]')
# Also what stands beside a report: an id may have another's name and more.
_RESERVED = re.compile(
    r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|\.+|(report|run|score|result|results|index)\.json|executed\.ipynb|result\.base64"
)
# As the names below that are not kept as they were: another submission may be called so.
_LOOKS_HASHED = re.compile(r"-[0-9a-f]{8}\Z")
# A suffix must fit in as well.
_LONGEST_NAME = 150
# ext4, APFS and NTFS take 255 bytes or characters a name.
_LONGEST_FOLDER = 255
_OUTWARD = re.compile(r"[/\\\x00-\x1f\x7f]|\A[A-Za-z]:|\A\.+\Z|[ .]\Z|\A\Z")


def safe_path(submission_id: str) -> str:
    """The id as a relative path with `/`, the same as in `results/reports/`. Different ids stay different."""
    return "/".join(map(_safe_name, submission_id.split("/")))


def _safe_name(name: str) -> str:
    clean = name.encode("utf-8", "replace").decode()
    safe = _FORBIDDEN.sub("_", clean).rstrip(" .")
    if _RESERVED.fullmatch(safe) or not safe:
        safe = f"_{safe}"
    if len(safe.encode()) > _LONGEST_NAME:
        safe = safe.encode()[:_LONGEST_NAME].decode(errors="ignore")
    if safe == name and not _LOOKS_HASHED.search(name):
        return name
    return f"{safe}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def is_safe_folder(name: str) -> bool:
    """Whether the platform's own name can stand in a zip as it is. It can't be mended: only this name is recognised."""
    if _OUTWARD.search(name):
        return False
    try:
        return len(name.encode()) <= _LONGEST_FOLDER
    except UnicodeEncodeError:
        return False

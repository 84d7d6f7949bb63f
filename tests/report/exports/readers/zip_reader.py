"""A zip as platforms unpack it: safe relative names, each once, UTF-8 flagged where it has to be, and of no time."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath

from tests.report.exports.readers.refusal import RefusedError, demand

_UTF_8_FLAG = 0x800
_BAD = re.compile(r"[\x00-\x1f\x7f\\]")


def read_zip(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            demand(archive.testzip() is None, "a damaged entry")
            infos = archive.infolist()
            names = [info.filename for info in infos]
            demand(names == sorted(set(names)), "names that aren't sorted, or occur twice")
            for info in infos:
                _demand_safe(info)
            return {info.filename: archive.read(info) for info in infos}
    except zipfile.BadZipFile as error:
        raise RefusedError(str(error)) from error


def _demand_safe(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = PurePosixPath(name).parts
    demand(not name.startswith("/") and not re.match("[A-Za-z]:", name), f"an absolute name: {name}")
    demand(".." not in parts and "." not in name.split("/") and not _BAD.search(name), f"an unsafe name: {name!r}")
    demand(not info.is_dir(), f"a folder: {name}")
    demand(name.isascii() or info.flag_bits & _UTF_8_FLAG, f"{name}: is not flagged as UTF-8")
    demand(info.date_time == (1980, 1, 1, 0, 0, 0), f"{name}: has a time")
    demand(info.external_attr >> 16 == 0o100644, f"{name}: is no ordinary file")


def read_moodle_feedback(content: bytes) -> dict[str, bytes]:
    """Participant's number ─▶ file, as Moodle's importer reads names (mod/assign/feedback/file/importziplib.php)."""
    found: dict[str, bytes] = {}
    for name, file in read_zip(content).items():
        folder, slash, rest = name.partition("/")
        parts = folder.split("_", 4)
        demand(slash and rest and "/" not in rest, f"no single file in a folder: {name}")
        demand(len(parts) >= 4 and parts[1].isdecimal(), f"no participant in {folder}")
        demand(parts[2:4] == ["assignsubmission", "file"], f"no plugin in {folder}")
        demand(parts[1] not in found, f"two files of participant {parts[1]}")
        demand(not rest.startswith((".", "~")), f"a hidden file: {name}")
        found[parts[1]] = file
    return found


def read_ilias_feedback(content: bytes) -> dict[str, bytes]:
    """The download's folder ─▶ file."""
    found: dict[str, bytes] = {}
    for name, file in read_zip(content).items():
        parts = name.split("/")
        demand(len(parts) == 3 and parts[0] == "multi_feedback", f"not multi_feedback/<folder>/<file>: {name}")
        demand(parts[1] not in found, f"two files in {parts[1]}")
        found[parts[1]] = file
    return found

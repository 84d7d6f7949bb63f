"""Downloads as platforms make them, zipped or as folders, of a class that fits in a few lines."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Student:
    first: str
    last: str
    login: str
    number: int
    """What the platform counts this student, or this hand-in, by."""
    late: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    """By the names that the student gave them, folders and all."""


_Content: TypeAlias = dict[str, bytes]
"""Paths and contents; an empty folder ends with a slash."""

_TIME = "2024-05-01-10-00-00"


def download_content(platform: str, students: Sequence[Student]) -> _Content:
    """What lies in the download. `platform` is one of `PLATFORMS`."""
    return {path: content for student in students for path, content in _PLATFORMS[platform](student)} | (
        {"assignment_77_export/submission_metadata.yml": _gradescope_metadata(students)}
        if platform == "gradescope"
        else {}
    )


def make_download(platform: str, students: Sequence[Student], target: Path, *, as_zip: bool) -> Path:
    """Write the download into the folder `target`, as a zip or as the folder that it unpacks to, and say where."""
    content = download_content(platform, students)
    if as_zip:
        return write_zip(target / f"{platform}.zip", content)
    return write_folder(target / platform, content)


def write_zip(path: Path, content: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def write_folder(folder: Path, content: Mapping[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


_Files: TypeAlias = Iterator[tuple[str, bytes]]


def _moodle(student: Student) -> _Files:
    who = f"{student.first} {student.last}_{student.number}_assignsubmission"
    for name, content in student.files.items():
        yield f"{who}_file/{name}", content
    if not student.files:
        yield f"{who}_onlinetext/onlinetext.html", b"<p>I could not upload it.</p>"


def _moodle_flat(student: Student) -> _Files:
    for path, content in _moodle(student):
        top, _, name = path.partition("/")
        yield f"{top}_{name.replace('/', '_')}", content


def _canvas(student: Student) -> _Files:
    name = re.sub(r"\W", "", f"{student.last}{student.first}".lower())
    who = f"{name}{'_LATE' if student.late else ''}_{student.number}"
    for index, (path, content) in enumerate(student.files.items()):
        yield f"{who}_{900_000 + 1000 * student.number + index}_{_base(path)}", content
    if not student.files:
        yield f"{who}_text.html", b"<p>I could not upload it.</p>"


def _blackboard(student: Student) -> _Files:
    who = f"Sheet_1_{student.login}_attempt_{_TIME}"
    for path, content in student.files.items():
        yield f"{who}_{_base(path)}", content
    yield f"{who}.txt", _receipt(student).encode()


def _receipt(student: Student) -> str:
    return (
        f"Name: {student.first} {student.last} ({student.login})\nAssignment: Sheet_1\n"
        "Date Submitted: Wednesday, May 1, 2024 10:00:00 AM CEST\nCurrent Grade: Needs Grading\n\n"
        "Submission Field:\nThere is no student submission text data for this assignment.\n\nComments:\n"
        "Name: Somebody Else (root)\n\nFiles:\n\tOriginal filename: sheet.ipynb\n"
    )


def _ilias(student: Student) -> _Files:
    folder = f"Submissions/{_ascii(student.last)}_{_ascii(student.first)}_{student.login}_{student.number}/"
    yield folder, b""
    for path, content in student.files.items():
        above, slash, name = path.rpartition("/")
        yield f"{folder}{above}{slash}{'Late Submission - ' if student.late else ''}{name}", content


def _gradescope(student: Student) -> _Files:
    yield f"assignment_77_export/submission_{student.number}/", b""
    for path, content in student.files.items():
        yield f"assignment_77_export/submission_{student.number}/{path}", content


def _gradescope_metadata(students: Sequence[Student]) -> bytes:
    lines = ["---"]
    for student in students:
        lines += [
            f"submission_{student.number}:",
            "  :submitters:",
            f"  - :name: {student.first} {student.last}",
            f"    :sid: '{student.number}'",
            f"    :email: {student.login}@example.edu",
            "  :created_at: 2024-05-01 10:00:00.000000000 Z",
            "  :results:",
            "    tests:",
            "    - output: |",
            "        :submitters:",
            "        - :name: Somebody Else",
        ]
    return "\n".join(lines).encode() + b"\n"


def _nbgrader(student: Student) -> _Files:
    folder = f"submitted/{student.login}/attention/"
    yield folder, b""
    for path, content in student.files.items():
        yield folder + path, content
    yield f"{folder}timestamp.txt", b"2024-05-01 10:00:00.000000 UTC"


def _folders(student: Student) -> _Files:
    yield f"{student.login}/", b""
    for path, content in student.files.items():
        yield f"{student.login}/{path}", content


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


_PLATFORMS: Mapping[str, Callable[[Student], _Files]] = {
    "moodle": _moodle,
    "moodle-flat": _moodle_flat,
    "canvas": _canvas,
    "blackboard": _blackboard,
    "ilias": _ilias,
    "gradescope": _gradescope,
    "nbgrader": _nbgrader,
    "folders": _folders,
}
PLATFORMS = tuple(_PLATFORMS)

"""Feedback files in one zip, each in the folder that the student had in the platform's download.

The same reports give the same bytes: names are sorted, and every entry is of 1980, the oldest that a zip can tell.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.report.exports.claims import handed_in_twice
from grader.report.exports.exported import LeftOut, grader_fault, has_score
from grader.report.exports.feedback_text import FeedbackFile
from grader.report.safe_names import is_safe_folder
from grader.score_report import Owner, ScoreReport

_OLDEST = (1980, 1, 1, 0, 0, 0)
_ORDINARY_FILE = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Placed:
    entries: Mapping[str, bytes]
    left_out: tuple[LeftOut, ...]


def place_feedback(
    reports: Sequence[ScoreReport], path_in: Callable[[Owner, str], str], feedback: FeedbackFile
) -> Placed:
    """Path and content of each feedback file. `path_in` gives a file's path, or nothing where it can have none."""
    twice = handed_in_twice(reports)
    paths: dict[str, tuple[str, bytes]] = {}
    left_out: list[LeftOut] = []
    for report in reports:
        id_ = report.submission.id
        path, content, why = _one(report, path_in, feedback)
        why = twice.get(id_, "") if has_score(report) and id_ in twice else why
        if why:
            left_out.append(LeftOut(id_, why))
        else:
            paths[id_] = (path, content)
    shared = {path for path, times in Counter(path for path, _ in paths.values()).items() if times > 1}
    left_out += [LeftOut(id_, _SHARED) for id_, (path, _) in paths.items() if path in shared]
    return Placed({path: content for path, content in paths.values() if path not in shared}, tuple(left_out))


_SHARED = "Another submission lies in the same folder of the download: who gets which feedback can't be told."


def _one(report: ScoreReport, path_in: Callable[[Owner, str], str], feedback: FeedbackFile) -> tuple[str, bytes, str]:
    """Path, content, and why there is none."""
    owner = report.submission.owner
    if not has_score(report):
        return "", b"", grader_fault(report)
    if owner is None:
        return "", b"", "Who handed it in is not known: no feedback file. Grade the platform's own download."
    name, content = feedback(report)
    if not is_safe_folder(name):
        message = f'"{name}" is no name for a feedback file.'
        raise UsageError(message)
    path = path_in(owner, name)
    if not path:
        return "", b"", "Its folder in the download is not known, or has no safe name: no feedback file."
    return path, content, ""


def zipped(entries: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(entries):
            info = zipfile.ZipInfo(path, _OLDEST)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _ORDINARY_FILE, _UNIX
            archive.writestr(info, entries[path])
    return stream.getvalue()

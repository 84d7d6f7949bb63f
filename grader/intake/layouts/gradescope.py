"""Gradescope's "Export Submissions": `assignment_<id>_export/submission_<id>/…` and a `submission_metadata.yml`."""

from __future__ import annotations

import re

from grader.intake.handed_in import Arranged, Circumstances, HandedFile, HandedIn, Layout, Node
from grader.intake.layouts.gradescope_metadata import METADATA_BYTES, Submitted, read_metadata
from grader.intake.tree import entries_below, fitting
from grader.score_report import Owner

_FOLDER = re.compile(r"submission_\d+")
_LARGE = re.compile(r"submission_\d{4,}")
_UNKNOWN = Submitted()


def is_likely(root: Node) -> bool:
    """Whether there are submissions with their metadata, or with numbers that nobody counts up to."""
    good, bad = fitting(root, _is_submission)
    described = any(map(_is_metadata, root.children))
    large = all(_LARGE.fullmatch(child.name) for child in root.children if _is_submission(child))
    return good > 0 and bad <= good and (described or large)


def arrange(root: Node, circumstances: Circumstances) -> Arranged:
    """Each folder is one submission, of one student or a team; the metadata says whose."""
    folders = {child.name: child for child in root.children if _is_submission(child)}
    others = [child for child in root.children if not _is_submission(child)]
    metadata: dict[str, Submitted] = {}
    for child in filter(_is_metadata, others):
        for entry in entries_below(child):
            metadata |= read_metadata(circumstances.glance(entry, METADATA_BYTES))
    lost = [name for name in metadata if _FOLDER.fullmatch(name) and name not in folders]
    return Arranged(
        (
            *(_handed_in(name, node, metadata.get(name, _UNKNOWN)) for name, node in folders.items()),
            # Gradescope knows of it, but nothing of it is in the download.
            *(_handed_in(name, Node(name, name, root.source), metadata[name]) for name in lost),
        ),
        tuple(entry for child in others if not _is_metadata(child) for entry in entries_below(child)),
    )


def _is_submission(child: Node) -> bool:
    return child.is_folder and _FOLDER.fullmatch(child.name) is not None


def _is_metadata(child: Node) -> bool:
    return not child.is_folder and child.name == "submission_metadata.yml"


def _handed_in(name: str, node: Node, submitted: Submitted) -> HandedIn:
    return HandedIn(
        id=name,
        owner=Owner(
            platform=Layout.GRADESCOPE,
            id=", ".join(filter(None, submitted.sids)),
            name=", ".join(filter(None, submitted.names)),
            folder=name,
            late=submitted.late,
            email=", ".join(filter(None, submitted.emails)),
        ),
        node=node,
        nothing="Nothing was handed in: the folder is empty.",
        files=tuple(HandedFile(path, entry) for path, entry in node.files()),
    )

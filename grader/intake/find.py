"""Paths as the caller named them ─▶ the submissions there, who handed them in, and what was left out."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import UsageError
from grader.intake.contents import glance
from grader.intake.handed_in import Circumstances, Entry, Intake, Layout, Node, Skipped
from grader.intake.layouts import Recognised, demand, recognise
from grader.intake.named_paths import Kind, Named, open_named
from grader.intake.plain import plain_skipped, plain_submissions, prefix_of
from grader.intake.submissions import take_stray, take_submission
from grader.intake.tree import build_tree
from grader.intake.unique_ids import Candidate, with_unique_ids
from grader.model import SubmissionFile
from grader.plaintext import decodable, one_line


@dataclass(frozen=True, slots=True)
class _Download:
    """What belongs together: one thing that was named, or students' folders that were named one by one."""

    named: tuple[Named, ...]
    recognised: Recognised | None
    prefix: str
    """What stands before its paths where they are shown."""
    place: str
    """Where it lies, below all that was named."""


def find_submissions(
    paths: Sequence[Path], assignment: Assignment | None = None, layout: Layout = Layout.AUTO
) -> Intake:
    """All submissions among `paths`: notebooks, folders, and platforms' downloads, zipped or not.

    With the `assignment`, the right one of a student's several notebooks is known by what it defines, and the right
    folder of several assignments by its name. Ids are unique, whatever a file system takes for one name.

    Raises UsageError where a path doesn't exist, a folder can't be read, nothing is found, or nothing has the `layout`
    that the caller named.
    """
    named, refused = open_named(paths)
    if not named:
        raise _nothing(paths, refused)
    circumstances = Circumstances(glance, assignment)
    base = Path(os.path.commonpath([one.root for one in named]))
    downloads = list(_downloads(named, layout, circumstances, base))
    skipped, submissions = list(refused), list[Candidate]()
    for download in downloads:
        if download.recognised is None:
            submissions += plain_submissions(download.named[0], download.prefix, download.place)
            skipped += plain_skipped(download.named[0], download.prefix)
        else:
            found, left_out = _of_platform(download, download.recognised, circumstances)
            submissions += found
            skipped += left_out
    if not submissions:
        raise _nothing(paths, skipped)
    layouts = {
        one.name: Layout.PLAIN.value if download.recognised is None else download.recognised.layout.value
        for download in downloads
        for one in download.named
    }
    ordered = sorted(skipped, key=lambda one: (one.file, one.reason))
    return Intake(tuple(with_unique_ids(submissions)), tuple(ordered), dict(sorted(layouts.items())))


# --- whose download it is --------------------------------------------------------------------------------------------


def _downloads(named: Sequence[Named], layout: Layout, circumstances: Circumstances, base: Path) -> Iterator[_Download]:
    """Students' folders or files that were named one by one (`download/*`) are one download, if they look like one."""
    siblings: defaultdict[Path, list[Named]] = defaultdict(list)
    for one in named:
        siblings[one.path if one.kind is Kind.ARCHIVE else one.path.parent].append(one)
    for parent, group in siblings.items():
        together = _together(parent, group, layout) if len(group) > 1 else None
        if together is not None:
            prefix = f"{decodable(parent.name)}/" if parent != base else ""
            yield _Download(tuple(group), together, prefix, _place(parent, base))
            continue
        for one in group:
            yield _alone(one, layout, circumstances, base)


def _alone(one: Named, layout: Layout, circumstances: Circumstances, base: Path) -> _Download:
    tree = _tree(one)
    if layout is Layout.PLAIN:
        found = None
    elif one.kind is Kind.FILE:
        found = _together(one.path.parent, [one], layout)
    elif layout is Layout.AUTO:
        found = recognise(tree)
    else:
        found = demand(tree, layout, circumstances)
    if found is None and one.kind is Kind.FOLDER and layout is Layout.AUTO:
        # One student's folder, named by itself.
        found = _together(one.path.parent, [one], layout)
    return _Download((one,), found, prefix_of(one, base), _place(one.root, base))


def _place(root: Path, base: Path) -> str:
    return decodable(os.path.relpath(root, base))


def _tree(one: Named) -> Node:
    return build_tree(decodable(one.root.name), one.path, one.entries)


def _together(parent: Path, group: Sequence[Named], layout: Layout) -> Recognised | None:
    """The named things as the top of one download, if their own names say whose it is."""
    if layout in {Layout.PLAIN, Layout.FOLDERS}:
        return None
    entries: list[Entry] = []
    for one in group:
        if one.kind is Kind.FOLDER:
            top = decodable(one.path.name)
            entries.append(Entry(top, one.path, is_folder=True))
            entries += [replace(entry, path=f"{top}/{entry.path}") for entry in one.entries]
        else:
            entries += one.entries
    found = recognise(build_tree(decodable(parent.name), parent, entries), wrapped=False)
    return found if found is not None and layout in {Layout.AUTO, found.layout} else None


# --- submissions -----------------------------------------------------------------------------------------------------


def _of_platform(
    download: _Download, recognised: Recognised, circumstances: Circumstances
) -> tuple[list[Candidate], list[Skipped]]:
    arranged = recognised.arranged(circumstances)
    submissions: list[SubmissionFile] = []
    skipped = list(arranged.skipped)
    for handed_in in arranged.handed_in:
        taken = take_submission(handed_in, circumstances)
        submissions.append(taken.submission)
        skipped += taken.skipped
    for entry in arranged.strays:
        stray = take_stray(entry, recognised.layout.value)
        if isinstance(stray, Skipped):
            skipped.append(stray)
        else:
            submissions.append(stray)
    return (
        [_candidate(one, download) for one in submissions],
        [replace(one, file=download.prefix + one.file) for one in skipped],
    )


def _candidate(one: SubmissionFile, download: _Download) -> Candidate:
    place = f"{download.place}/{one.file}"
    return Candidate(replace(one, file=download.prefix + one.file), (one.id,), place)


def _nothing(paths: Sequence[Path], skipped: Sequence[Skipped]) -> UsageError:
    named = ", ".join(decodable(str(path)) for path in paths)
    message = f"{named}: no notebook (.ipynb) here. Name a notebook, or a folder that holds some."
    left_out = [f"{one_line(one.file)}: {one.reason}" for one in skipped[:3]]
    return UsageError("\n".join([message, *left_out]))

"""What one student handed in ─▶ the submission that is graded, and what is left out, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from grader.assignment import Limits
from grader.intake.choice import Candidate, choose
from grader.intake.file_kinds import is_archive, is_notebook, is_notebook_saved_as_text, stem_of
from grader.intake.handed_in import Circumstances, Entry, HandedFile, HandedIn, Skipped
from grader.model import SubmissionFile
from grader.plaintext import one_line
from grader.score_report import Remark

_MOST_NAMED = 5
ARCHIVED = "Archives within a download are not opened. Hand in the .ipynb itself."


@dataclass(frozen=True, slots=True)
class Taken:
    submission: SubmissionFile
    skipped: tuple[Skipped, ...] = ()


def take_submission(handed_in: HandedIn, circumstances: Circumstances) -> Taken:
    """The notebook that counts. Where none may be opened, the submission says what was there instead."""
    notebooks = _openable(handed_in.files, is_notebook) or _openable(handed_in.files, is_notebook_saved_as_text)
    return _chosen(handed_in, notebooks, circumstances) if notebooks else _none_chosen(handed_in)


def take_stray(entry: Entry, layout: str) -> SubmissionFile | Skipped:
    """A file that is no student's by the download's form. A notebook is never lost."""
    if not may_be_notebook(entry):
        return Skipped(entry.path, entry.refusal or f"It has not the form of a download of {layout}.")
    message = (
        f"The notebook lay outside of what a download of {layout} holds for each student: whose it is, is unknown."
    )
    return SubmissionFile(
        stem_of(entry.path),
        entry.source,
        entry.path,
        refusal=entry.refusal,
        entry=entry.name_in_archive,
        remarks=(Remark("stray_notebook", message),),
    )


def may_be_notebook(entry: Entry) -> bool:
    """Also where a refused name hides it: `x.ipynb` with a NUL and more behind it."""
    return is_notebook(entry.path) or (entry.refusal is not None and ".ipynb" in entry.path.lower())


def _openable(files: Iterable[HandedFile], kind: Callable[[str], bool]) -> list[HandedFile]:
    return [file for file in files if kind(file.name) and file.entry.refusal is None]


def _submission(handed_in: HandedIn, entry: Entry, refusal: str | None, remarks: Sequence[Remark]) -> SubmissionFile:
    return SubmissionFile(
        handed_in.id,
        entry.source,
        entry.path,
        refusal=refusal,
        entry=entry.name_in_archive,
        owner=handed_in.owner,
        remarks=tuple(remarks),
    )


# --- one is graded ---------------------------------------------------------------------------------------------------


def _chosen(handed_in: HandedIn, notebooks: Sequence[HandedFile], circumstances: Circumstances) -> Taken:
    latest = max(file.attempt for file in notebooks)
    among = [file for file in notebooks if file.attempt == latest]
    limits = Limits() if circumstances.assignment is None else circumstances.assignment.limits
    choice = choose(
        [
            Candidate(file.name, file.sequence, partial(circumstances.glance, file.entry, limits.notebook_bytes))
            for file in among
        ],
        circumstances.assignment,
    )
    picked = among[choice.index]
    reasons: dict[HandedFile, str] = {}
    for file in notebooks:
        reasons[file] = f"Of an earlier attempt than the one that is graded, of {latest}."
    for file in among:
        reasons[file] = f"Another notebook of the same student: {_shown(picked)} is graded, since {choice.reason}."
    remarks = [
        *_attempts_remark(notebooks, latest),
        *_choice_remark(picked, among, choice.reason),
        *_suffix_remark(picked),
    ]
    others = [file for file in handed_in.files if file is not picked]
    return Taken(
        _submission(handed_in, picked.entry, None, remarks),
        tuple(_skipped(file, reasons.get(file, _BESIDE)) for file in others),
    )


def _skipped(file: HandedFile, reason: str) -> Skipped:
    said = _why_not(file) or reason
    return Skipped(file.entry.path, said, is_usual=said in {_BESIDE, _NO_NOTEBOOK})


_BESIDE = "Handed in beside the notebook, which alone is graded."


def _why_not(file: HandedFile) -> str:
    """What speaks against a file, whatever else there is."""
    return file.entry.refusal or (ARCHIVED if is_archive(file.name) else "")


def _attempts_remark(notebooks: Sequence[HandedFile], latest: str) -> Iterator[Remark]:
    attempts = {file.attempt for file in notebooks}
    if len(attempts) > 1:
        message = f"There were {len(attempts)} attempts with a notebook. The latest of them, of {latest}, is graded."
        yield Remark("chosen_attempt", message)


def _choice_remark(picked: HandedFile, among: Sequence[HandedFile], reason: str) -> Iterator[Remark]:
    if len(among) > 1:
        others = _listed([file.name for file in among if file is not picked])
        message = f"There were {len(among)} notebooks. {_shown(picked)} is graded, since {reason}. Left out: {others}."
        yield Remark("chosen_notebook", message)


def _suffix_remark(picked: HandedFile) -> Iterator[Remark]:
    if not is_notebook(picked.name):
        message = f"The file is called {_shown(picked)}, and was read as a notebook. Hand in the .ipynb itself."
        yield Remark("saved_as_text", message)


# --- none is graded --------------------------------------------------------------------------------------------------


def _none_chosen(handed_in: HandedIn) -> Taken:
    files = handed_in.files
    refused = [file for file in files if file.entry.refusal is not None]
    hidden = [file for file in refused if may_be_notebook(file.entry)]
    archives = [file for file in files if file.entry.refusal is None and is_archive(file.name)]
    told = next((group[0] for group in (hidden, archives, refused) if group), None)
    if told is None:
        return _absent(handed_in)
    refusal = told.entry.refusal or f"No notebook was handed in, but an archive, {_shown(told)}. {ARCHIVED}"
    others = [file for file in files if file is not told]
    return Taken(
        _submission(handed_in, told.entry, refusal, ()),
        tuple(_skipped(file, _NO_NOTEBOOK) for file in others),
    )


_NO_NOTEBOOK = "It is no notebook (.ipynb), and its student handed in none that can be read."


def _absent(handed_in: HandedIn) -> Taken:
    names = [file.name for file in handed_in.files]
    absence = f"No notebook (.ipynb) was handed in, but {_listed(names)}." if names else handed_in.nothing
    submission = SubmissionFile(
        handed_in.id, handed_in.node.source, handed_in.node.path, owner=handed_in.owner, absence=absence
    )
    return Taken(submission, tuple(Skipped(file.entry.path, _NO_NOTEBOOK) for file in handed_in.files))


def _shown(file: HandedFile) -> str:
    return one_line(file.name, 80)


def _listed(names: Sequence[str]) -> str:
    shown = [one_line(name, 80) for name in sorted(names)[:_MOST_NAMED]]
    rest = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown) + rest

"""Moodle: the offline grading worksheet that the instructor downloaded, filled; and the zip of feedback files.

A worksheet is never made up: Moodle knows its rows by numbers that only it gives out, and its columns by their labels
in the instructor's language.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import UsageError
from grader.plaintext import one_line
from grader.report.cell_text import decimal_sign, inert_html, number, read_number
from grader.report.exports.claims import Rows, claim_rows, squeezed
from grader.report.exports.delimited import Table, read_table, write_table
from grader.report.exports.exported import Exported, distinct
from grader.report.exports.feedback_text import summary_lines
from grader.report.exports.feedback_zip import place_feedback, zipped
from grader.report.exports.grades import (
    Filled,
    GradeColumn,
    column_of,
    fill_grades,
    needed_column,
    other_maximum,
    rows_by,
)
from grader.report.exports.moodle_labels import ENGLISH, LANGUAGES, Labels
from grader.report.exports.request import Request, Worksheet
from grader.report.safe_names import is_safe_folder
from grader.score_report import Owner, ScoreReport

FEEDBACK = "feedback.zip"
_PLATFORM = "moodle"
_MEND = "Download the worksheet anew (View all submissions > Grading action > Download grading worksheet)."
_NUMBER_AT_END = re.compile(r"(?P<number>[0-9]+)\s*\Z")
_NO_WORKSHEET = (
    "No worksheet was given, so there are feedback files alone, and no grades. For these give the assignment's own: "
    "View all submissions > Grading action > Download grading worksheet."
)


def export_moodle(request: Request) -> Exported:
    """Raises UsageError where the file is no worksheet, or one that can't take points."""
    placed = place_feedback(request.reports, _path_in, request.options.feedback)
    files = {FEEDBACK: zipped(placed.entries)}
    if request.worksheet is None:
        return Exported(files, placed.left_out, (_NO_WORKSHEET,))
    sheet = _read_sheet(request.worksheet)
    filled = _fill_grades(sheet, request.reports)
    comments, notes = _comments(sheet, filled.rows)
    content = write_table(sheet.table, {**filled.changes, **comments})
    left_empty = distinct((*filled.left_empty, *placed.left_out))
    return Exported({request.worksheet.name: content, **files}, left_empty, (*filled.notes, *notes))


# --- the worksheet ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sheet:
    table: Table
    labels: Labels
    students: tuple[int, ...]
    identifier: int
    grade: int
    maximum: int | None
    can_be_changed: int | None
    comments: int | None
    full_name: int | None
    group: int | None

    def maximum_of(self, row: int) -> float | None:
        return None if self.maximum is None else read_number(self.table.text(row, self.maximum))


def _read_sheet(worksheet: Worksheet) -> _Sheet:
    table = read_table(worksheet, lambda labels: _language_of(labels) is not None, _WHICH_LABELS)
    labels = _language_of(table.header) or ENGLISH
    _refuse_scale(table, labels)
    return _Sheet(
        table=table,
        labels=labels,
        students=tuple(table.filled_rows()),
        identifier=needed_column(table, [labels.identifier], _MEND),
        grade=needed_column(table, [labels.grade], _MEND),
        maximum=column_of(table, [labels.maximum], _MEND),
        can_be_changed=column_of(table, [labels.can_be_changed], _MEND),
        comments=column_of(table, [labels.comments], _MEND),
        full_name=column_of(table, [labels.full_name], _MEND),
        group=column_of(table, [labels.group], _MEND),
    )


def _language_of(header: Sequence[str]) -> Labels | None:
    """Without all three of these Moodle refuses the file."""
    found = {label.casefold() for label in header}
    for labels in LANGUAGES:
        if {one.casefold() for one in (labels.identifier, labels.grade, labels.modified)} <= found:
            return labels
    return None


_NEEDED = "; ".join(f"{one.identifier}, {one.grade}, {one.modified}" for one in LANGUAGES)
_WHICH_LABELS = (
    f"A Moodle worksheet has the columns {_NEEDED}, by language. If yours is in another one, switch Moodle to English "
    f"in your profile, and upload it in English, too. {_MEND}"
)


def _refuse_scale(table: Table, labels: Labels) -> None:
    if column_of(table, [labels.maximum], _MEND) is None and column_of(table, labels.scale, _MEND) is not None:
        message = (
            f"{table.name}: the assignment is graded on a scale, which can't take points. Set its grade type to points "
            "in Moodle (Settings > Grade > Type: Point), then download the worksheet anew."
        )
        raise UsageError(message)


def _fill_grades(sheet: _Sheet, reports: Sequence[ScoreReport]) -> Filled:
    columns = [one for one in (sheet.maximum, sheet.grade) if one is not None]
    signs = (decimal_sign(sheet.table.column(one, sheet.students)) for one in columns)
    grades = GradeColumn(sheet.table, sheet.grade, sheet.students, next(filter(None, signs), "."))
    claims = claim_rows(reports, _Participants(sheet).rows_of)
    filled = fill_grades(grades, claims, lambda row, one: _refusal(sheet, row, one))
    maxima = {sheet.maximum_of(row) for row in sheet.students}
    most = maxima.pop() if len(maxima) == 1 else None
    notes = (*other_maximum(most, reports, "The worksheet"), *filled.notes)
    return Filled(filled.changes, filled.rows, filled.left_empty, notes)


def _refusal(sheet: _Sheet, row: int, report: ScoreReport) -> str:
    if sheet.can_be_changed is not None:
        said = sheet.table.text(row, sheet.can_be_changed).strip()
        if said.casefold() == sheet.labels.no.casefold():
            return f'"{sheet.labels.can_be_changed}" says {said}. Unlock the grade in Moodle\'s gradebook.'
    most = sheet.maximum_of(row)
    if most is not None and report.score is not None and report.score > most:
        return f"Moodle drops grades above {number(most)} without a word, and this is {number(report.score)}."
    return ""


# --- students and teams ----------------------------------------------------------------------------------------------


def _participant(cell: str) -> str:
    """ "Participant 123456" and "Teilnehmer/in123456" ─▶ "123456": the word is the language's, the number counts."""
    found = _NUMBER_AT_END.search(cell)
    return found["number"].lstrip("0") if found else ""


class _Participants:
    """Students by number. Teams by name: the number of a group is no participant's, though it may look like one."""

    def __init__(self, sheet: _Sheet) -> None:
        self.sheet = sheet
        self.by_number = rows_by(sheet.table, sheet.identifier, sheet.students, _participant, _MEND)
        self.teams: defaultdict[str, list[int]] = defaultdict(list)
        if sheet.group is not None:
            for row in sheet.students:
                self.teams[squeezed(sheet.table.text(row, sheet.group))].append(row)

    def rows_of(self, owner: Owner) -> Rows | str:
        if owner.platform != _PLATFORM:
            return "Moodle knows students by numbers that only its own download tells. Grade that download."
        name = squeezed(owner.name)
        if name and name in self.teams:
            return tuple(self.teams[name])
        row = self.by_number.get(_participant(owner.id))
        if row is None:
            return f'The worksheet has no participant {one_line(owner.id)} ("{one_line(owner.name)}").'
        return (row,) if self._may_be(row, name) else _somebody_else(row, owner)

    def _may_be(self, row: int, name: str) -> bool:
        if not self.teams or self.sheet.full_name is None:
            return True
        there = squeezed(self.sheet.table.text(row, self.sheet.full_name))
        return bool(there) and bool(name) and (there in name or name in there)


def _somebody_else(row: int, owner: Owner) -> str:
    id_, name = one_line(owner.id), one_line(owner.name)
    return f'There is no team "{name}", and the participant {id_} (row {row + 1}) has another name.'


# --- feedback comments -----------------------------------------------------------------------------------------------

# The digest tells whether somebody has changed the text since: then it is theirs.
_OURS = re.compile(r"Automatic feedback (?P<digest>[0-9a-f]{8})<br />(?P<rest>.*)", re.DOTALL)


def comment(report: ScoreReport) -> str:
    """A short text as Moodle stores it: HTML, whatever the file is (mod/assign/feedback/comments/locallib.php)."""
    rest = inert_html(summary_lines(report))
    return f"Automatic feedback {_digest(rest)}<br />{rest}"


def is_ours(cell: str) -> bool:
    """Whether an earlier export wrote it, and nobody has changed it since."""
    found = _OURS.fullmatch(cell.strip())
    return found is not None and found["digest"] == _digest(found["rest"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _comments(sheet: _Sheet, rows: Mapping[int, ScoreReport]) -> tuple[dict[tuple[int, int], str], list[str]]:
    if sheet.comments is None:
        return {}, ["The worksheet has no feedback comments: switch them on in the assignment's settings to have them."]
    changes: dict[tuple[int, int], str] = {}
    kept: list[int] = []
    for row, report in rows.items():
        before = sheet.table.text(row, sheet.comments)
        if before.strip() and not is_ours(before):
            kept.append(row)
        elif before.strip() != comment(report):
            changes[row, sheet.comments] = comment(report)
    return changes, [*_kept(kept)]


def _kept(rows: Sequence[int]) -> Iterator[str]:
    if rows:
        named = ", ".join(str(row + 1) for row in rows)
        yield f"Feedback that somebody has written stays: row{'s' * (len(rows) > 1)} {named}."


# --- feedback files --------------------------------------------------------------------------------------------------


def _path_in(owner: Owner, file: str) -> str:
    return f"{owner.folder}/{file}" if is_safe_folder(owner.folder) else ""

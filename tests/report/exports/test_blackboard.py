"""Blackboard's gradebook comes back in UTF-16 or UTF-8 as it was, with one column filled by username."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.report.exports import Exported, Format, Options, export
from grader.score_report import Owner, ScoreReport
from tests.report.exports import worksheets
from tests.report.exports.readers.table_reader import changes
from tests.report.exports.reports import NOW, any_report, full, owner_of, scored, varied_class
from tests.report.exports.tables import CELLS, FORMS, Form, written

COLUMN = "Sheet 3: Distances [Total Pts: 100 Score] |1258244"
BOTH = [(worksheets.BLACKBOARD_XLS, "\t"), (worksheets.BLACKBOARD_CSV, ",")]


def filled(reports: list[ScoreReport], gradebook: bytes | None, column: str = "") -> Exported:
    return export(
        Format.BLACKBOARD, reports, fill=gradebook, fill_name="gc.xls", now=NOW, options=Options(column=column)
    )


def changed(exported: Exported, gradebook: bytes, delimiter: str) -> dict[int, str]:
    found = changes(gradebook, exported.files["gc.xls"], delimiter, [COLUMN])
    return {row: text for (row, _), text in found.items()}


def refusal(gradebook: bytes | None, column: str = "") -> str:
    with pytest.raises(UsageError) as caught:
        filled(varied_class("blackboard"), gradebook, column)
    return str(caught.value)


@pytest.mark.parametrize(("gradebook", "delimiter"), BOTH)
def test_a_class_of_all_kinds_goes_into_its_column_and_nowhere_else(gradebook: bytes, delimiter: str) -> None:
    exported = filled(varied_class("blackboard"), gradebook)
    assert changed(exported, gradebook, delimiter) == {2: "100", 3: "47.55", 4: "0", 5: "0", 6: "0", 8: "95.5"}
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]
    assert exported.notes == (
        "What stood in the column was replaced in rows 3, 4.",
        "No submission belongs to row 9: left as they are.",
    )
    assert filled(varied_class("blackboard"), exported.files["gc.xls"]).files == exported.files


def test_without_a_gradebook_it_says_what_to_download() -> None:
    assert "Work Offline > Download" in refusal(None)


@pytest.mark.parametrize(
    ("owner", "rows"),
    [
        (owner_of("blackboard", "CORA", ""), [9]),
        (owner_of("gradescope", "cora, 101", "C, J"), [2, 9]),
        (owner_of("moodle", "101", "Jane Doe"), []),
        (owner_of("canvas", "101", "Jane Doe"), []),
        (owner_of("blackboard", "nobody", "N"), []),
        (owner_of("gradescope", "cora, nobody", "C, N"), []),
    ],
)
def test_students_are_known_by_username_alone(owner: Owner, rows: list[int]) -> None:
    exported = filled([full("a", owner)], worksheets.BLACKBOARD_XLS)
    assert list(changed(exported, worksheets.BLACKBOARD_XLS, "\t")) == rows
    assert len(exported.left_empty) == (0 if rows else 1)


def test_a_calculated_total_is_no_column_to_fill() -> None:
    said = refusal(worksheets.BLACKBOARD_XLS, "Weighted Total")
    assert "no column" in said
    assert '"Essay [EXTRA CREDIT]"' in said


def test_a_column_of_letters_or_percentages_would_take_points_for_these() -> None:
    assert "shows Letter" in refusal(worksheets.BLACKBOARD_XLS, "Essay [EXTRA CREDIT]")
    percent = worksheets.BLACKBOARD_CSV.replace(b"100 Score", b"100 Percentage")
    assert "shows Percentage" in refusal(percent)


def test_other_total_points_are_said_thousands_too() -> None:
    for said, points in ((b"1,500 Score", "1500"), (b"50.00000 Score", "50"), (b"12,5 Score", "12.5")):
        exported = filled(varied_class("blackboard"), worksheets.BLACKBOARD_CSV.replace(b"100 Score", said))
        assert exported.notes[0].startswith(f"The gradebook says {points} points, the reports 100.")


@pytest.mark.parametrize(
    ("gradebook", "problem"),
    [
        (worksheets.CANVAS, "first row is not that of the file"),
        (worksheets.BLACKBOARD_XLS[:-1], "is not UTF-16-LE"),
        (worksheets.BLACKBOARD_XLS[2:], "no text"),
        (worksheets.BLACKBOARD_CSV.replace(b'"102"', b'"101"'), 'rows 2 and 3 have the same Username, "101"'),
    ],
)
def test_what_is_no_sound_gradebook_is_refused_by_row_and_mend(gradebook: bytes, problem: str) -> None:
    said = refusal(gradebook)
    assert said.startswith("gc.xls: ")
    assert problem in said


def test_a_very_long_header_is_not_tried_as_a_column() -> None:
    """Its spaces would be tried in as many ways as the square of their number."""
    gradebook = worksheets.BLACKBOARD_CSV.replace(b"Essay", b"Essay" + b" " * 600)
    assert "Essay" in refusal(worksheets.BLACKBOARD_CSV, "Poem")
    assert "Essay" not in refusal(gradebook, "Poem")
    assert len(changed(filled(varied_class("blackboard"), gradebook), gradebook, ",")) == 6


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5), FORMS, st.data())
def test_any_gradebook_any_class(cells: list[tuple[str, ...]], form: Form, data: st.DataObject) -> None:
    header = ["Last Name", "Username", COLUMN, "Sheet 2 [Total Pts: 20 Score] |1"]
    rows = [header, *([name, f"u{place}", grade, other] for place, (name, grade, other) in enumerate(cells))]
    gradebook = written(rows, form)
    chosen = data.draw(st.lists(st.sampled_from([f"U{place}" for place in range(6)]), unique=True, min_size=1))
    reports = [data.draw(any_report(id_, owner_of("blackboard", id_, "N"))) for id_ in chosen]
    exported = filled(reports, gradebook)
    scores = {id_.lower(): score for id_, score in scored(reports).items()}
    left = {one.submission.lower() for one in exported.left_empty}
    for row, text in changed(exported, gradebook, form.delimiter).items():
        assert float(text.replace(",", ".")) == scores[rows[row - 1][1]]
        assert rows[row - 1][1] not in left
    assert all(report.score is not None or report.submission.id.lower() in left for report in reports)

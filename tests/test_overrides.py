"""The instructor's hand: what overrides.toml may say, and that the grader's own points are never lost by it."""

from __future__ import annotations

import unicodedata
from codecs import BOM_UTF8
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answer_key import AnswerKey
from grader.errors import OverridesError, UsageError
from grader.overrides import FILE, OverrideEntry, Overrides, load_overrides, with_overrides, without_overrides
from grader.rubric import exercise_points, grader_error_report, unreadable_report
from grader.score_report import Remark, ReportStatus, ScoreReport, Status, SubmissionRef

REF = SubmissionRef("Jane Doe_1", "x.ipynb", "0" * 64, None)


def overrides(*entries: tuple[str, float]) -> Overrides:
    given = tuple(OverrideEntry(REF.id, exercise, points, "a reason") for exercise, points in entries)
    return Overrides(Path(FILE), given)


@pytest.fixture
def graded(key: AnswerKey) -> ScoreReport:
    """0 points in all, by whatever way."""
    report = unreadable_report(key, REF, [Remark("empty", "m")])
    return msgspec.structs.replace(report, status=ReportStatus.GRADED)


@pytest.fixture
def broken(key: AnswerKey) -> ScoreReport:
    return grader_error_report(key, REF, Remark("grader_error", "m"))


def test_points_and_total_follow_and_what_was_graded_is_kept(graded: ScoreReport) -> None:
    report = with_overrides(graded, overrides(("ex3", 18)))
    (ex3,) = (one for one in report.exercises if one.id == "ex3")
    assert (ex3.score, ex3.status, report.score) == (18, Status.PARTIAL, 18)
    assert ex3.override is not None
    assert (ex3.override.reason, ex3.override.graded_score) == ("a reason", 0)
    assert without_overrides(report) == graded


_POINTS = st.dictionaries(st.sampled_from(["ex1", "ex2", "ex3", "ex6"]), st.floats(0, 12), max_size=4)


@given(_POINTS, st.sampled_from(["ours", "theirs"]))
def test_overriding_twice_is_overriding_once_and_can_be_taken_back(
    key: AnswerKey, points: dict[str, float], fault: str
) -> None:
    ours = grader_error_report(key, REF, Remark("grader_error", "m"))
    base = ours if fault == "ours" else unreadable_report(key, REF, [])
    mine = overrides(*points.items())
    once = with_overrides(base, mine)
    assert with_overrides(once, mine) == once
    assert without_overrides(once) == base
    assert with_overrides(with_overrides(base, overrides(("ex5", 1))), mine) == once


def test_full_points_pass_and_none_fail(graded: ScoreReport) -> None:
    report = with_overrides(graded, overrides(("ex1", 20), ("ex2", 0)))
    assert [one.status for one in report.exercises[:2]] == [Status.PASSED, Status.FAILED]


def test_a_fault_of_the_grader_is_mended_when_every_exercise_has_points(broken: ScoreReport) -> None:
    some = with_overrides(broken, overrides(("ex1", 20)))
    assert (some.status, some.score) == (ReportStatus.GRADER_ERROR, None)
    every = with_overrides(broken, overrides(*((one.id, 5.0) for one in broken.exercises)))
    assert (every.status, every.score) == (ReportStatus.GRADED, 30)


def test_others_are_left_alone(graded: ScoreReport) -> None:
    other = Overrides(Path(FILE), (OverrideEntry("Joe", "ex1", 3, "r"),))
    assert with_overrides(graded, other) is graded
    assert other.unused({REF.id, "Jo"}) == [
        'overrides.toml: there is no submission "Joe", so nothing is changed. Did you mean "Jo"?'
    ]


ENTRY = '[[overrides]]\nsubmission = "x"\nexercise = "ex1"\npoints = 3\nreason = "r"\n'


def test_a_folder_without_the_file_has_none(key: AnswerKey, tmp_path: Path) -> None:
    assert load_overrides(tmp_path, exercise_points(key)).entries == ()
    (tmp_path / FILE).write_text(ENTRY, encoding="utf-8")
    assert load_overrides(tmp_path, exercise_points(key)).entries == (OverrideEntry("x", "ex1", 3.0, "r"),)


def test_what_editors_do_to_a_file_is_no_matter(graded: ScoreReport, key: AnswerKey, tmp_path: Path) -> None:
    """A byte-order mark, CRLF, and letters composed otherwise than in the file system."""
    text = ENTRY.replace('"x"', '"' + unicodedata.normalize("NFD", "Zoë Müller") + '"').replace("\n", "\r\n")
    (tmp_path / FILE).write_bytes(BOM_UTF8 + text.encode())
    mine = load_overrides(tmp_path, exercise_points(key))
    zoe = msgspec.structs.replace(REF, id=unicodedata.normalize("NFC", "Zoë Müller"))
    assert with_overrides(msgspec.structs.replace(graded, submission=zoe), mine).score == 3
    assert mine.unused({zoe.id}) == []


def test_a_link_that_leads_nowhere_is_said(key: AnswerKey, tmp_path: Path) -> None:
    (tmp_path / FILE).symlink_to(tmp_path / "gone.toml")
    with pytest.raises(OverridesError, match="can't be read"):
        load_overrides(tmp_path, exercise_points(key))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY.replace("ex1", "ex11"), r'overrides\[0\].exercise: there is no exercise "ex11". Did you mean "ex1"'),
        (ENTRY.replace("= 3", "= 21"), r"ex1 has 20.0 points at most, not 21.0"),
        (ENTRY.replace("= 3", "= -1"), r"overrides\[0\].points"),
        (ENTRY.replace("= 3", "= nan"), r"points"),
        (ENTRY.replace('reason = "r"\n', ""), r"missing required field `reason`"),
        (ENTRY.replace('"r"', '" "'), r"overrides\[0\].reason: must not be empty\."),
        (ENTRY.replace("reason", "raeson"), r'unknown key "raeson". Did you mean "reason"'),
        (ENTRY + ENTRY, r"overrides\[1\]: ex1 of \"x\" is there twice"),
        ("[[overrides]", r"is not valid TOML"),
    ],
)
def test_mistakes_are_said_by_file_place_and_mend(text: str, said: str, key: AnswerKey, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(OverridesError, match=said) as raised:
        load_overrides(tmp_path, exercise_points(key))
    assert str(tmp_path / FILE) in str(raised.value)
    assert isinstance(raised.value, UsageError)

"""The strict readers refuse what is broken: a test that reads with them can fail."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from grader.report.exports import Format, export, github_classroom_result, gradescope_results, prairielearn_results
from tests.report.exports import worksheets
from tests.report.exports.readers.github_classroom_reader import read_result, read_variable
from tests.report.exports.readers.grades_reader import read_grades
from tests.report.exports.readers.gradescope_reader import read_gradescope
from tests.report.exports.readers.junit_reader import read_junit
from tests.report.exports.readers.lti_reader import read_index, read_score
from tests.report.exports.readers.new_gradebook_reader import read_new_gradebook
from tests.report.exports.readers.prairielearn_reader import read_prairielearn
from tests.report.exports.readers.refusal import RefusedError, demand_shown
from tests.report.exports.readers.table_reader import changes, demand_no_formula, read_table
from tests.report.exports.readers.zip_reader import read_ilias_feedback, read_moodle_feedback, read_zip
from tests.report.exports.reports import NOW, grader_error, partial, unreadable, varied_class

Change = Callable[[dict[str, Any]], object]

GRADESCOPE = gradescope_results(partial("a", None), execution_time=1.0)
PRAIRIELEARN = prairielearn_results(partial("a", None))
UNGRADABLE = prairielearn_results(grader_error("a", None))
GITHUB = github_classroom_result(partial("a", None))
SCORE = export(Format.LTI, [partial("a", None)], now=NOW).files["a/score.json"]
JUNIT = export(Format.JUNIT, varied_class("folders"), now=NOW).files["junit.xml"]
GRADES = export(Format.CSV, varied_class("folders"), now=NOW).files["grades.csv"]
GRADEBOOK = export(Format.CANVAS, varied_class("canvas"), now=NOW).files["gradebook.csv"]


def broken(content: bytes, change: Change) -> bytes:
    value = json.loads(content)
    change(value)
    return json.dumps(value).encode()


def refused(read: Callable[[bytes], object], content: bytes) -> None:
    with pytest.raises(RefusedError):
        read(content)


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("score"),
        lambda value: value.update(score="47.55"),
        lambda value: value.update(score=None),
        lambda value: value.update(score=47.54),
        lambda value: value.update(surprise=1),
        lambda value: value.update(output="\x1b[31m"),
        lambda value: value.update(output_format="html"),
        lambda value: value.update(visibility="shown"),
        lambda value: value.update(execution_time="1 s"),
        lambda value: value["tests"][0].pop("status"),
        lambda value: value["tests"][0].update(status="ok"),
        lambda value: value["tests"][1].update(status="passed"),
        lambda value: value["tests"][0].update(number="1.2"),
        lambda value: value["tests"][0].update(name_format="md"),
        lambda value: value["tests"][0].update(score=True),
    ],
)
def test_gradescope(change: Change) -> None:
    read_gradescope(GRADESCOPE)
    refused(read_gradescope, broken(GRADESCOPE, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(score=1.01),
        lambda value: value.update(score=-0.1),
        lambda value: value.pop("score"),
        lambda value: value.update(gradable="yes"),
        lambda value: value.update(gradable=False),
        lambda value: value.update(message=None),
        lambda value: value["tests"][0].update(points=-1),
        lambda value: value["tests"][0].update(points=None),
        lambda value: value["tests"][0].pop("name"),
        lambda value: value["tests"][0].update(output="\x07"),
        lambda value: value.update(output="x" * 1_000_000),
    ],
)
def test_prairielearn(change: Change) -> None:
    read_prairielearn(PRAIRIELEARN)
    refused(read_prairielearn, broken(PRAIRIELEARN, change))


@pytest.mark.parametrize("change", [lambda value: value.update(score=0), lambda value: value.update(message="")])
def test_prairielearn_that_is_not_gradable(change: Change) -> None:
    read_prairielearn(UNGRADABLE)
    refused(read_prairielearn, broken(UNGRADABLE, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(version=2),
        lambda value: value.update(status="failed"),
        lambda value: value.update(status="pass"),
        lambda value: value.update(tests=[]),
        lambda value: value["tests"][0].update(line_no="0"),
        lambda value: value["tests"][0].pop("execution_time"),
        lambda value: value["tests"][0].update(score=-1),
    ],
)
def test_github_classroom(change: Change) -> None:
    read_result(GITHUB)
    refused(read_result, broken(GITHUB, change))


def test_a_variable_is_base64_in_one_line_and_not_too_long() -> None:
    read_variable(base64.b64encode(GITHUB))
    refused(read_variable, base64.encodebytes(GITHUB))
    refused(read_variable, GITHUB)
    refused(read_variable, base64.b64encode(GITHUB + b" " * 100_000))


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.update(timestamp="2026-01-31T23:59:58Z"),
        lambda value: value.update(timestamp="2026-01-31T23:59:58.123"),
        lambda value: value.update(gradingProgress="Failed"),
        lambda value: value.update(gradingProgress="Graded"),
        lambda value: value.update(activityProgress="Done"),
        lambda value: value.update(scoreGiven="47.55"),
        lambda value: value.update(scoreMaximum=0),
        lambda value: value.pop("scoreMaximum"),
        lambda value: value.update(userId=""),
        lambda value: value.update(submission="a"),
    ],
)
def test_lti(change: Change) -> None:
    read_score(SCORE)
    refused(read_score, broken(SCORE, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda index: index.update(media_type="application/json"),
        lambda index: index.update(method="PUT"),
        lambda index: index["scores"][0].update(file="elsewhere.json"),
        lambda index: index["scores"][0].update(user_id="b"),
        lambda index: index["scores"].pop(),
    ],
)
def test_the_index_of_lti(change: Change) -> None:
    files = dict(export(Format.LTI, [partial("a", None)], now=NOW).files)
    assert list(read_index(files)) == ["a"]
    with pytest.raises(RefusedError):
        read_index({**files, "index.json": broken(files["index.json"], change)})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'tests="4"', b'tests="5"'),
        (b'failures="2"', b'failures="1"'),
        (b'errors="2"', b'errors="0"'),
        (b'skipped="4"', b'skipped="0"'),
        (b"<failure message", b"<fault message"),
        (b"classname=", b"class="),
        (b"<?xml version='1.0' encoding='utf-8'?>", b""),
        (b"</testsuites>", b""),
        (b"Max M", b"Max\x1b M"),
        (b'name="1.2 ', b'name="1.1 '),
    ],
)
def test_junit(old: bytes, new: bytes) -> None:
    read_junit(JUNIT)
    assert old in JUNIT
    same = JUNIT.replace(b"Right values", b"x").replace(b"Right interface", b"x")
    refused(read_junit, (same if old == b'name="1.2 ' else JUNIT).replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\xef\xbb\xbf", b""),
        (b"\r\n", b"\n"),
        (b"47.55", b"4755e-2"),
        (b"47.55", b"47.55,1"),
        (b"Max M", b"=Max M"),
        (b"yes", b"late"),
        (b"grader_error,,", b"grader_error,0,"),
        (b"unreadable", b"broken"),
        (b"student_id", b"name"),
        (b"ex2: =The", b"=The"),
    ],
)
def test_grades(old: bytes, new: bytes) -> None:
    read_grades(GRADES)
    assert old in GRADES
    refused(read_grades, GRADES.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"    Points Possible", b"Points Possible"),
        (b"Section", b"Group"),
        (b"47.55", b"47.555"),
        (b"Max M", b"@Max M"),
        (b"102", b"102,1"),
        ("Max Müller,102".encode(), b"Jane Doe,101"),
    ],
)
def test_a_new_gradebook(old: bytes, new: bytes) -> None:
    read_new_gradebook(GRADEBOOK)
    assert old in GRADEBOOK
    refused(read_new_gradebook, GRADEBOOK.replace(old, new))


@pytest.mark.parametrize(
    "after",
    [
        worksheets.MOODLE_DE.replace(b"\r\n", b"\n"),
        worksheets.MOODLE_DE[3:],
        worksheets.MOODLE_DE.replace(b'"Jane Doe"', b"Jane Doe"),
        worksheets.MOODLE_DE.replace(b'"100,00"', b'"100.00"', 1),
        worksheets.MOODLE_DE.replace(b"Bewertung,", b"Note,"),
        worksheets.MOODLE_DE + b"\r\n",
        worksheets.MOODLE_DE.rstrip(),
        worksheets.MOODLE_DE[: worksheets.MOODLE_DE.rindex(b"Teilnehmer")],
        worksheets.MOODLE_DE.replace(b"Jane", b"J\xe4ne"),
        worksheets.MOODLE_DE.replace(b"-,-,\r\n", b"-,-\r\n", 1),
    ],
)
def test_a_worksheet_in_which_anything_else_is_changed(after: bytes) -> None:
    before = worksheets.MOODLE_DE
    assert changes(before, before, ",", ["Bewertung"]) == {}
    assert changes(before, before.replace(b'"12,50"', b"7"), ",", ["Bewertung"]) == {(3, "Bewertung"): "7"}
    with pytest.raises(RefusedError):
        changes(before, after, ",", ["Bewertung"])


@pytest.mark.parametrize("content", [b'a,"b\n', b'a,"b"c\n', b'a,b"c\n', b"a,b\nc\n", b"\xff\xfea", b"a,\xff\n"])
def test_a_table_that_is_none(content: bytes) -> None:
    refused(lambda one: read_table(one, ","), content)


@pytest.mark.parametrize("text", ["=1", " =1", '"=1', "-1", "a\n@b", "a;=1", "＝1", "\t1"])  # noqa: RUF001 - full-width
def test_formulas(text: str) -> None:
    with pytest.raises(RefusedError):
        demand_no_formula(text)


@pytest.mark.parametrize("text", ["\x1b[31m", "a\rb", "a\x00", "\u202ea", "\x7f"])
def test_text_that_does_something(text: str) -> None:
    with pytest.raises(RefusedError):
        demand_shown(text)


def _zip(*names: str, time: tuple[int, int, int, int, int, int] = (1980, 1, 1, 0, 0, 0), mode: int = 0o100644) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name, time)
            info.external_attr = mode << 16
            archive.writestr(info, b"x")
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"no zip",
        _zip("../a"),
        _zip("/a"),
        _zip("C:/a"),
        _zip("a/./b"),
        _zip("b", "a"),
        _zip("folder/"),
        _zip("a\x1bb"),
        _zip("a", time=(2026, 1, 1, 0, 0, 0)),
        _zip("a", mode=0o120777),
        _zip("a").replace(b"x", b"y", 1),
    ],
)
def test_zips(content: bytes) -> None:
    read_zip(_zip("a", "b"))
    refused(read_zip, content)


def test_feedback_that_the_platform_would_not_place() -> None:
    read_moodle_feedback(_zip("J_1_assignsubmission_file/feedback.txt"))
    read_moodle_feedback(_zip("J_1_assignsubmission_file_/feedback.txt"))
    for name in (
        "feedback.txt",
        "J/feedback.txt",
        "J_x_assignsubmission_file/f",
        "J_1_a_b/f",
        "J_1_assignsubmission_file/.f",
    ):
        refused(read_moodle_feedback, _zip(name))
    refused(read_moodle_feedback, _zip("J_1_assignsubmission_file/a", "J_1_assignsubmission_file/b"))
    read_ilias_feedback(_zip("multi_feedback/a/feedback.txt"))
    for name in ("a/feedback.txt", "multi_feedback/feedback.txt", "multi_feedback/a/b/feedback.txt"):
        refused(read_ilias_feedback, _zip(name))


@pytest.mark.parametrize("content", [b"\xff", b"{", b'{"a": 1, "a": 2}', b'{"score": NaN}', b"[]"])
def test_json_that_is_none(content: bytes) -> None:
    for read in (read_gradescope, read_prairielearn, read_result, read_score):
        refused(read, content)


def test_unreadable_is_read() -> None:
    """A zero of a student's own is no fault of ours."""
    assert read_gradescope(gradescope_results(unreadable("a", None), execution_time=None))["score"] == 0

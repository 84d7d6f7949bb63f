"""A download gives the same submissions zipped or unpacked, in any order of its files, whenever they were written.

And no notebook is ever lost without a word, whatever a download's names are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.answer_key import AnswerKey
from grader.errors import UsageError
from grader.intake import Intake, Layout, find_submissions
from grader.intake.record import encode_intake
from grader.model import SubmissionFile
from grader.pipeline import grade
from grader.report.json_report import encode_report
from grader.submission import read_bytes
from tests.fakes import FakeRunner
from tests.intake.downloads import PLATFORMS, Student, download_content, make_download, write_folder, write_zip
from tests.notebooks import code_notebook

_unhurried = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)

_NAMES = st.sampled_from(["Anna", "Jörg", "Anna-Lena", "O'Neil", "María José", "Łukasz", "Doe", "Müller", "de la Cruz"])
_FILES = st.dictionaries(
    st.sampled_from(
        [
            "attention.ipynb",
            "attention (1).ipynb",
            "attention-2.ipynb",
            "Übung 1_final.ipynb",
            "work/deep/er.ipynb",
            ".ipynb_checkpoints/attention-checkpoint.ipynb",
            "__MACOSX/._attention.ipynb",
            "report.pdf",
            "all.zip",
            "notes.txt",
            "attention.ipynb.txt",
        ]
    ),
    st.sampled_from([code_notebook("x = 1"), code_notebook("def attentionQuery(q, k, v):\n    pass"), b"", b"{"]),
    max_size=5,
)


@st.composite
def _classes(draw: st.DrawFn) -> list[Student]:
    numbers = draw(st.lists(st.integers(1000, 99_999), min_size=2, max_size=5, unique=True))
    return [
        Student(draw(_NAMES), draw(_NAMES), f"user{number}", number, draw(st.booleans()), draw(_FILES))
        for number in numbers
    ]


def _facts(found: Intake) -> list[object]:
    """All but where it lies on this machine."""
    return [
        [(one.id, one.file, one.refusal, one.owner, one.absence, one.remarks, _read(one)) for one in found.submissions],
        found.skipped,
        list(found.layouts.values()),
    ]


def _read(file: SubmissionFile) -> bytes | None:
    return None if file.absence or file.refusal else read_bytes(file, 2**20)


def _fresh(tmp_path: Path) -> Path:
    folder = tmp_path / str(len(list(tmp_path.iterdir())))
    folder.mkdir()
    return folder


@pytest.mark.parametrize("platform", PLATFORMS)
@_unhurried
@given(_classes())
def test_zipped_or_unpacked(platform: str, tmp_path: Path, students: list[Student]) -> None:
    layout = Layout.FOLDERS if platform == "folders" else Layout.AUTO
    here = _fresh(tmp_path)
    unpacked, zipped = (make_download(platform, students, here, as_zip=as_zip) for as_zip in (False, True))
    one, other = find_submissions([unpacked], layout=layout), find_submissions([zipped], layout=layout)
    assert _facts(one) == _facts(other)
    assert len(one.submissions) == len(students)
    assert encode_intake(one).replace(str(unpacked).encode(), b"") == encode_intake(other).replace(
        str(zipped).encode(), b""
    )


@_unhurried
@given(st.dictionaries(st.text("ab/ .ipynb", min_size=1, max_size=12), st.just(b"{}"), min_size=1, max_size=6))
def test_plain_notebooks_zipped_or_unpacked(tmp_path: Path, files: dict[str, bytes]) -> None:
    content = {f"{'/'.join(filter(None, map(str.strip, path.split('/'))))}.ipynb": data for path, data in files.items()}
    content = {path: data for path, data in content.items() if not any(p.startswith(".") for p in path.split("/"))}
    here = _fresh(tmp_path)
    if not content:
        return
    unpacked, zipped = write_folder(here / "all", content), write_zip(here / "all.zip", content)
    assert _facts(find_submissions([unpacked])) == _facts(find_submissions([zipped]))
    other = write_folder(here / "other", {"z.ipynb": b"{}"})
    together = [find_submissions([path, other]).submissions for path in (unpacked, zipped)]
    assert [one.id for one in together[0]] == [one.id for one in together[1]]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_same_reports(
    platform: str, key: AnswerKey, right_functions: dict[str, Callable[..., Any]], tmp_path: Path
) -> None:
    files = {"attention.ipynb": code_notebook("def attentionQuery(q, k, v):\n    pass"), "x.ipynb": code_notebook("y")}
    students = [
        Student("Jane", "Doe", "jdoe", 4711, late=True, files=files),
        Student("Joe", "Roe", "jroe", 4712, files={"a.zip": b"PK"}),
        Student("Max", "Muster", "mmuster", 4713),
    ]
    layout = Layout.FOLDERS if platform == "folders" else Layout.AUTO
    reports = []
    for as_zip in (False, True):
        path = make_download(platform, students, tmp_path, as_zip=as_zip)
        found = find_submissions([path], key.assignment, layout).submissions
        runner = FakeRunner(right_functions)
        reports.append([encode_report(grade(one, key, runner).report) for one in found])
    assert reports[0] == reports[1]
    assert len(reports[0]) == 3


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_order_of_a_folder_and_times_mean_nothing(
    platform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"sheet ({i}).ipynb": code_notebook(f"x = {i}") for i in range(4)}
    students = [Student("Jane", "Doe", f"jdoe{number}", number, files=files) for number in range(1000, 1005)]
    layout = Layout.FOLDERS if platform == "folders" else Layout.AUTO
    folder = make_download(platform, students, tmp_path, as_zip=False)
    wanted = _facts(find_submissions([folder], layout=layout))
    for index, path in enumerate(sorted(folder.rglob("*"))):
        os.utime(path, (1e9 - index, 1e9 - index))
    walk = os.walk

    def backwards(*arguments: Any, **options: Any) -> Iterator[tuple[str, list[str], list[str]]]:
        for here, folders, names in walk(*arguments, **options):
            folders.reverse()
            names.reverse()
            yield here, folders, names

    monkeypatch.setattr(os, "walk", backwards)
    assert _facts(find_submissions([folder], layout=layout)) == wanted
    content = download_content(platform, students)
    turned = write_zip(tmp_path / "turned.zip", dict(reversed(content.items())))
    assert _facts(find_submissions([turned], layout=layout)) == wanted


_PARTS = st.sampled_from(
    [
        "Jane Doe_1_assignsubmission_file",
        "Joe_2_assignsubmission_onlinetext",
        "doejane_11_900001_x.ipynb",
        "anon_a1_900002_y.ipynb",
        "roe_LATE_12_900003_z-1.ipynb",
        "HW_1_jdoe_attempt_2024-05-01-10-00-00_x.ipynb",
        "HW_1_jroe_attempt_2024-05-02-10-00-00.ipynb",
        "HW_1_jdoe_attempt_2024-05-01-10-00-00.txt",
        "Doe_Jane_jdoe_1",
        "Roe_Joe_jroe",
        "Team 3",
        "submission_12345",
        "submission_metadata.yml",
        "submitted",
        "attention",
        "timestamp.txt",
        "sheet.ipynb",
        "sheet (1).ipynb",
        "notes.pdf",
        "Submissions",
    ]
)
_PATHS = st.lists(_PARTS, min_size=1, max_size=4).map("/".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.sets(_PATHS, min_size=1, max_size=12), st.sampled_from(list(Layout)))
@example({"submission_metadata.yml/sheet.ipynb", "submission_12345/notes.pdf"}, Layout.AUTO)
def test_no_notebook_is_lost(tmp_path: Path, paths: set[str], layout: Layout) -> None:
    """It is graded, or named among what was left out; and none is graded twice."""
    content = {path: b"{}" for path in paths if not any(other.startswith(f"{path}/") for other in paths)}
    archive = write_zip(tmp_path / f"{len(list(tmp_path.iterdir()))}.zip", content)
    try:
        found = find_submissions([archive], layout=layout)
    except UsageError:
        return
    graded = [one.file for one in found.submissions if one.absence is None]
    assert len(set(graded)) == len(graded)
    assert len({one.id for one in found.submissions}) == len(found.submissions)
    left_out = [one.file for one in found.skipped]
    for path in content:
        if path.endswith(".ipynb"):
            assert (path in graded) + any(path == one or path.startswith(f"{one}/") for one in left_out) == 1

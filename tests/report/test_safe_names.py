"""Names from downloads stay within the folder or the zip that they are put into, and apart from each other."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.files import report_folder
from grader.report.safe_names import is_safe_folder, safe_path


@given(st.text(max_size=200), st.text(max_size=200))
def test_ids_become_paths_inside_and_stay_apart(one: str, other: str) -> None:
    path = safe_path(one)
    assert not PurePosixPath(path).is_absolute()
    assert not PureWindowsPath(path).drive
    assert not {"..", "."} & set(path.split("/"))
    path.encode()
    assert (path == safe_path(other)) == (one == other)


@pytest.mark.parametrize(
    "id_", ["Jane Doe_123", "a/b", "..", "a/../../b", "con", "x" * 300, "q-0123abcd", "", "a.", "Ä:b", "index.json"]
)
def test_they_are_the_folders_of_the_results(id_: str) -> None:
    assert safe_path(id_) == report_folder(Path(), id_).relative_to("reports").as_posix()


@pytest.mark.parametrize("name", ["Jane Doe_123_assignsubmission_file", "Müller_Max_mm_12", "דוד כהן_7_x", "a b (1)"])
def test_the_platforms_own_folders_are_kept(name: str) -> None:
    assert is_safe_folder(name)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "../x", "/etc", "C:x", "a\x00b", "a\nb", "a ", "a.", "x" * 300, "\ud800"]
)
def test_what_leads_out_is_refused(name: str) -> None:
    assert not is_safe_folder(name)


@pytest.mark.parametrize(
    "name", ["report.json", "run.json", "executed.ipynb", "results.json", "score.json", "index.json"]
)
def test_no_id_is_a_file_that_stands_beside_or_within(name: str) -> None:
    """An id below another's would else hide or replace it."""
    assert safe_path(f"x/{name}") != f"x/{name}"
    assert safe_path(name.upper()) != name.upper()

"""Untrusted bytes become a Submission, or an UnreadableSubmission that says what they are. Never anything else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import Assignment
from grader.errors import InternalError, UnreadableSubmission
from grader.model import Submission, SubmissionFile
from grader.submission import read_bytes, read_submission
from tests.notebooks import code_notebook, filled_sheet

FILE = SubmissionFile("x", Path("x.ipynb"), "x.ipynb")


def read(content: bytes, assignment: Assignment) -> Submission:
    return read_submission(FILE, content, assignment)


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", "empty", "empty"),
        (b" \n", "empty", "empty"),
        (b"%PDF-1.7", "not_a_notebook", "a PDF"),
        (b"PK\x03\x04rest", "not_a_notebook", "ZIP"),
        (b"\n<!DOCTYPE HTML><html>", "not_a_notebook", "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "not_a_notebook", "LFS"),
        (b"\x00\x01\x02\xff", "not_a_notebook", "binary"),
        (b"import numpy as np", "not_a_notebook", "text"),
        (b'{"cells": [', "damaged", "cut off"),
        (b"[]", "not_a_notebook", "no cells"),
        (b'{"cells": {}}', "not_a_notebook", "no cells"),
        (b"[" * 100_000, "not_a_notebook", "nested"),
    ],
)
def test_what_is_no_notebook_is_called_by_its_name(
    content: bytes, reason: str, words: str, assignment: Assignment
) -> None:
    with pytest.raises(UnreadableSubmission, match=words) as caught:
        read(content, assignment)
    assert caught.value.reason == reason


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(assignment: Assignment, content: bytes) -> None:
    with contextlib.suppress(UnreadableSubmission):
        read(content, assignment)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_cell = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | _json,
        "source": st.text(max_size=20) | _json,
        "input": st.text(max_size=20) | _json,
        "metadata": _json,
        "outputs": _json,
        "level": _json,
    },
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "cells": st.lists(_cell | _json, max_size=4) | _json,
            "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(_cell | _json, max_size=3)}) | _json),
            "metadata": st.fixed_dictionaries({}, optional={"kernelspec": _json, "language_info": _json}) | _json,
            "nbformat": st.integers(0, 6) | _json,
            "nbformat_minor": _json,
        },
    )
)
def test_any_notebook_like_json_is_read_or_refused(assignment: Assignment, notebook: dict[str, Any]) -> None:
    try:
        submission = read(json.dumps(notebook).encode(), assignment)
    except UnreadableSubmission:
        return
    assert all(isinstance(cell.source, str) for cell in submission.cells)


def test_cells_are_numbered_and_mapped(assignment: Assignment) -> None:
    submission = read(filled_sheet(), assignment)
    assert [(cell.number, cell.exercise) for cell in submission.cells[:5]] == [
        (2, None),
        (4, None),
        (6, "ex1"),
        (8, "ex2"),
        (10, "ex2"),
    ]
    assert submission.remarks == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(encoding: str, assignment: Assignment) -> None:
    content = code_notebook("x = 'ü'").decode().encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    assert read(content, assignment).cells[0].source == "x = 'ü'"


@pytest.mark.parametrize(
    "notebook",
    [
        {"nbformat": 1, "cells": [{"cell_type": "code", "code": "x = 1"}]},
        {"nbformat": 2, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]},
        {"nbformat": 3, "worksheets": [{"cells": [None, {"cell_type": "code", "input": ["x", " = 1"]}]}]},
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "heading", "level": "x"}, {"input": "x = 1"}]}]},
        {"nbformat": 9, "cells": [{"cell_type": "code", "source": "x = 1"}], "metadata": {"big": 10**999}},
    ],
)
def test_old_formats_and_odd_fields(notebook: dict[str, Any], assignment: Assignment) -> None:
    (cell,) = read(json.dumps(notebook).encode(), assignment).cells
    assert cell.source == "x = 1"


def test_integers_of_thousands_of_digits(assignment: Assignment) -> None:
    content = b'{"cells": [{"cell_type": "code", "source": "x"}], "nbformat": ' + b"9" * 10_000 + b"}"
    assert read(content, assignment).cells[0].source == "x"


def test_outputs_are_not_kept(assignment: Assignment) -> None:
    """What a notebook says that it printed is the student's word, and is never looked at."""
    content = code_notebook("pass").replace(b'"outputs": []', b'"outputs": [{"text": "score 100"}]')
    assert "100" not in repr(read(content, assignment))


def test_too_many_cells(assignment: Assignment) -> None:
    with pytest.raises(UnreadableSubmission, match="1001 cells") as caught:
        read(code_notebook(*["pass"] * 1001), assignment)
    assert caught.value.reason == "too_many_cells"


@pytest.mark.parametrize(
    ("metadata", "remark"),
    [
        ({"kernelspec": {"name": "nc-env", "language": "python"}}, "other_kernel"),
        ({"kernelspec": {"name": "ir", "language": "R"}}, "other_language"),
        ({"language_info": {"name": "julia"}}, "other_language"),
        ({"kernelspec": {"name": "python3", "language": "python"}}, None),
        ({"kernelspec": "python3", "language_info": 5}, None),
        ([], None),
    ],
)
def test_kernel_and_language_are_remarked(metadata: Any, remark: str | None, assignment: Assignment) -> None:
    found = [one.id for one in read(code_notebook("pass", metadata=metadata), assignment).remarks]
    assert [id_ for id_ in found if id_ != "no_headings"] == ([remark] if remark else [])


def test_a_large_file_is_refused_by_its_size(submission_file: Callable[[bytes], SubmissionFile]) -> None:
    file = submission_file(b"x" * 1000)
    assert len(read_bytes(file, 1000)) == 1000
    with pytest.raises(UnreadableSubmission, match="larger than") as caught:
        read_bytes(file, 999)
    assert caught.value.reason == "too_large"


def test_a_hundred_megabytes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.ipynb"
    with path.open("wb") as stream:
        stream.truncate(100 * 2**20)
    with pytest.raises(UnreadableSubmission, match="larger than 20 MiB"):
        read_bytes(SubmissionFile("large", path, "large.ipynb"), 20 * 2**20)


def test_a_file_that_this_machine_cannot_read_is_no_fault_of_the_student(tmp_path: Path) -> None:
    with pytest.raises(InternalError, match=r"gone\.ipynb"):
        read_bytes(SubmissionFile("gone", tmp_path / "gone.ipynb", "gone.ipynb"), 100)


def test_a_refused_file_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSubmission, match="a link"):
        read_bytes(SubmissionFile("x", tmp_path / "missing", "x", refusal="It is a link."), 100)

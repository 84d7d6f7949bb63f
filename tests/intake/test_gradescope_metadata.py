"""Gradescope's metadata is read line by line: names are found, and nothing that a student printed is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.layouts.gradescope_metadata import Submitted, read_metadata

HEAD = "---\nsubmission_1:\n"
JANE = "  :submitters:\n  - :name: Jane Doe\n    :sid: '1'\n    :email: jane@x.edu\n"
WANTED = Submitted(("Jane Doe",), ("1",), ("jane@x.edu",))


@pytest.mark.parametrize(
    "text",
    [
        JANE,
        JANE.replace("\n", "\r\n"),
        "  :submitters:\n    - :name: Jane Doe\n      :sid: '1'\n      :email: jane@x.edu\n",
        "  :submitters:\n  - :email: jane@x.edu\n    :sid: \"1\"\n    :name: 'Jane Doe'\n    :other: x\n",
        JANE + "  :results:\n    output: |\n    - :name: Eve\n      :sid: '2'\n",
        JANE + "  :text: |\n    :sid: '2'\n    - :name: Eve\n",
        "  :results:\n    output: |\n      :submitters:\n      - :name: Eve\n" + JANE,
        JANE + "  :score: 1.0\n",
        JANE.replace("    :sid", "      :sid: '2'\n    :sid"),
    ],
)
def test_what_is_read(text: str) -> None:
    assert read_metadata((HEAD + text).encode()) == {"submission_1": WANTED}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Zoë O'Neil", "Zoë O'Neil"),
        ("'O''Neil'", "O'Neil"),
        (r'"Zo\xEB \"Z\" \u0041"', 'Zoë "Z" A'),
        (r'"broken \q"', r"broken \q"),
        ("|-", ""),
        ("!ruby/object:Kernel {}", ""),
        ("&a *a", ""),
        ("~", ""),
        ("", ""),
        ("x\x1b[31m", "x"),
    ],
)
def test_scalars(written: str, name: str) -> None:
    (found,) = read_metadata(f"{HEAD}  :submitters:\n  - :name: {written}\n    :sid: '1'\n".encode()).values()
    assert found.names == (name,)


@pytest.mark.parametrize(
    ("line", "late"),
    [
        ("  :late: true", True),
        ("  :late: false", False),
        ("  :lateness: 00:10:00", True),
        ("  :lateness: 0", False),
        ("  :lateness: x", None),
        ("    :late: true", None),
    ],
)
def test_lateness(line: str, late: bool | None) -> None:  # noqa: FBT001 - pytest's
    (found,) = read_metadata(f"{HEAD}{JANE}{line}\n".encode()).values()
    assert found.late is late


def test_many_submitters_are_cut() -> None:
    (found,) = read_metadata((HEAD + "  :submitters:\n" + "  - :name: x\n" * 10_000).encode()).values()
    assert len(found.names) == 50


@given(st.binary(max_size=300) | st.text("-: \nnamesubitr_1'\"|", max_size=300).map(str.encode))
def test_anything_is_read(content: bytes) -> None:
    for found in read_metadata(b"submission_1:\n  :submitters:\n" + content).values():
        assert len(found.names) == len(found.sids) == len(found.emails)

"""The journal: what counts as finished after a kill, and that a cut line costs no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.journal import FILE, JournalEntry, fingerprint, open_journal, read_journal
from grader.model import SubmissionFile
from grader.score_report import Owner, Remark

JOURNAL_FILE = SubmissionFile("x", Path("x.ipynb"), "x.ipynb")
ONE, TWO = JournalEntry("one", "f1", "r1"), JournalEntry("two", "f2", "r2")


def write(results: Path, *entries: JournalEntry) -> None:
    journal = open_journal(results)
    for entry in entries:
        journal.add(entry)
    journal.close()


def test_lines_are_kept_and_the_last_one_counts(tmp_path: Path) -> None:
    write(tmp_path, ONE, TWO)
    write(tmp_path, JournalEntry("one", "f3", "r3"))
    assert read_journal(tmp_path) == {"one": JournalEntry("one", "f3", "r3"), "two": TWO}


@given(st.integers(min_value=0, max_value=200))
def test_a_journal_cut_anywhere_loses_the_cut_line_alone(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    results = tmp_path_factory.mktemp("results")
    write(results, ONE, TWO)
    content = (results / FILE).read_bytes()
    (results / FILE).write_bytes(content[:cut])
    whole = content[:cut].count(b"\n") if cut < len(content) else 2
    # A line that lacks nothing but its end is whole.
    found = list(read_journal(results).values())
    assert found[:whole] == [ONE, TWO][:whole]
    assert set(found) <= {ONE, TWO}
    three = JournalEntry("three", "f", "r")
    write(results, three)
    assert read_journal(results) == {entry.id: entry for entry in (*found, three)}


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, ONE)
    with (tmp_path / FILE).open("ab") as stream:
        stream.write(b'\xff\n[1]\n{"id": 3}\n{"id": "x"}\n\n')
    assert read_journal(tmp_path) == {"one": ONE}


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert read_journal(tmp_path) == {}


def test_whatever_a_report_is_made_of_changes_its_fingerprint() -> None:
    """Else a report would be kept that is no longer true."""
    owner = Owner("moodle", "1", "Jane Doe", "Jane Doe_1_assignsubmission_file", late=False)
    made = [
        fingerprint(JOURNAL_FILE, "sha", "key grader"),
        fingerprint(JOURNAL_FILE, "other", "key grader"),
        fingerprint(JOURNAL_FILE, None, "key grader"),
        fingerprint(JOURNAL_FILE, "sha", "other grader"),
        fingerprint(replace(JOURNAL_FILE, id="y"), "sha", "key grader"),
        fingerprint(replace(JOURNAL_FILE, refusal="a link"), "sha", "key grader"),
        fingerprint(replace(JOURNAL_FILE, absence="a PDF"), "sha", "key grader"),
        fingerprint(replace(JOURNAL_FILE, owner=owner), "sha", "key grader"),
        fingerprint(replace(JOURNAL_FILE, remarks=(Remark("r", "m"),)), "sha", "key grader"),
    ]
    assert len(set(made)) == len(made)
    moved = replace(JOURNAL_FILE, path=Path("elsewhere"), file="elsewhere/y.ipynb")
    assert fingerprint(moved, "sha", "key grader") == made[0]

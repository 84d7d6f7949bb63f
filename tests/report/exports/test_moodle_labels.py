"""No language's worksheet is taken for another's."""

from __future__ import annotations

from dataclasses import astuple

from grader.report.exports.moodle_labels import LANGUAGES


def test_each_language_has_its_own_labels() -> None:
    needed = [frozenset((one.identifier, one.grade, one.modified)) for one in LANGUAGES]
    assert len(set(needed)) == len(LANGUAGES)
    for labels in LANGUAGES:
        assert all(astuple(labels))
        columns = [one for one in astuple(labels) if isinstance(one, str) and one != labels.no]
        assert len({one.casefold() for one in columns}) == len(columns)

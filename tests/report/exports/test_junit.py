"""JUnit XML that any reader takes, with counts that are right, and no suite that looks well without being it."""

from __future__ import annotations

import junitparser
import pytest
from hypothesis import given

from grader.report.exports import Format, export
from grader.score_report import ScoreReport
from tests.report.exports.readers.junit_reader import read_junit
from tests.report.exports.reports import NOW, any_report, full, hostile_class, varied_class, worth_nothing


def junit(reports: list[ScoreReport]) -> bytes:
    exported = export(Format.JUNIT, reports, now=NOW)
    assert list(exported.files) == ["junit.xml"]
    return exported.files["junit.xml"]


def test_one_suite_a_submission_one_case_a_criterion() -> None:
    suites = read_junit(junit(varied_class("folders")))
    outcomes = {name: sorted(cases.values()) for name, cases in suites.items()}
    assert outcomes == {
        "Jane Doe_101": ["passed"] * 4,
        "Max Müller_102": ["failure", "failure", "passed", "passed"],
        "Zoë O'Neil_103": ["failure"] * 4,
        "Ana García López_104": ["failure", *["skipped"] * 4],
        "Li Wei_105": ["failure", *["skipped"] * 4],
        "Erika Mustermann_106": ["error", "error", "passed", "passed", "passed"],
        "Óscar Núñez_107": ["failure", "passed", "passed"],
    }


def test_what_is_not_run_and_worth_nothing_is_skipped() -> None:
    (cases,) = read_junit(junit([worth_nothing("a", None)])).values()
    assert list(cases.values()) == ["skipped", "failure"]


def test_the_grader_errors_are_listed() -> None:
    exported = export(Format.JUNIT, varied_class("folders"), now=NOW)
    assert [one.submission for one in exported.left_empty] == ["Erika Mustermann_106"]


def test_another_reader_counts_the_same() -> None:
    root = junitparser.JUnitXml.fromstring(junit(varied_class("folders")))
    assert [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in root][1:4] == [
        ("Max Müller_102", 4, 2, 0, 0),
        ("Zoë O'Neil_103", 4, 4, 0, 0),
        ("Ana García López_104", 5, 1, 0, 4),
    ]
    assert (root.tests, root.failures, root.errors, root.skipped) == (30, 9, 2, 8)
    case = next(case for suite in root for case in suite if case.result)
    assert case.result[0].message.startswith("17.55 of 40 points. The values <is> not")
    assert "result at point 1 should be 2.82843" in case.result[0].text


def test_hostile_names_are_text_in_both_readers() -> None:
    reports = hostile_class("folders")
    content = junit(reports)
    assert len(read_junit(content)) == len(reports)
    assert len(list(junitparser.JUnitXml.fromstring(content))) == len(reports)


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\ufffe", "\uffff", "\ud800"])
def test_what_xml_can_not_hold_is_left_out(char: str) -> None:
    (name,) = read_junit(junit([full(f"a{char}b", None)]))
    assert name == "ab"


@given(any_report("a", None))
def test_any_report_is_readable(report: ScoreReport) -> None:
    content = junit([report])
    (cases,) = read_junit(content).values()
    assert ("error" in cases.values()) == (report.score is None)
    junitparser.JUnitXml.fromstring(content)

"""JUnit XML: testsuites/testsuite/testcase[failure|error|skipped], and counts that are right."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.report.exports.readers.refusal import RefusedError, demand

_COUNTS = {"failures": "failure", "errors": "error", "skipped": "skipped"}
_SUITE = {"name", "tests", *_COUNTS}


def read_junit(content: bytes) -> dict[str, dict[str, str]]:
    """Suite ─▶ case ─▶ "passed", "failure", "error" or "skipped"."""
    demand(content.startswith(b"<?xml version='1.0' encoding='utf-8'?>"), "no declaration")
    try:
        root = ET.fromstring(content)  # noqa: S314 - of our own making
    except ET.ParseError as error:
        raise RefusedError(str(error)) from error
    demand(root.tag == "testsuites" and set(root.attrib) == _SUITE, f"<{root.tag}> {sorted(root.attrib)}")
    _demand_counts(root, [case for suite in root for case in suite])
    suites = {suite.attrib.get("name", ""): _suite(suite) for suite in root}
    demand(len(suites) == len(root), "two suites of the same name")
    return suites


def _suite(suite: ET.Element) -> dict[str, str]:
    demand(suite.tag == "testsuite" and set(suite.attrib) == _SUITE, f"<{suite.tag}> {sorted(suite.attrib)}")
    _demand_counts(suite, list(suite))
    cases = {case.attrib.get("name", ""): _outcome(case) for case in suite}
    demand(len(cases) == len(suite), "two cases of the same name")
    return cases


def _outcome(case: ET.Element) -> str:
    demand(case.tag == "testcase" and set(case.attrib) == {"name", "classname"}, f"<{case.tag}> {sorted(case.attrib)}")
    demand(len(case) <= 1, "several outcomes")
    for outcome in case:
        demand(outcome.tag in _COUNTS.values(), f"<{outcome.tag}>")
        demand(set(outcome.attrib) == {"message"} and outcome.attrib["message"], "no message")
        return outcome.tag
    return "passed"


def _demand_counts(element: ET.Element, cases: list[ET.Element]) -> None:
    demand(element.attrib["tests"] == str(len(cases)), "another number of tests")
    for attribute, outcome in _COUNTS.items():
        count = sum(case.find(outcome) is not None for case in cases)
        demand(element.attrib[attribute] == str(count), f"another number of {attribute}")

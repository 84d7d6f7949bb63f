"""JUnit XML, for continuous integration: one suite a submission, one case a criterion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias
from xml.etree import ElementTree as ET

from grader.report.cell_text import points
from grader.report.exports.exported import Exported, grader_fault, has_score, without_score
from grader.report.exports.feedback_text import remark_line
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.exports.result_lines import ResultLine, is_passed, result_lines
from grader.score_report import ReportStatus, ScoreReport, Status

FILE = "junit.xml"
# Character references can't carry them either (XML 1.0, section 2.2).
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OUTCOMES = {"failure": "failures", "error": "errors", "skipped": "skipped"}

_Outcome: TypeAlias = tuple[str, str, str] | None
"""Element, message, text."""


def export_junit(request: Request) -> Exported:
    refuse_worksheet(request, "JUnit")
    root = ET.Element("testsuites")
    suites = [_suite(root, report) for report in request.reports]
    root.set("name", _legal(request.reports[0].assignment.title))
    _count(root, [case for suite in suites for case in suite])
    ET.indent(root)
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Exported({FILE: content + b"\n"}, without_score(request.reports))


def _suite(root: ET.Element, report: ScoreReport) -> ET.Element:
    suite = ET.SubElement(root, "testsuite", name=_legal(report.submission.id))
    problem = _of_the_whole(report)
    if problem is not None:
        _case(suite, report.assignment.id, "0 The notebook is read and graded", problem)
    for one in result_lines(report):
        _case(suite, f"{report.assignment.id}.{one.exercise}", f"{one.number} {one.name}", _outcome(one, report))
    _count(suite, list(suite))
    return suite


def _of_the_whole(report: ScoreReport) -> _Outcome:
    """What no criterion says: without it a suite of skipped cases would look well."""
    if not has_score(report):
        return "error", "The grader failed", grader_fault(report)
    if report.status is not ReportStatus.GRADED:
        reason = "\n".join(map(remark_line, report.remarks))
        return "failure", reason.partition("\n")[0] or report.status.value, reason
    return None


def _outcome(one: ResultLine, report: ScoreReport) -> _Outcome:
    if one.status is Status.GRADER_ERROR:
        return "error", one.message or "The grader failed here", one.text
    if one.status is Status.NOT_RUN:
        return "skipped", one.message or "Not run", one.text
    if is_passed(one, report):
        return None
    given = "no score" if one.score is None else points(one.score)
    return "failure", f"{given} of {points(one.max_score)} points. {one.message}".strip(), one.text


def _case(suite: ET.Element, classname: str, name: str, outcome: _Outcome) -> None:
    case = ET.SubElement(suite, "testcase", classname=_legal(classname), name=_legal(name))
    if outcome is not None:
        element, message, text = outcome
        ET.SubElement(case, element, message=_legal(message)).text = _legal(text)


def _count(element: ET.Element, cases: Sequence[ET.Element]) -> None:
    element.set("tests", str(len(cases)))
    for outcome, attribute in _OUTCOMES.items():
        element.set(attribute, str(sum(case.find(outcome) is not None for case in cases)))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)

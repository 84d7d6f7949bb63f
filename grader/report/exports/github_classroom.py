"""GitHub Classroom: what its autograding reporter takes from the variable <ID>_RESULTS, as base64 of JSON.

https://github.com/classroom-resources/autograding-grading-reporter: it adds up the tests' `score`, and tells Classroom
the sum of `max_score`, unless that is 0.
"""

from __future__ import annotations

import base64
from functools import partial

import msgspec

from grader.report.exports.exported import Exported, grader_fault, has_score, without_score
from grader.report.exports.feedback_text import remark_line
from grader.report.exports.fitting import fitted, shortened
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.exports.result_lines import ResultLine, is_passed, result_lines
from grader.report.safe_names import safe_path
from grader.score_report import ReportStatus, ScoreReport

_VERSION = 1
_PASS, _FAIL, _ERROR = "pass", "fail", "error"
# Linux starts no program with a longer variable (MAX_ARG_STRLEN, 128 KiB, with its name); base64 makes 4 bytes of 3.
_MOST_BYTES = 120 * 1024 * 3 // 4


class _Test(msgspec.Struct, frozen=True):
    name: str
    status: str
    message: str
    line_no: int
    execution_time: str
    score: float


class _Result(msgspec.Struct, frozen=True):
    version: int
    status: str
    tests: list[_Test]
    max_score: float


def export_github_classroom(request: Request) -> Exported:
    refuse_worksheet(request, "GitHub Classroom")
    files: dict[str, bytes] = {}
    for report in request.reports:
        folder = safe_path(report.submission.id)
        files[f"{folder}/result.json"] = github_classroom_result(report)
        files[f"{folder}/result.base64"] = github_classroom_variable(report)
    return Exported(files, without_score(request.reports))


def github_classroom_variable(report: ScoreReport) -> bytes:
    """The value of <ID>_RESULTS: base64 in one line."""
    return base64.b64encode(github_classroom_result(report))


def github_classroom_result(report: ScoreReport) -> bytes:
    """The JSON in it. Long texts are cut, and say so, until it fits into a variable."""
    return fitted(partial(_encoded, report), _MOST_BYTES, "GitHub Classroom")


def _encoded(report: ScoreReport, length: int) -> bytes:
    return msgspec.json.encode(_result(report, length))


def _result(report: ScoreReport, length: int) -> _Result:
    if not has_score(report):
        # With a max_score above 0 the reporter would tell Classroom 0 points: a fault of ours as the student's zero.
        failed = _Test("The grader itself", _ERROR, shortened(grader_fault(report), length), 0, "0s", 0.0)
        return _Result(_VERSION, _ERROR, [failed], 0.0)
    tests = [_test(one, report, length) for one in result_lines(report)]
    if report.status is not ReportStatus.GRADED:
        reason = shortened("\n".join(map(remark_line, report.remarks)), length)
        tests.insert(0, _Test("The notebook can be read", _FAIL, reason, 0, "0s", 0.0))
    passed = all(one.status == _PASS for one in tests)
    return _Result(_VERSION, _PASS if passed else _FAIL, tests, report.max_score)


def _test(one: ResultLine, report: ScoreReport, length: int) -> _Test:
    status = _PASS if is_passed(one, report) else _FAIL
    return _Test(f"{one.number} {one.name}", status, shortened(one.text, length), 0, "0s", one.score or 0.0)

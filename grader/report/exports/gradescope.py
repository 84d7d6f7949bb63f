"""Gradescope: the results.json of one submission, as its autograder leaves it in /autograder/results/.

All texts are of the format `text`: nothing that a student has written can become markup. `status` stands on every test,
since Gradescope takes 0 of 0 points for passed.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.errors import InternalError
from grader.report.exports.exported import Exported, grader_fault, has_score, without_score
from grader.report.exports.feedback_text import line, remark_line, score_line
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.exports.result_lines import ResultLine, is_passed, result_lines
from grader.report.safe_names import safe_path
from grader.score_report import ScoreReport

_TEXT, _VISIBLE, _HIDDEN = "text", "visible", "hidden"


class _Test(msgspec.Struct, frozen=True):
    score: float
    max_score: float
    status: str
    name: str
    name_format: str
    number: str
    output: str
    output_format: str
    visibility: str


class _Overridden(msgspec.Struct, frozen=True):
    exercise: str
    points: float
    reason: str
    graded_score: float | None


class _Extra(msgspec.Struct, frozen=True):
    assignment: str
    assignment_digest: str
    report_schema: str
    status: str
    overrides: list[_Overridden]


class _Results(msgspec.Struct, frozen=True, omit_defaults=True):
    score: float
    output: str
    output_format: str
    test_output_format: str
    test_name_format: str
    visibility: str
    stdout_visibility: str
    extra_data: _Extra
    tests: list[_Test]
    execution_time: float | None = None


def export_gradescope(request: Request) -> Exported:
    refuse_worksheet(request, "Gradescope")
    files = {
        f"{safe_path(report.submission.id)}/results.json": gradescope_results(report, execution_time=None)
        for report in request.reports
        if has_score(report)
    }
    return Exported(files, without_score(request.reports))


def gradescope_results(report: ScoreReport, *, execution_time: float | None) -> bytes:
    """`execution_time` is in seconds. Raises InternalError where the grader failed: without a results.json Gradescope
    says so itself, and gives no points."""
    if report.score is None or not has_score(report):
        raise InternalError(grader_fault(report))
    results = _Results(
        score=report.score,
        output="\n".join(_output(report)),
        output_format=_TEXT,
        test_output_format=_TEXT,
        test_name_format=_TEXT,
        visibility=_VISIBLE,
        stdout_visibility=_HIDDEN,
        extra_data=_extra(report),
        tests=[_test(one, report) for one in result_lines(report)],
        execution_time=execution_time,
    )
    return msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n"


def _test(one: ResultLine, report: ScoreReport) -> _Test:
    return _Test(
        score=one.score or 0.0,
        max_score=one.max_score,
        status="passed" if is_passed(one, report) else "failed",
        name=one.name,
        name_format=_TEXT,
        number=one.number,
        output=one.text,
        output_format=_TEXT,
        visibility=_VISIBLE,
    )


def _output(report: ScoreReport) -> Iterator[str]:
    yield score_line(report)
    yield from map(remark_line, report.remarks)


def _extra(report: ScoreReport) -> _Extra:
    overrides = [
        _Overridden(one.id, one.override.points, line(one.override.reason), one.override.graded_score)
        for one in report.exercises
        if one.override is not None
    ]
    return _Extra(report.assignment.id, report.assignment.digest, report.schema, report.status.value, overrides)

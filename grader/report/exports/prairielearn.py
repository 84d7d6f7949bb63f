"""PrairieLearn: the results.json of an external grader, as it leaves it in /grade/results/.

https://prairielearn.readthedocs.io/en/latest/externalGrading/
"""

from __future__ import annotations

from functools import partial

import msgspec

from grader.report.exports.exported import Exported, grader_fault, has_score, without_score
from grader.report.exports.feedback_text import remark_line, score_line
from grader.report.exports.fitting import fitted, shortened
from grader.report.exports.request import Request, refuse_worksheet
from grader.report.exports.result_lines import ResultLine, result_lines
from grader.report.safe_names import safe_path
from grader.score_report import ReportStatus, ScoreReport

_MOST_BYTES = 1_000_000


class _Test(msgspec.Struct, frozen=True):
    name: str
    description: str
    points: float
    max_points: float
    message: str
    output: str


class _Results(msgspec.Struct, frozen=True):
    gradable: bool
    score: float
    message: str
    output: str
    tests: list[_Test]


class _Ungradable(msgspec.Struct, frozen=True):
    """No attempt is used up, and no points are lost."""

    gradable: bool
    message: str
    format_errors: list[str]
    """What PrairieLearn shows where something is not gradable."""


def export_prairielearn(request: Request) -> Exported:
    refuse_worksheet(request, "PrairieLearn")
    files = {f"{safe_path(one.submission.id)}/results.json": prairielearn_results(one) for one in request.reports}
    return Exported(files, without_score(request.reports))


def prairielearn_results(report: ScoreReport) -> bytes:
    """At most 1 MB: long texts are cut, and say so. `score` is between 0 and 1."""
    return fitted(partial(_encoded, report), _MOST_BYTES, "PrairieLearn")


def _encoded(report: ScoreReport, length: int) -> bytes:
    if not has_score(report):
        fault = grader_fault(report)
        return _json(_Ungradable(gradable=False, message=fault, format_errors=[fault]))
    results = _Results(
        gradable=True,
        score=_share(report),
        message=score_line(report),
        output=shortened("\n".join(map(remark_line, report.remarks)), length),
        tests=[_test(one, length) for one in result_lines(report)],
    )
    return _json(results)


def _share(report: ScoreReport) -> float:
    """Where nothing can be earned, all is earned, if it could be read."""
    if report.max_score == 0:
        return 1.0 if report.status is ReportStatus.GRADED else 0.0
    return min(1.0, (report.score or 0.0) / report.max_score)


def _test(one: ResultLine, length: int) -> _Test:
    return _Test(
        name=f"{one.number} {one.name}",
        description=one.status.value.replace("_", " "),
        points=one.score or 0.0,
        max_points=one.max_score,
        message=shortened(one.message, length),
        output=shortened(one.details, length),
    )


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"

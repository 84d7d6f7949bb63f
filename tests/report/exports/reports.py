"""Reports of every kind that can leave the house: full, partial, zero, unreadable, failed, overridden, hostile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from hypothesis import strategies as st

from grader.score_report import (
    AssignmentRef,
    CriterionScore,
    DiagnosisStatus,
    Example,
    ExerciseScore,
    Misconception,
    Override,
    Owner,
    Remark,
    ReportStatus,
    ScoreReport,
    Status,
    SubmissionRef,
)

NOW = datetime(2026, 1, 31, 23, 59, 58, 123_456, tzinfo=UTC)
ASSIGNMENT = AssignmentRef("distance", "Sheet 3: Distances", "0123456789abcdef")
MAX_SCORE = 100.0

HOSTILE_NAMES = (
    '=HYPERLINK("http://evil.example","Jane")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "  =1+1",
    "＝1+1",  # noqa: RUF001 - the full-width sign is the point
    "Doe; =1+1",
    'Doe","=1+1',
    "two\nlines\r\n=3",
    "\x1b[31mred\x1b[0m\x07",
    "\u202egnirts\u202c",
    "דוד כהן",
    "👩‍👩‍👧 🏳️‍🌈",
    "<script>alert(1)</script> & <b>bold</b>",
    "]]>&amp;\x0b\ufffe",
    "x" * 5000,
)

UNSCALED = Misconception(
    "unscaled", "1/√d is missing", "The sums go on as they are.", "Look at <the formula>: = what happens first?", 0.4
)
EXAMPLE = Example(
    call="distance(a, b) on the example with two points",
    inputs={"a": [1.0, 2.0], "b": [[0.5, -1.0], [3.0, 4.0]]},
    output="result",
    where="point 1",
    expected=2.828427,
    got="nan",
    rule="result must not be negative",
)


def owner_of(platform: str, id_: str, name: str, *, late: bool | None = None, email: str = "") -> Owner:
    return Owner(platform, id_, name, f"{name}_{id_}_assignsubmission_file", late, email)


def criterion(
    id_: str, status: Status, score: float | None, most: float, *, example: Example | None = None
) -> CriterionScore:
    message = "" if status is Status.PASSED else f"The {id_} <is> not as it should be; -1 = 1."
    return CriterionScore(id_, f"Right {id_}", status, score, most, message, example)


def exercise(id_: str, criteria: Sequence[CriterionScore], *, named: Sequence[Misconception] = ()) -> ExerciseScore:
    given = [one.score for one in criteria if one.score is not None]
    statuses = {one.status for one in criteria}
    failed = Status.GRADER_ERROR in statuses
    status = Status.GRADER_ERROR if failed else statuses.pop() if len(statuses) == 1 else Status.PARTIAL
    return ExerciseScore(
        id=id_,
        title=f"Distance & co., {id_}",
        status=status,
        score=None if failed else round(sum(given), 2),
        max_score=round(sum(one.max_score for one in criteria), 2),
        criteria=list(criteria),
        diagnosis=DiagnosisStatus.NAMED if named else DiagnosisStatus.NONE,
        misconceptions=list(named),
    )


def report_of(
    id_: str,
    owner: Owner | None,
    exercises: Sequence[ExerciseScore],
    *,
    status: ReportStatus = ReportStatus.GRADED,
    remarks: Sequence[Remark] = (),
) -> ScoreReport:
    failed = status is ReportStatus.GRADER_ERROR
    return ScoreReport(
        assignment=ASSIGNMENT,
        submission=SubmissionRef(id_, f"{id_}/sheet.ipynb", "ab" * 32, owner),
        status=status,
        score=None if failed else round(sum(one.score or 0.0 for one in exercises), 2),
        max_score=round(sum(one.max_score for one in exercises), 2),
        exercises=list(exercises),
        remarks=list(remarks),
    )


# --- one of each kind ------------------------------------------------------------------------------------------------


def full(id_: str, owner: Owner | None) -> ScoreReport:
    return report_of(id_, owner, _exercises(Status.PASSED, 1.0))


def partial(id_: str, owner: Owner | None) -> ScoreReport:
    first = exercise(
        "ex1",
        [
            criterion("interface", Status.PASSED, 10.0, 10.0),
            criterion("values", Status.PARTIAL, 17.55, 40.0, example=EXAMPLE),
        ],
        named=[UNSCALED],
    )
    second = exercise(
        "ex2", [criterion("plot", Status.FAILED, 0.0, 30.0), criterion("labels", Status.PASSED, 20.0, 20.0)]
    )
    remarks = [Remark("renamed_function", "distance is called \x1b[31mdistanz\x1b[0m here.", 3)]
    return report_of(id_, owner, [first, second], remarks=remarks)


def zero(id_: str, owner: Owner | None) -> ScoreReport:
    return report_of(id_, owner, _exercises(Status.FAILED, 0.0))


def unreadable(id_: str, owner: Owner | None) -> ScoreReport:
    remarks = [Remark("damaged", "The notebook is damaged: it is not valid JSON.")]
    return report_of(id_, owner, _exercises(Status.NOT_RUN, 0.0), status=ReportStatus.UNREADABLE, remarks=remarks)


def no_notebook(id_: str, owner: Owner | None) -> ScoreReport:
    remarks = [Remark("no_notebook", "Only a PDF was handed in.")]
    return report_of(id_, owner, _exercises(Status.NOT_RUN, 0.0), status=ReportStatus.NO_NOTEBOOK, remarks=remarks)


def grader_error(id_: str, owner: Owner | None) -> ScoreReport:
    """One exercise was graded, one failed: still there is no score."""
    first = exercise(
        "ex1", [criterion("interface", Status.PASSED, 10.0, 10.0), criterion("values", Status.PASSED, 40.0, 40.0)]
    )
    second = exercise(
        "ex2", [criterion("plot", Status.GRADER_ERROR, None, 30.0), criterion("labels", Status.PASSED, 20.0, 20.0)]
    )
    remarks = [Remark("grader_error", "The grader failed (ValueError). This is no fault of the submission.")]
    return report_of(id_, owner, [first, second], status=ReportStatus.GRADER_ERROR, remarks=remarks)


def overridden(id_: str, owner: Owner | None) -> ScoreReport:
    """The instructor has set the second exercise, at which the grader had failed."""
    failed = grader_error(id_, owner)
    override = Override(45.5, "=The right idea; the slip was in the sheet.", None, Status.GRADER_ERROR)
    second = msgspec.structs.replace(failed.exercises[1], score=45.5, status=Status.PARTIAL, override=override)
    return report_of(id_, owner, [failed.exercises[0], second])


def worth_nothing(id_: str, owner: Owner | None) -> ScoreReport:
    criteria = [criterion("survey", Status.NOT_RUN, None, 0.0), criterion("style", Status.FAILED, 0.0, 0.0)]
    return report_of(id_, owner, [exercise("ex1", criteria)])


def _exercises(status: Status, share: float) -> list[ExerciseScore]:
    points = {"ex1": {"interface": 10.0, "values": 40.0}, "ex2": {"plot": 30.0, "labels": 20.0}}
    return [
        exercise(id_, [criterion(name, status, most * share, most) for name, most in criteria.items()])
        for id_, criteria in points.items()
    ]


# --- a class ---------------------------------------------------------------------------------------------------------

KINDS = (full, partial, zero, unreadable, no_notebook, grader_error, overridden)
PEOPLE = (
    ("101", "Jane Doe"),
    ("102", "Max Müller"),
    ("103", "Zoë O'Neil"),
    ("104", "Ana García López"),
    ("105", "Li Wei"),
    ("106", "Erika Mustermann"),
    ("107", "Óscar Núñez"),
)


def varied_class(platform: str) -> list[ScoreReport]:
    """One report of each kind, by students whom the platform knows as 101 to 107; Max Müller was late."""
    return [
        kind(f"{name}_{id_}", owner_of(platform, id_, name, late=name == "Max Müller"))
        for kind, (id_, name) in zip(KINDS, PEOPLE, strict=True)
    ]


def hostile_class(platform: str) -> list[ScoreReport]:
    """Students 201, 202, … with names that attack whoever reads them, each with a partial score and an override."""
    reports = []
    for number, name in enumerate(HOSTILE_NAMES, 201):
        one = overridden(f"{name}_{number}", owner_of(platform, str(number), name))
        spoiled = msgspec.structs.replace(one.exercises[0], title=name)
        override = Override(45.5, name, None, Status.GRADER_ERROR)
        reasoned = msgspec.structs.replace(one.exercises[1], override=override)
        remark = Remark("hostile", name, 1)
        reports.append(msgspec.structs.replace(one, exercises=[spoiled, reasoned], remarks=[remark]))
    return reports


def scored(reports: Sequence[ScoreReport]) -> dict[str, float]:
    """The owner's id ─▶ the score, of all that have one."""
    return {
        one.submission.owner.id: one.score
        for one in reports
        if one.submission.owner is not None and one.score is not None
    }


# --- any -------------------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
POINTS = st.integers(0, 10_000).map(lambda cents: cents / 100)


@st.composite
def any_report(draw: st.DrawFn, id_: str, owner: Owner | None) -> ScoreReport:
    """A report with any points and any texts."""
    exercises = []
    for number in range(draw(st.integers(1, 3))):
        criteria = [draw(_any_criterion(f"c{place}")) for place in range(draw(st.integers(1, 3)))]
        one = msgspec.structs.replace(exercise(f"ex{number}", criteria), title=draw(TEXTS))
        if draw(st.booleans()):
            override = Override(draw(POINTS), draw(TEXTS), one.score, one.status)
            one = msgspec.structs.replace(one, score=override.points, status=Status.PARTIAL, override=override)
        exercises.append(one)
    failed = any(one.status is Status.GRADER_ERROR for one in exercises)
    status = ReportStatus.GRADER_ERROR if failed else draw(st.sampled_from(_WITH_SCORE))
    return report_of(id_, owner, exercises, status=status, remarks=[Remark("any", draw(TEXTS))])


_WITH_SCORE = [ReportStatus.GRADED, ReportStatus.UNREADABLE, ReportStatus.NO_NOTEBOOK]


@st.composite
def _any_criterion(draw: st.DrawFn, id_: str) -> CriterionScore:
    most = draw(POINTS)
    status = draw(st.sampled_from([*Status]))
    part = {Status.PASSED: most, Status.FAILED: 0.0, Status.GRADER_ERROR: None, Status.NOT_RUN: 0.0}
    score = part.get(status, round(most / 2, 2))
    return CriterionScore(id_, draw(TEXTS), status, score, most, draw(TEXTS), None)

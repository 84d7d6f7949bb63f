"""From a platform's download to what the platform reads, with the real command and real kernels: nobody is lost, and
each gets their own points.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import SUBMISSIONS
from tests.intake.downloads import Student, make_download
from tests.notebooks import ROOT
from tests.report.exports.readers.github_classroom_reader import read_result
from tests.report.exports.readers.grades_reader import read_grades
from tests.report.exports.readers.gradescope_reader import read_gradescope
from tests.report.exports.readers.junit_reader import read_junit
from tests.report.exports.readers.lti_reader import read_index
from tests.report.exports.readers.prairielearn_reader import read_prairielearn
from tests.report.exports.readers.table_reader import changes
from tests.report.exports.readers.zip_reader import read_ilias_feedback, read_moodle_feedback


def sample(name: str) -> bytes:
    return (SUBMISSIONS / name / "notebook.ipynb").read_bytes()


CLASS = (
    Student("Jane", "Doe", "jdoe", 101, files={"attention.ipynb": sample("right_plain"), "notes.txt": b"x"}),
    Student("Max", "Müller", "mm02", 102, late=True, files={"sheet.ipynb": sample("wrong_no_mask")}),
    # The sheet as it was given lies beside the work.
    Student("Zoe", "Oneil", "zo03", 103, files={"a.ipynb": sample("messy_empty"), "b.ipynb": sample("right_loops")}),
    Student("Ana", "Lopez", "al04", 104, files={"attention.ipynb": sample("messy_truncated")}),
    Student("Li", "Wei", "lw05", 105, files={"essay.pdf": b"%PDF-1.7"}),
)
SCORES = {101: 100.0, 102: 89.03, 103: 100.0, 104: 0.0, 105: 0.0}
_OF_LOGIN = {student.login: student.number for student in CLASS}

WORKSHEET = "".join(
    f"{line}\r\n"
    for line in (
        (
            'Identifier,"Full name",Status,Grade,"Maximum grade","Grade can be changed",'
            '"Last modified (submission)","Last modified (grade)","Feedback comments"'
        ),
        *(f'"Participant {one.number}","{one.first} {one.last}",Submitted,,100.00,Yes,-,-,' for one in CLASS),
        '"Participant 190","=Somebody Else",Submitted,55.00,100.00,Yes,-,-,',
    )
).encode()
CANVAS_GRADEBOOK = "".join(
    f"{line}\n"
    for line in (
        "Student,ID,SIS User ID,SIS Login ID,Section,Attention (4712),Final Score",
        "    Points Possible,,,,,100.00,(read only)",
        *(f'"{one.last}, {one.first}",{one.number},s{one.number},{one.login},A,,0.00' for one in CLASS),
        '"Student, Test",199,,0123456789abcdef,A,,',
    )
).encode()
BLACKBOARD_GRADEBOOK = b"\xff\xfe" + "".join(
    "\t".join(f'"{cell}"' for cell in line) + "\r\n"
    for line in (
        ("Last Name", "First Name", "Username", "Student ID", "Attention [Total Pts: 100 Score] |77"),
        *((one.last, one.first, one.login, str(one.number), "") for one in CLASS),
        ("Else", "Somebody", "else", "190", "31"),
    )
).encode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Graded:
    """A class's results folder, and a place for what is exported of it."""

    results: Path
    place: Path

    def export(self, to: str, worksheet: tuple[str, bytes] | None = None) -> dict[str, bytes]:
        options = []
        if worksheet is not None:
            name, content = worksheet
            (self.place / name).write_bytes(content)
            options = ["--fill", str(self.place / name)]
        out = self.place / to
        run("export", str(self.results), "--to", to, "-o", str(out), *options)
        written = [path for path in out.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in written}

    def rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = json.loads((self.results / "scores.json").read_bytes())["submissions"]
        return rows


def run(*arguments: str) -> None:
    command = [sys.executable, "-m", "grader", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)  # noqa: S603 - ours
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Graded]:
    """Each platform's download of the class, as a zip, graded once."""
    made: dict[str, Graded] = {}

    def grade(platform: str) -> Graded:
        if platform not in made:
            place = tmp_path_factory.mktemp(platform)
            download = make_download(platform, CLASS, place / "download", as_zip=True)
            run("grade", str(download), "-o", str(place / "results"))
            made[platform] = Graded(place / "results", place)
        return made[platform]

    return grade


def by_number(rows: list[dict[str, object]]) -> Mapping[int, dict[str, object]]:
    """By what the platform knows students by: a number, or a login."""
    return {_OF_LOGIN.get(str(row["student"])) or int(str(row["student"])): row for row in rows}


@pytest.mark.parametrize(
    "platform", ["moodle", "moodle-flat", "canvas", "blackboard", "ilias", "gradescope", "nbgrader"]
)
def test_everybody_is_found_with_the_right_notebook(platform: str, graded: Callable[[str], Graded]) -> None:
    rows = by_number(graded(platform).rows())
    assert {number: row["score"] for number, row in rows.items()} == SCORES
    assert (rows[104]["status"], rows[105]["status"]) == ("unreadable", "no_notebook")
    if platform in {"canvas", "ilias"}:
        assert [number for number, row in rows.items() if row.get("late")] == [102]
    (zoe,) = (graded(platform).results / "reports").glob(f"{rows[103]['id']}/report.json")
    remarks = json.loads(zoe.read_bytes())["remarks"]
    assert [one["id"] for one in remarks] == ["chosen_notebook"]


def test_moodle_takes_its_worksheet_and_its_feedback_back(graded: Callable[[str], Graded]) -> None:
    files = graded("moodle").export("moodle", ("Grades.csv", WORKSHEET))
    changed = changes(WORKSHEET, files["Grades.csv"], ",", ["Grade", "Feedback comments"])
    grades = {row: float(text) for (row, column), text in changed.items() if column == "Grade"}
    assert grades == {row: SCORES[student.number] for row, student in enumerate(CLASS, 2)}
    feedback = read_moodle_feedback(files["feedback.zip"])
    # Of whoever handed in text alone Moodle's download has no folder for files.
    assert {int(number) for number in feedback} == set(SCORES)
    assert "Nothing is masked" in feedback["102"].decode() or "nothing is masked" in feedback["102"].decode()


def test_canvas_takes_its_gradebook_back(graded: Callable[[str], Graded]) -> None:
    files = graded("canvas").export("canvas", ("Gradebook.csv", CANVAS_GRADEBOOK))
    changed = changes(CANVAS_GRADEBOOK, files["Gradebook.csv"], ",", ["Attention (4712)"])
    assert {row: float(text) for (row, _), text in changed.items()} == {
        row: SCORES[student.number] for row, student in enumerate(CLASS, 3)
    }


def test_blackboard_takes_its_gradebook_back(graded: Callable[[str], Graded]) -> None:
    files = graded("blackboard").export("blackboard", ("gc.xls", BLACKBOARD_GRADEBOOK))
    column = "Attention [Total Pts: 100 Score] |77"
    changed = changes(BLACKBOARD_GRADEBOOK, files["gc.xls"], "\t", [column])
    assert {row: float(text) for (row, _), text in changed.items()} == {
        row: SCORES[student.number] for row, student in enumerate(CLASS, 2)
    }


def test_ilias_takes_feedback_in_its_own_folders(graded: Callable[[str], Graded]) -> None:
    files = graded("ilias").export("ilias")
    folders = read_ilias_feedback(files["multi_feedback.zip"])
    assert set(folders) == {"Doe_Jane_jdoe_101", "Muller_Max_mm02_102", "Oneil_Zoe_zo03_103", "Lopez_Ana_al04_104"} | {
        "Wei_Li_lw05_105"
    }


def test_gradescope_takes_each_result(graded: Callable[[str], Graded]) -> None:
    files = graded("gradescope").export("gradescope")
    assert {name: read_gradescope(content)["score"] for name, content in files.items()} == {
        f"submission_{number}/results.json": score for number, score in SCORES.items()
    }


def test_what_programs_read(graded: Callable[[str], Graded]) -> None:
    """Of nbgrader's folders, since any class can be exported to any of these."""
    made = graded("nbgrader")
    lti = read_index(made.export("lti"))
    assert {_OF_LOGIN[one["userId"]]: one["scoreGiven"] for one in lti.values()} == SCORES
    grades = read_grades(made.export("csv")["grades.csv"])
    assert {_OF_LOGIN[row["student_id"]]: float(row["score"]) for row in grades} == SCORES
    suites = read_junit(made.export("junit")["junit.xml"])
    assert len(suites) == len(CLASS)
    assert set(suites["jdoe"].values()) == {"passed"}
    pulled = {name: read_prairielearn(content) for name, content in made.export("prairielearn").items()}
    assert {name: one["score"] for name, one in pulled.items()} == {
        f"{student.login}/results.json": pytest.approx(SCORES[student.number] / 100) for student in CLASS
    }
    classroom = made.export("github-classroom")
    assert read_result(classroom["jdoe/result.json"])["status"] == "pass"
    assert read_result(classroom["mm02/result.json"])["status"] == "fail"

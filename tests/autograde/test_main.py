"""What a platform sees of a run: results and a good exit code, or a failure of the autograder, never nobody's zero."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grader.answer_key import AnswerKey
from grader.autograde import grading
from grader.autograde.__main__ import main
from grader.errors import KernelUnavailable, SandboxUnavailable
from grader.model import SubmissionFile
from grader.report.json_report import decode_report
from grader.runner import Runner
from grader.runner.sandbox import Layer, Sandbox
from grader.workers import Outcome, grade_one
from tests.bundle import platform_readers as readers
from tests.fakes import FakeRunner
from tests.notebooks import ROOT, code_notebook

TINY = ROOT / "tests" / "courses" / "tiny"
NOTEBOOK = code_notebook("def distance(a, b): return 0")


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Without kernels: what was asked to be hidden from them."""
    asked: list[Path] = []

    def find(choice: str, private: Sequence[Path]) -> Sandbox:
        assert choice == "auto"
        asked.extend(private)
        return Sandbox((Layer.LANDLOCK, Layer.SECCOMP))

    monkeypatch.setattr(grading, "find_sandbox", find)
    monkeypatch.setattr(grading, "KernelRunner", lambda _: FakeRunner())
    return asked


@pytest.fixture
def gradescope(tmp_path: Path) -> Path:
    """/autograder, with a submission and the results of an earlier run."""
    shutil.copytree(TINY, tmp_path / "source" / "course")
    for folder in ("submission", "results"):
        (tmp_path / folder).mkdir()
    (tmp_path / "submission" / "distance.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "results" / "results.json").write_text('{"score": 77}', encoding="utf-8")
    return tmp_path


@pytest.fixture
def prairielearn(tmp_path: Path) -> Path:
    (tmp_path / "student").mkdir()
    (tmp_path / "student" / "distance.ipynb").write_bytes(NOTEBOOK)
    return tmp_path


def _gradescope(root: Path, *more: str) -> int:
    return main(["gradescope", "--root", str(root), *more])


def test_results_are_written_whole_and_the_log_tells_how(
    gradescope: Path, hidden: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    del hidden
    assert _gradescope(gradescope) == 0
    results = readers.gradescope(gradescope / "results")
    assert results.score == 0
    assert results.execution_time is not None
    assert [path.name for path in (gradescope / "results").iterdir()] == ["results.json"]
    said = capsys.readouterr().out
    assert "Sealed with: landlock, seccomp." in said
    assert "distance.ipynb: graded, 0 of" in said
    assert "the platform waits 600 s" in said


def test_students_code_is_kept_from_all_that_the_platform_has(gradescope: Path, hidden: list[Path]) -> None:
    _gradescope(gradescope)
    names = {path.relative_to(gradescope).as_posix() for path in hidden}
    assert names == {
        "source",
        "source/course",
        "submission",
        "results",
        "run_autograder",
        "submission_metadata.json",
    }


def test_the_owner_comes_from_the_metadata(
    gradescope: Path, hidden: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    del hidden
    seen: list[SubmissionFile] = []

    def graded(file: SubmissionFile, key: AnswerKey, runner: Runner) -> Outcome:
        seen.append(file)
        return grade_one(file, key, runner)

    monkeypatch.setattr(grading, "grade_one", graded)
    (gradescope / "submission_metadata.json").write_text('{"id": 9, "users": [{"name": "Ann"}]}', encoding="utf-8")
    _gradescope(gradescope)
    (file,) = seen
    assert file.owner is not None
    assert (file.id, file.owner.name) == ("9", "Ann")


# --- failures --------------------------------------------------------------------------------------------------------


def _no_seal(*_: object) -> Sandbox:
    raise SandboxUnavailable("Student code can't be sealed on this machine: it lacks landlock.")


def _without_seal(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setattr(grading, "find_sandbox", _no_seal)


def _without_kernels(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setattr(grading, "KernelRunner", lambda _: FakeRunner(failure=KernelUnavailable("no kernel here")))


def _with_a_broken_course(_: pytest.MonkeyPatch, root: Path) -> None:
    (root / "source" / "course" / "reference" / "distance.py").write_text("1 / 0", encoding="utf-8")


def _without_a_submission(_: pytest.MonkeyPatch, root: Path) -> None:
    shutil.rmtree(root / "submission")


def _without_a_course(_: pytest.MonkeyPatch, root: Path) -> None:
    shutil.rmtree(root / "source")


def _with_a_mistake_of_ours(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setattr("grader.autograde.run.find_one", None)


def _with_results_that_can_t_be_written(_: pytest.MonkeyPatch, root: Path) -> None:
    shutil.rmtree(root / "results")
    (root / "results").write_text("a file", encoding="utf-8")


_Break = Callable[[pytest.MonkeyPatch, Path], None]
FAILURES = [
    pytest.param(_without_seal, "it lacks landlock", id="no seal"),
    pytest.param(_without_kernels, "no kernel here", id="no kernel"),
    pytest.param(_with_a_broken_course, "can't be loaded: ZeroDivisionError", id="broken course"),
    pytest.param(_without_a_submission, "there is no such folder", id="no submission folder"),
    pytest.param(_without_a_course, "there is no course here", id="no course"),
    pytest.param(_with_a_mistake_of_ours, "TypeError", id="our mistake"),
    pytest.param(_with_results_that_can_t_be_written, "Not a directory", id="no results folder"),
]


@pytest.mark.parametrize(("break_it", "said"), FAILURES)
def test_where_the_grader_fails_there_are_no_results_an_old_one_neither(
    break_it: _Break,
    said: str,
    gradescope: Path,
    hidden: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Gradescope then shows that the autograder failed, and its output to the instructor."""
    del hidden
    break_it(monkeypatch, gradescope)
    assert _gradescope(gradescope) == 1
    assert not (gradescope / "results" / "results.json").exists()
    out = capsys.readouterr().out
    assert said in out
    assert out.endswith("NOT GRADED. That is a failure of the autograder, and no score of 0.\n")


def test_prairielearn_is_told_that_it_could_not_be_graded(
    prairielearn: Path, hidden: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a program that ended well: of others its older servers make a 0."""
    del hidden
    monkeypatch.setattr(grading, "find_sandbox", _no_seal)
    assert main(["prairielearn", "--root", str(prairielearn), "--course", str(TINY)]) == 0
    results = readers.prairielearn(prairielearn / "results")
    assert (results.gradable, results.score) == (False, None)
    assert "no fault of yours" in results.format_errors[0]
    assert "landlock" not in results.message


def test_prairielearn_results_are_a_share_of_1(prairielearn: Path, hidden: list[Path]) -> None:
    assert main(["prairielearn", "--root", str(prairielearn), "--course", str(TINY)]) == 0
    results = readers.prairielearn(prairielearn / "results")
    assert (results.gradable, results.score) == (True, 0)
    assert prairielearn in hidden
    assert TINY in hidden


# --- a class, on GitHub ----------------------------------------------------------------------------------------------


@pytest.fixture
def repositories(tmp_path: Path) -> Path:
    for name, content in (("class+alice", NOTEBOOK), ("class+bob", b"{")):
        (tmp_path / "submissions" / name / "hw").mkdir(parents=True)
        (tmp_path / "submissions" / name / "hw" / "distance.ipynb").write_bytes(content)
    (tmp_path / "submissions" / "class+carl").mkdir()
    return tmp_path


def _github(root: Path) -> int:
    return main(["github-classroom", "--root", str(root), "--course", str(TINY)])


def test_each_repository_has_a_report_a_result_and_a_comment(repositories: Path, hidden: list[Path]) -> None:
    assert _github(repositories) == 0
    results = repositories / "results"
    told = results / "github-classroom"
    names = {"class+alice", "class+bob", "class+carl"}
    assert {path.name for path in told.iterdir()} == {f"{name}.{kind}" for name in names for kind in ("json", "md")}
    for name in names:
        report = decode_report((results / "reports" / name / "report.json").read_bytes())
        result = readers.github((told / f"{name}.json").read_bytes())
        assert result.max_score == report.max_score
        assert sum(test.score for test in result.tests) == report.score
        assert (told / f"{name}.md").read_text(encoding="utf-8").startswith("0 of ")
    assert (results / "scores.csv").exists()
    assert "| class+bob | 0 of 5 (unreadable) |" in (results / "summary.md").read_text(encoding="utf-8")
    assert repositories in hidden


def test_a_comment_mentions_nobody_and_holds_no_markup(repositories: Path, hidden: list[Path]) -> None:
    del hidden
    sheet = repositories / "submissions" / "class+alice" / "hw" / "distance.ipynb"
    sheet.rename(sheet.with_name("@everyone ```![x](http:y).ipynb"))
    shutil.copy(TINY / "assignments" / "distance" / "distance.ipynb", sheet.with_name("@all.ipynb"))
    _github(repositories)
    text = (repositories / "results" / "github-classroom" / "class+alice.md").read_text(encoding="utf-8")
    assert "@everyone" in text or "@all" in text
    first, *others = text.splitlines()
    assert "@" not in first
    assert all(line.startswith("    ") for line in others if line)


def test_where_the_grader_fails_at_one_it_is_said_and_the_others_are_told(
    repositories: Path, hidden: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del hidden
    _without_kernels(monkeypatch, repositories)
    assert _github(repositories) == 1
    told = {path.stem for path in (repositories / "results" / "github-classroom").iterdir()}
    assert told == {"class+bob", "class+carl"}
    assert "The grader failed at class+alice: see run.json" in capsys.readouterr().out


def test_without_repositories_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _github(tmp_path) == 1
    assert "there is no repository here" in capsys.readouterr().out


# --- the command -----------------------------------------------------------------------------------------------------


def test_a_course_can_be_checked_when_the_image_is_built(gradescope: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _gradescope(gradescope, "--check-course") == 0
    assert "The course is sound" in capsys.readouterr().out
    _with_a_broken_course(pytest.MonkeyPatch(), gradescope)
    assert _gradescope(gradescope, "--check-course") == 1
    assert (gradescope / "results" / "results.json").read_text(encoding="utf-8") == '{"score": 77}'


def test_a_timeout_that_is_too_short_is_said(gradescope: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _gradescope(gradescope, "--timeout", "20") == 1
    assert "20 s are too short" in capsys.readouterr().out


def test_an_unknown_platform_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["moodle"])
    assert "gradescope" in capsys.readouterr().err


def test_the_log_holds_no_control_characters(
    gradescope: Path, hidden: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    del hidden
    notebook = gradescope / "submission" / "distance.ipynb"
    notebook.rename(notebook.with_name(os.fsdecode(b"\x1b]0;x\x07\xff.ipynb")))
    assert _gradescope(gradescope) == 0
    assert "\x1b" not in capfd.readouterr().out

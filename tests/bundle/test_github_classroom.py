"""What grades on GitHub stays with the teacher: tokens reach no student's code, and names reach no shell."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.bundle import Platform
from tests.bundle.unpacked import bundle, files_of, unzip
from tests.bundle.workflow import Workflow, read_workflow


@pytest.fixture(scope="module")
def workflow() -> Workflow:
    return read_workflow(files_of(bundle(Platform.GITHUB_CLASSROOM))[".github/workflows/classroom.yml"])


def test_the_token_is_known_where_repositories_are_fetched_and_told_and_nowhere_else(workflow: Workflow) -> None:
    knowing = {
        step.name
        for job in workflow.jobs.values()
        for step in job.steps
        if "secrets." in str(step.environment) + str(step.inputs) + step.run
    }
    assert knowing == {"Fetch the students' repositories", "Tell the students"}
    assert not [job for job in workflow.jobs.values() if "secrets." in str(job.environment)]
    assert workflow.jobs["grade"].steps[0].inputs["persist-credentials"] is False


def test_the_workflows_own_rights_are_to_read(workflow: Workflow) -> None:
    assert workflow.permissions == {"contents": "read"}


def test_no_students_push_starts_it(workflow: Workflow) -> None:
    assert set(workflow.on) == {"workflow_dispatch", "schedule"}


def test_no_expression_is_put_into_a_script(workflow: Workflow) -> None:
    """It would be run as shell: https://docs.github.com/en/actions/concepts/security/script-injections."""
    assert not [step.name for job in workflow.jobs.values() for step in job.steps if "${{" in step.run]


def test_the_reporter_gets_its_variable_and_can_go_missing_without_harm(workflow: Workflow) -> None:
    """Actions that can't be had end a job before its first step: this one is in a job that nothing needs."""
    (reporter,) = (step for step in workflow.jobs["report"].steps if "autograding-grading-reporter" in step.uses)
    assert reporter.inputs == {"runners": "attention"}
    assert set(reporter.environment) == {"ATTENTION_RESULTS"}
    assert not [step for step in workflow.jobs["grade"].steps if "classroom-resources" in step.uses]
    assert "AUTOGRADING_REPORTER == 'yes'" in workflow.jobs["report"].condition


def test_the_readme_says_why_nothing_is_in_students_repositories() -> None:
    readme = files_of(bundle(Platform.GITHUB_CLASSROOM))["README.md"].decode()
    assert "can change its workflows" in readme
    assert "never a zero" in readme


TOKEN = "t0ken"  # noqa: S105 - no one's


# --- the scripts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def teachers(tmp_path: Path) -> Path:
    """The teacher's repository."""
    unzip(bundle(Platform.GITHUB_CLASSROOM), tmp_path / "teachers")
    return tmp_path / "teachers"


def script(name: str, teachers: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GRADING": str(teachers / "grading"), "GIT_CONFIG_GLOBAL": "/dev/null", **variables}
    return subprocess.run(  # noqa: S603 - the bundle's own
        ["bash", f"grader/{name}"],  # noqa: S607 - found as anywhere
        cwd=teachers,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def repository(server: Path, name: str, files: Mapping[str, str | Path]) -> None:
    """A student's repository on a server of the test's own; a path among `files` becomes a link to it."""
    work = server / "work" / name
    work.mkdir(parents=True)
    for file, content in files.items():
        (work / file).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            (work / file).symlink_to(content)
        else:
            (work / file).write_text(content, encoding="utf-8")
    who = ["-c", "user.name=s", "-c", "user.email=s@example.org", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "--allow-empty", "-m", "done"]):
        subprocess.run(["git", *who, *command], cwd=work, check=True)  # noqa: S603, S607 - ours
    subprocess.run(["git", "clone", "-q", "--bare", work, server / f"{name}.git"], check=True)  # noqa: S603, S607 - ours


def test_repositories_are_fetched_one_folder_each_without_git_in_it(teachers: Path, tmp_path: Path) -> None:
    server = tmp_path / "server"
    repository(server, "class/hw-alice", {"attention.ipynb": "{}", "sub/x.txt": "x"})
    repository(server, "class/hw-bob", {"a b.ipynb": "{}"})
    (teachers / "repositories.txt").write_bytes(b"# a comment\r\nclass/hw-alice\r\n\r\nclass/hw-bob")
    ended = script("fetch_repositories.sh", teachers, GITHUB_SERVER_URL=server.as_uri(), STUDENTS_TOKEN=TOKEN)
    assert ended.returncode == 0, ended.stderr
    folders = {path.name for path in (teachers / "grading" / "submissions").iterdir()}
    assert folders == {"class+hw-alice", "class+hw-bob"}
    found = {path.name for path in (teachers / "grading" / "submissions").rglob("*")}
    assert {"attention.ipynb", "x.txt", "a b.ipynb"} <= found
    assert ".git" not in found
    names = [line.split()[:2] for line in (teachers / "grading" / "commits.txt").read_text().splitlines()]
    assert names == [["class+hw-alice", "class/hw-alice"], ["class+hw-bob", "class/hw-bob"]]


def test_git_is_told_the_token_by_its_environment(teachers: Path, tmp_path: Path) -> None:
    """Command lines are seen by every process of the machine."""
    seen = tmp_path / "seen"
    fake(tmp_path / "bin", "git", f'env | grep ^GIT_CONFIG_VALUE_0= >"{seen}"; echo "$@" >>"{seen}"; exit 1')
    (teachers / "repositories.txt").write_text("class/hw-alice\n", encoding="utf-8")
    script("fetch_repositories.sh", teachers, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", STUDENTS_TOKEN=TOKEN)
    variable, arguments = seen.read_text(encoding="utf-8").splitlines()
    assert base64.b64decode(variable.split()[-1]) == f"x-access-token:{TOKEN}".encode()
    assert TOKEN not in arguments
    assert "https://github.com/class/hw-alice.git" in arguments


@pytest.mark.parametrize(
    "line", ["../../etc", "class/hw-alice/..", "class/$(touch pwned)", "--upload-pack=touch/pwned", "class"]
)
def test_what_is_no_repository_is_said_and_the_others_are_fetched(line: str, teachers: Path, tmp_path: Path) -> None:
    server = tmp_path / "server"
    repository(server, "class/hw-bob", {"a.ipynb": "{}"})
    (teachers / "repositories.txt").write_text(f"{line}\nclass/hw-bob\n", encoding="utf-8")
    (tmp_path / "env").touch()
    ended = script(
        "fetch_repositories.sh", teachers, GITHUB_SERVER_URL=server.as_uri(), GITHUB_ENV=str(tmp_path / "env")
    )
    assert "::error::" in ended.stdout
    assert "FETCHING_FAILED=1" in (tmp_path / "env").read_text(encoding="utf-8")
    assert [path.name for path in (teachers / "grading" / "submissions").iterdir()] == ["class+hw-bob"]
    assert not list(tmp_path.rglob("pwned"))


def test_a_list_without_repositories_ends_the_run(teachers: Path) -> None:
    ended = script("fetch_repositories.sh", teachers)
    assert ended.returncode == 1
    assert "There is nothing to grade" in ended.stdout


def fake(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.fixture
def graded(teachers: Path, tmp_path: Path) -> Path:
    """As after grading: alice has a result, the grader failed at bob."""
    told = teachers / "grading" / "results" / "github-classroom"
    told.mkdir(parents=True)
    (told / "class+hw-alice.md").write_text("87.5 of 100 points\n\n    all of it\n", encoding="utf-8")
    (told / "class+hw-alice.json").write_text("{}", encoding="utf-8")
    (teachers / "grading" / "results" / "summary.md").write_text("| a | b |\n", encoding="utf-8")
    lines = ("class+hw-alice class/hw-alice aaa", "class+hw-bob class/hw-bob bbb")
    (teachers / "grading" / "commits.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    # A GitHub of one file: what was told last is what is asked for.
    fake(tmp_path / "bin", "gh", _GH.format(folder=tmp_path))
    return teachers


_GH = """\
printf '%s\\n' "$*" >>"{folder}/calls"
case "$*" in
  *--jq*) cat "{folder}/described" 2>/dev/null || true ;;
  *statuses/*)
    for one in "$@"; do
      case "$one" in description=*) echo "${{one#description=}}" >"{folder}/described" ;; esac
    done ;;
esac"""


def test_students_are_told_once_their_score_and_all_of_the_feedback(graded: Path, tmp_path: Path) -> None:
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    for _ in range(2):
        ended = script("tell_students.sh", graded, PATH=path)
        assert ended.returncode == 0, ended.stderr
    posts = [line for line in (tmp_path / "calls").read_text(encoding="utf-8").splitlines() if "POST" in line]
    assert len(posts) == 2
    assert "repos/class/hw-alice/commits/aaa/comments" in posts[0]
    assert f"body=@{graded}/grading/results/github-classroom/class+hw-alice.md" in posts[0]
    assert "repos/class/hw-alice/statuses/aaa" in posts[1]
    assert "context=grader/attention -f description=87.5 of 100 points" in posts[1]


def test_where_the_grader_failed_students_are_told_nothing(graded: Path, tmp_path: Path) -> None:
    script("tell_students.sh", graded, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert "hw-bob" not in (tmp_path / "calls").read_text(encoding="utf-8")


def test_what_could_not_be_told_wholly_is_told_again(graded: Path, tmp_path: Path) -> None:
    working = (tmp_path / "bin" / "gh").read_text(encoding="utf-8")
    fake(tmp_path / "bin", "gh", 'case "$*" in *comments*) exit 1 ;; esac\n' + working)
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    assert script("tell_students.sh", graded, PATH=path).returncode == 1
    assert "statuses/aaa" not in (tmp_path / "calls").read_text(encoding="utf-8")
    fake(tmp_path / "bin", "gh", working)
    assert script("tell_students.sh", graded, PATH=path).returncode == 0
    assert "description=87.5 of 100 points" in (tmp_path / "calls").read_text(encoding="utf-8")


def test_who_can_t_be_told_is_said(graded: Path, tmp_path: Path) -> None:
    fake(tmp_path / "bin", "gh", "exit 1")
    ended = script("tell_students.sh", graded, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert ended.returncode == 1
    assert "::error::class/hw-alice could not be told" in ended.stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here; on GitHub's machines it is")
def test_what_was_graded_is_listed_and_missing_repositories_end_the_run(graded: Path, tmp_path: Path) -> None:
    outputs = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    assert script("list_results.sh", graded, **outputs).returncode == 0
    assert json.loads(Path(outputs["GITHUB_OUTPUT"]).read_text().removeprefix("graded=")) == ["class+hw-alice"]
    assert Path(outputs["GITHUB_STEP_SUMMARY"]).read_text() == "| a | b |\n"
    assert script("list_results.sh", graded, **outputs, FETCHING_FAILED="1").returncode == 1

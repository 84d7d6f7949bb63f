"""What a platform runs is run: bundles are unpacked, installed and started as there, and in containers like there.

The one real installation (a minute at most) is shared by all. Students' code is not believed to be kept out: it tries.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from grader.bundle import Platform
from grader.report.json_report import decode_report
from tests.bundle import platform_readers as readers
from tests.bundle.container import (
    Container,
    can_bind,
    limited,
    limits_can_be_set,
    mount_points,
    peak_memory,
    short_lived_folder,
)
from tests.bundle.image import Image
from tests.bundle.test_github_classroom import repository
from tests.bundle.unpacked import bundle, unzip
from tests.bundle.workflow import SHELL, filled, read_workflow
from tests.notebooks import ROOT, filled_sheet

CAN_BIND = can_bind()
in_container = pytest.mark.skipif(not CAN_BIND, reason="needs root, and mounts that nobody else sees")
small_container = pytest.mark.skipif(
    not (CAN_BIND and limits_can_be_set()), reason="needs root, and control groups of its own"
)

MEBI = 2**20
FULL = ROOT / "tests" / "submissions" / "right_plain" / "notebook.ipynb"
PYTHON = "/opt/grader-tests-python"
"""This Python, where users besides root can reach it, as a platform's own."""


@dataclass(frozen=True, slots=True)
class Gradescope:
    container: Container
    root: Path
    """As it is seen from outside."""
    inside: str = "/autograder"

    def hand_in(self, files: Mapping[str, bytes | Path], metadata: object = None) -> None:
        """A Path becomes a link. What an earlier submission left is gone, as in a container of its own."""
        for name in ("submission", "results"):
            shutil.rmtree(self.root / name, ignore_errors=True)
            (self.root / name).mkdir()
        for name, content in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                path.symlink_to(content)
            else:
                path.write_bytes(content)
        (self.root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")

    def grade(self, container: Container | None = None) -> tuple[readers.GradescopeResults, str]:
        ended = (container or self.container).run(f"{self.inside}/run_autograder", cwd=self.inside)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert ended.stderr == ""
        return readers.gradescope(self.root / "results"), ended.stdout


@pytest.fixture(scope="module")
def gradescope() -> Iterator[Gradescope]:
    """The image, as Gradescope builds it of the bundle: setup.sh, with a network, as root at /autograder.

    For an ordinary user the folder is where it is, and scripts and seal are the same.
    """
    with short_lived_folder() as root, ExitStack() as ending:
        unzip(bundle(Platform.GRADESCOPE), root / "source")
        shutil.copy2(root / "source" / "run_autograder", root / "run_autograder")
        if CAN_BIND:
            ending.enter_context(mount_points("/autograder", "/grade", "/opt/grader", PYTHON))
            built = Gradescope(Container({"/autograder": root, PYTHON: Path(sys.base_prefix)}), root)
            python = f"{PYTHON}/bin/python3"
        else:
            built = Gradescope(Container(None, {"GRADER_ROOT": str(root)}), root, str(root))
            python = sys.executable
        ended = built.container.run("bash", f"{built.inside}/source/setup.sh", variables={"GRADER_PYTHON": python})
        assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr[-5000:]
        assert "The course is sound" in ended.stdout
        yield built


# --- Gradescope ------------------------------------------------------------------------------------------------------


def test_only_its_owner_can_look_at_what_was_unpacked(gradescope: Gradescope) -> None:
    others = [path for path in (gradescope.root / "source").rglob("*") if path.stat().st_mode & 0o077]
    assert not others
    assert (gradescope.root / "source").stat().st_mode & 0o777 == 0o700


@small_container
def test_full_marks_in_a_container_as_small_as_gradescopes(gradescope: Gradescope) -> None:
    due = {"due_date": "2026-11-01T12:00:00+01:00"}
    users = [{"email": "ann@example.org", "id": 1, "name": "Ann"}]
    gradescope.hand_in(
        {"attention (2).ipynb": FULL.read_bytes()},
        {"id": 4711, "created_at": "2026-11-01T12:00:01+01:00", "assignment": due, "users": users},
    )
    with limited("grader-tests-small", 768 * MEBI, 0.5) as group:
        results, said = gradescope.grade(replace(gradescope.container, group=group))
        peak = peak_memory(group)
    assert results.score == sum(test.score for test in results.tests) == 100
    assert all(test.status == "passed" for test in results.tests)
    assert "This container has 768 MiB of memory, and 0.5 processors" in said
    assert "Sealed with: landlock, seccomp, privileges, limits." in said
    assert peak < 400 * MEBI


EATS = """
import numpy as np
kept = []
try:
    while True:
        kept.append(np.ones(2**20))
except MemoryError:
    pass
held = 8 * len(kept)
try:
    with open("big", "wb") as file:
        while True:
            file.write(bytes(2**20))
except OSError:
    pass
del kept
raise RuntimeError(f"held {held} MiB")
"""


@small_container
def test_a_notebook_that_takes_all_memory_ends_itself_and_not_the_grader(gradescope: Gradescope) -> None:
    gradescope.hand_in({"attention.ipynb": filled_sheet(last=EATS)})
    with limited("grader-tests-eaten", 768 * MEBI, 2.0) as group:
        results, _ = gradescope.grade(replace(gradescope.container, group=group))
        peak = peak_memory(group)
    held = int(results.output.split("held ")[1].split(" MiB")[0])
    assert 200 < held < 448
    assert results.score == 60
    assert peak < 768 * MEBI


SPIES = """
import os
done = []
def attempt(what, how):
    try:
        how()
        done.append(what)
    except OSError:
        pass
def read(path):
    with open(path, "rb") as file:
        assert file.read(1)
def write(path):
    with open(path, "w") as file:
        file.write('{"score": 100}')
course = "/autograder/source/course"
attempt("list source", lambda: os.listdir("/autograder/source"))
attempt("read reference", lambda: read(f"{course}/reference/attention.py"))
attempt("read assignment", lambda: read(f"{course}/assignments/attention/assignment.toml"))
attempt("read bundle", lambda: read("/autograder/source/requirements.txt"))
attempt("read metadata", lambda: read("/autograder/submission_metadata.json"))
attempt("read submission", lambda: read("/autograder/submission/attention.ipynb"))
attempt("list results", lambda: os.listdir("/autograder/results"))
attempt("write results", lambda: write("/autograder/results/results.json"))
attempt("write beside", lambda: write("/autograder/results/mine.json"))
attempt("link results", lambda: os.symlink("mine.json", "/autograder/results/link.json"))
attempt("replace script", lambda: write("/autograder/run_autograder"))
attempt("write course", lambda: write(f"{course}/reference/attention.py"))
attempt("rename", lambda: os.rename("/autograder/results", "/autograder/results2"))
"""
TOLD = "raise RuntimeError(f'{len(done)} done: {done}')"


def test_students_code_reads_and_writes_nothing_of_the_platforms(gradescope: Gradescope) -> None:
    gradescope.hand_in(
        {"attention.ipynb": filled_sheet(last=SPIES.replace("/autograder", gradescope.inside) + TOLD)}, {"id": 1}
    )
    before = {path: path.read_bytes() for path in (gradescope.root / "source").rglob("*") if path.is_file()}
    results, _ = gradescope.grade()
    assert "RuntimeError: 0 done: []" in results.output
    assert results.score == 60
    assert [path.name for path in (gradescope.root / "results").iterdir()] == ["results.json"]
    assert before == {path: path.read_bytes() for path in before}


@in_container
def test_the_same_code_outside_of_the_seal_does_all_of_it(gradescope: Gradescope) -> None:
    """Else the test above would say nothing. On a copy, since it writes."""
    with short_lived_folder() as folder:
        for name in ("source", "submission", "results"):
            shutil.copytree(gradescope.root / name, folder / name)
        (folder / "submission" / "attention.ipynb").write_bytes(b"{}")
        (folder / "submission_metadata.json").write_text("{}", encoding="utf-8")
        ended = Container({"/autograder": folder}).run("python3", "-c", f"{SPIES}\nprint(len(done))")
    assert ended.stdout.split() == ["13"], ended.stderr


def test_a_submission_made_to_confuse_is_graded_as_what_it_is(gradescope: Gradescope) -> None:
    gradescope.hand_in({
        "attention.ipynb": Path("/autograder/source/course/reference/attention.py"),
        "source": Path("/autograder/source"),
        "results.json": b'{"score": 100}',
        "results/results.json": b'{"score": 100}',
        "grader/__init__.py": b"raise SystemExit",
        "sitecustomize.py": b"raise SystemExit",
        "numpy.py": b"raise SystemExit",
        "-o.ipynb": FULL.read_bytes()[:3000],
        "$(touch pwned)\n[1m.ipynb": b"{}",
        **{f"try{number}.ipynb": filled_sheet({"attentionQuery": ""}) for number in range(7)},
        "zz final.ipynb": FULL.read_bytes(),
    })  # fmt: skip
    results, said = gradescope.grade()
    assert results.score == 100
    assert "zz final.ipynb" in results.output
    assert "zz final.ipynb: graded, 100 of 100" in said
    assert not list(gradescope.root.rglob("pwned"))


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"report.pdf": b"%PDF"}, "notebook"),
        ({"attention.ipynb": Path("/autograder/source/course/reference/attention.py")}, "link"),
    ],
    ids=["no notebook", "a link to the reference"],
)
def test_what_can_t_be_graded_has_no_points_and_the_reason(
    files: Mapping[str, bytes | Path], says: str, gradescope: Gradescope
) -> None:
    gradescope.hand_in(files)
    results, _ = gradescope.grade()
    assert results.score == 0
    assert all(test.status == "failed" for test in results.tests)
    assert says in results.output


@in_container
def test_a_machine_that_can_t_seal_fails_and_gives_no_zero(gradescope: Gradescope) -> None:
    gradescope.hand_in({"attention.ipynb": FULL.read_bytes()})
    without = replace(gradescope.container, denied=("landlock_create_ruleset",))
    ended = without.run("/autograder/run_autograder", cwd="/autograder")
    assert ended.returncode == 1
    assert "it lacks landlock" in ended.stdout
    assert "no score of 0" in ended.stdout
    assert not (gradescope.root / "results" / "results.json").exists()


# --- PrairieLearn ----------------------------------------------------------------------------------------------------


@in_container
def test_prairielearns_image_grades_what_is_mounted(gradescope: Gradescope, tmp_path: Path) -> None:
    """Its Python is the one that was installed above: pip finds all that the Dockerfile asks for."""
    unzip(bundle(Platform.PRAIRIELEARN), tmp_path / "context")
    (tmp_path / "image").mkdir()
    (tmp_path / "job" / "student").mkdir(parents=True)
    (tmp_path / "job" / "data").mkdir()
    (tmp_path / "job" / "student" / "my work.ipynb").write_bytes(FULL.read_bytes())
    tmp_path.chmod(0o755)
    bound = {**(gradescope.container.bound or {}), "/opt/grader": tmp_path / "image", "/grade": tmp_path / "job"}
    path = "/autograder/grader-env/bin:/usr/bin:/bin"
    image = Image(Container(bound, {"PATH": path}), "/opt/grader", tmp_path / "image")
    image.build(tmp_path / "context")
    assert "The course is sound" in image.said
    assert (tmp_path / "image" / "course").stat().st_mode & 0o077 == 0

    info = json.loads((tmp_path / "context" / "question" / "info.json").read_bytes())
    assert (info["externalGradingOptions"]["entrypoint"],) == image.entrypoint
    ended = image.container.run(*image.entrypoint, variables=image.environment)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    results = readers.prairielearn(tmp_path / "job" / "results")
    assert (results.gradable, results.score) == (True, 1.0)
    assert "Sealed with: landlock, seccomp, privileges, limits." in ended.stdout

    without = replace(image.container, denied=("landlock_create_ruleset",))
    ended = without.run(*image.entrypoint, variables=image.environment)
    assert ended.returncode == 0
    assert not readers.prairielearn(tmp_path / "job" / "results").gradable


# --- GitHub ----------------------------------------------------------------------------------------------------------


def test_the_workflow_grades_students_repositories(gradescope: Gradescope, tmp_path: Path) -> None:
    """Its steps one after the other; the last one hands on what the reporter reads."""
    workspace = tmp_path / "workspace"
    unzip(bundle(Platform.GITHUB_CLASSROOM), workspace)
    repository(tmp_path, "class/attention-ann", {"attention.ipynb": FULL.read_text(encoding="utf-8")})
    repository(tmp_path, "class/attention-bob", {"attention.ipynb": Path("/etc/passwd"), "README.md": "hello"})
    (workspace / "repositories.txt").write_text("class/attention-ann\nclass/attention-bob\n", encoding="utf-8")
    workflow = read_workflow((workspace / ".github" / "workflows" / "classroom.yml").read_bytes())
    grade = workflow.jobs["grade"]
    values = {"github.workspace": str(workspace), "secrets.STUDENTS_TOKEN": "token"}
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
    variables = {
        "PATH": f"{gradescope.inside}/grader-env/bin:/usr/bin:/bin",
        "GITHUB_SERVER_URL": tmp_path.as_uri(),
        "GRADING": filled(grade.environment["GRADING"], values),
        **files,
    }
    steps = ["Install the grader", "Fetch the students' repositories", "Grade", "List what was graded"]
    for name in steps:
        step = grade.step(name)
        ended = gradescope.container.run(
            *SHELL, "-c", step.run, cwd=workspace, variables={**variables, **step.variables(values)}
        )
        assert ended.returncode == 0, f"{name}\n{ended.stdout}\n{ended.stderr}"
    results = workspace / "grading" / "results"
    report = decode_report((results / "reports" / "class+attention-ann" / "report.json").read_bytes())
    assert report.score == 100
    assert "| class+attention-bob | 0 of 100 (unreadable) |" in Path(files["GITHUB_STEP_SUMMARY"]).read_text()

    graded = json.loads(Path(files["GITHUB_OUTPUT"]).read_text().removeprefix("graded="))
    assert graded == ["class+attention-ann", "class+attention-bob"]
    shutil.copytree(results, workspace / "results")
    hand_on = workflow.jobs["report"].step("Hand the result on")
    for name in graded:
        handed = {**hand_on.variables({"matrix.repository": name}), "GITHUB_OUTPUT": str(tmp_path / name)}
        ended = gradescope.container.run(*SHELL, "-c", hand_on.run, cwd=workspace, variables={**variables, **handed})
        assert ended.returncode == 0, ended.stderr
        encoded = (tmp_path / name).read_text(encoding="ascii").removeprefix("result=")
        decoded = subprocess.run(["base64", "-d"], input=encoded.encode(), capture_output=True, check=True)  # noqa: S607
        result = readers.github(decoded.stdout)
        assert result.status == ("pass" if name.endswith("ann") else "fail")
        assert sum(test.score for test in result.tests) == (100 if name.endswith("ann") else 0)

"""Commands as a person types them: what they print, and exit codes."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from grader import cli, workforce
from grader.errors import KernelUnavailable
from grader.report.json_report import published_schema
from grader.results import locked
from grader.runner.sandbox import Layer
from grader.version import __version__
from tests.fakes import FakeRunner
from tests.notebooks import ROOT, filled_sheet


def grader(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=120)  # noqa: S603


@pytest.fixture
def two(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "alice [bold].ipynb").write_bytes(filled_sheet())
    (tmp_path / "in" / "bob.ipynb").write_bytes(b"")
    return tmp_path / "in"


def test_grade_prints_lines_and_a_table_and_ends_well(two: Path, tmp_path: Path) -> None:
    ended = grader("grade", two, "-o", tmp_path / "out", "-j", "2")
    assert ended.returncode == 0, ended.stderr
    assert "] alice [bold]: 60 of 100" in ended.stderr
    assert "] bob: unreadable" in ended.stderr
    assert "NOT sealed" not in ended.stderr
    lines = ended.stdout.splitlines()
    assert any("alice [bold]" in line and line.count("20") == 3 for line in lines)
    assert any("bob" in line and "unreadable" in line for line in lines)
    assert (tmp_path / "out" / "reports" / "alice [bold]" / "report.json").is_file()
    assert json.loads((tmp_path / "out" / "scores.json").read_bytes())["assignment"]["id"] == "attention"
    assert "\x1b" not in ended.stdout + ended.stderr


def test_unsealed_kernels_are_said_loudly_and_run_records_name_the_layers(two: Path, tmp_path: Path) -> None:
    loud = grader("grade", two, "-o", tmp_path / "off", "--sandbox", "off")
    assert (loud.returncode, "NOT sealed" in loud.stderr) == (0, True)
    grader("grade", two, "-o", tmp_path / "auto")
    layers = {
        out: json.loads((tmp_path / out / "reports" / "alice [bold]" / "run.json").read_bytes())["sandbox"]
        for out in ("off", "auto")
    }
    assert layers["off"] == []
    assert {"landlock", "seccomp"} <= set(layers["auto"])


def test_keep_notebooks_writes_what_was_shown_and_the_report_is_the_same(tmp_path: Path) -> None:
    sample = ROOT / "tests" / "submissions" / "right_plain"
    grader("grade", sample, "-o", tmp_path / "plain")
    grader("grade", sample, "-o", tmp_path / "kept", "--keep-notebooks")
    (folder,) = (path.parent.relative_to(tmp_path / "kept") for path in (tmp_path / "kept").rglob("report.json"))
    notebook = nbformat.read(tmp_path / "kept" / folder / "executed.ipynb", as_version=4)
    nbformat.validate(notebook)
    kinds = [kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})]
    assert kinds.count("image/png") == 6
    assert not (tmp_path / "plain" / folder / "executed.ipynb").exists()
    reports = {(tmp_path / out / folder / "report.json").read_bytes() for out in ("plain", "kept")}
    assert len(reports) == 1


def test_doctor_shows_every_layer() -> None:
    ended = grader("doctor")
    assert all(layer in ended.stdout for layer in Layer)
    assert "ealed" in ended.stdout


def test_a_fault_of_the_grader_ends_with_1(two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workforce, "KernelRunner", lambda *_, **__: FakeRunner(failure=KernelUnavailable("no kernel")))
    monkeypatch.chdir(ROOT)
    ended = CliRunner().invoke(cli.app, ["grade", str(two), "-o", str(tmp_path / "out")])
    assert ended.exit_code == 1
    assert "The grader failed at 1: alice [bold]" in ended.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "none.ipynb"], "there is no such file or folder"),
        (["grade", "reference"], "no notebook"),
        (["grade", "README.md", "-a", "atention"], 'Did you mean "attention"?'),
        (["grade", "README.md", "--course", "/"], "No course folder"),
        (["grade"], "Missing argument"),
        (["grde"], "No such command"),
        (["grade", "README.md", "-j", "-1"], "Invalid value"),
    ],
)
def test_wrong_use_ends_with_2_and_says_the_mend(arguments: list[str], said: str) -> None:
    ended = grader(*arguments)
    assert ended.returncode == 2
    assert said in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_an_authors_mistake_ends_with_2_and_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "assignments" / "a").mkdir(parents=True)
    (tmp_path / "reference").mkdir()
    (tmp_path / "assignments" / "a" / "assignment.toml").write_text("format = 1\nidd = 'a'", encoding="utf-8")
    ended = grader("grade", ROOT / "README.md", cwd=tmp_path)
    assert ended.returncode == 2
    assert 'unknown key "idd". Did you mean "id"?' in ended.stderr


def test_names_can_do_nothing_to_the_terminal(tmp_path: Path) -> None:
    name = "esc\x1b]0;title\x07\n[9-9] forged.ipynb"
    (tmp_path / name).write_bytes(b"")
    ended = grader("grade", tmp_path, "-o", tmp_path / "out")
    assert ended.returncode == 0
    assert "\x1b" not in ended.stdout + ended.stderr
    assert not any(line.startswith("[9-9]") for line in ended.stderr.splitlines())


def test_a_listener_that_leaves_ends_no_batch(two: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m grader grade '{two}' -o '{tmp_path / 'out'}' 2>&1 | head -1"
    subprocess.run(command, shell=True, cwd=ROOT, check=True, capture_output=True, timeout=120)  # noqa: S602 - ours
    assert len(json.loads((tmp_path / "out" / "scores.json").read_bytes())["submissions"]) == 2


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stop_is_said_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "slow.ipynb").write_bytes(filled_sheet(last="import time; time.sleep(60)"))
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        command = [sys.executable, "-m", "grader", "grade", str(tmp_path / "in"), "-o", str(tmp_path / "out")]
        environment = {**os.environ, "TMPDIR": folder}
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603
        while not list(Path(folder).glob("grader-*/k*/s/k-1")) and started.poll() is None:
            time.sleep(0.1)
        started.send_signal(getattr(signal, name))
        _, said = started.communicate(timeout=60)
        assert list(Path(folder).iterdir()) == []
    assert started.returncode == 130
    assert "grader: stopped. Finished reports are kept: the same command goes on from there." in said
    assert "Traceback" not in said
    assert not list((tmp_path / "out").rglob("report.json"))


def test_schema_is_the_published_one() -> None:
    assert grader("schema").stdout == published_schema()


def test_version_and_help() -> None:
    assert grader("--version").stdout == f"grader {__version__}\n"
    assert "grade" in grader("--help").stdout


def test_mistakes_of_the_class_are_counted_and_unknown_ones_are_pointed_out(tmp_path: Path) -> None:
    samples = [ROOT / "tests" / "submissions" / name for name in ("wrong_no_mask", "wrong_unscaled", "wrong_squeezes")]
    ended = grader("grade", *samples, "-o", tmp_path / "out")
    assert "Named: no_mask (1), unscaled (1)." in ended.stdout
    assert "Wrong in a way that is not known: wrong_squeezes (ex3)." in ended.stdout
    rows = {row["id"]: row for row in json.loads((tmp_path / "out" / "scores.json").read_bytes())["submissions"]}
    assert rows["wrong_no_mask"]["misconceptions"] == {"ex5": ["no_mask"]}
    assert rows["wrong_unscaled"]["misconceptions"] == {id_: ["unscaled"] for id_ in ("ex1", "ex3", "ex5")}
    assert rows["wrong_squeezes"]["unknown"] == ["ex3"]
    assert "misconceptions" not in rows["wrong_squeezes"]


TINY = ROOT / "tests" / "courses" / "tiny"


def test_the_selftest_of_a_sound_course_ends_well() -> None:
    ended = grader("selftest", "distance", "--course", TINY)
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.splitlines()[-1] == "All is well."
    assert "14 notebooks graded" in ended.stdout
    assert "Grading 14 notebooks" in ended.stderr


def test_the_selftest_lists_what_broke(tmp_path: Path) -> None:
    """A hidden case that separates is taken away."""
    course = tmp_path / "course"
    shutil.copytree(TINY, course)
    reference = course / "reference" / "distance.py"
    text = reference.read_text(encoding="utf-8")
    case = '"five_elements": {"vector": [1, -2, 3, -4, 5.5]}, '
    assert case in text
    reference.write_text(text.replace(case, ""), encoding="utf-8")
    ended = grader("selftest", "--course", course)
    assert ended.returncode == 1
    assert "FAILED norm: no case tells apart: nothing wrong, or only_two. Add a case that does." in ended.stdout


def test_the_selftest_says_what_a_course_lacks(tmp_path: Path) -> None:
    course = tmp_path / "course"
    shutil.copytree(TINY, course)
    (course / "reference" / "distance_sources.py").unlink()
    ended = grader("selftest", "--course", course)
    assert ended.returncode == 2
    assert "distance_sources.py: there is no such file" in ended.stderr


def test_the_same_command_goes_on_where_it_was(two: Path, tmp_path: Path) -> None:
    first = grader("grade", two, "-o", tmp_path / "out")
    again = grader("grade", two, "-o", tmp_path / "out")
    assert "2 are finished already and kept, 0 are to be graded." in again.stderr
    assert again.stdout == first.stdout
    anew = grader("grade", two, "-o", tmp_path / "out", "--regrade")
    assert "[2/2]" in anew.stderr
    assert anew.stdout == first.stdout


def test_a_second_batch_in_one_folder_is_refused(two: Path, tmp_path: Path) -> None:
    with locked(tmp_path / "out"):
        ended = grader("grade", two, "-o", tmp_path / "out")
    assert ended.returncode == 2
    assert "another batch is writing its results here" in ended.stderr


def test_who_was_found_and_what_was_left_out_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "Jane Doe_4711_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "sheet.ipynb").write_bytes(b"")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "in" / "Joe Bloggs_4712_assignsubmission_file").mkdir()
    ended = grader("grade", tmp_path / "in", "-o", tmp_path / "out")
    assert ended.returncode == 0, ended.stderr
    assert "Left out: Jane Doe_4711_assignsubmission_file/photo.jpg" in ended.stderr
    scores = json.loads((tmp_path / "out" / "scores.json").read_bytes())["submissions"]
    assert [(row["id"], row["name"], row["student"], row["status"]) for row in scores] == [
        ("Jane Doe_4711", "Jane Doe", "4711", "unreadable"),
        ("Joe Bloggs_4712", "Joe Bloggs", "4712", "no_notebook"),
    ]
    intake = json.loads((tmp_path / "out" / "intake.json").read_bytes())
    assert intake["schema"] == "grader.intake/1"


def test_export_fills_what_the_platform_gave(tmp_path: Path) -> None:
    folder = tmp_path / "in" / "Jane Doe_4711_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "sheet.ipynb").write_bytes(b"")
    grader("grade", tmp_path / "in", "-o", tmp_path / "out")
    worksheet = tmp_path / "Grades.csv"
    worksheet.write_text(
        "Identifier,Full name,Status,Grade,Maximum grade,Grade can be changed,Last modified (submission),"
        "Last modified (grade),Feedback comments\r\n"
        "Participant 4711,Jane Doe,Submitted,,100.00,Yes,-,-,\r\n",
        encoding="utf-8",
        newline="",
    )
    ended = grader("export", tmp_path / "out", "--to", "moodle", "--fill", worksheet)
    assert ended.returncode == 0, ended.stderr
    with (tmp_path / "out" / "export" / "moodle" / "Grades.csv").open(encoding="utf-8", newline="") as stream:
        (filled,) = csv.DictReader(stream)
    assert (filled["Identifier"], float(filled["Grade"]), filled["Maximum grade"]) == ("Participant 4711", 0, "100.00")
    assert "1 of 1 reports, for moodle" in ended.stdout
    assert "feedback.zip" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "nowhere", "--to", "csv"], "Name a folder that `grader grade` has finished"),
        (["export", "nowhere", "--to", "moddle"], "Invalid value"),
        (["grade", "README.md", "--layout", "moddle"], "Invalid value"),
        (["grade", "tests/submissions/right_plain", "--cluster", "127.0.0.1:9"], "can't be reached"),
    ],
)
def test_more_wrong_use(arguments: list[str], said: str, tmp_path: Path) -> None:
    output = ["-o", str(tmp_path / "out")] if arguments[0] == "grade" else []
    ended = grader(*arguments, *output)
    assert ended.returncode == 2
    assert said in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr

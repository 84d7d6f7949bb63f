"""Which files are submissions, and that no two share an id."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.intake import find_submissions
from grader.report.files import report_folder


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}", encoding="utf-8")
    return path


def ids(*paths: Path) -> list[str]:
    return [file.id for file in find_submissions(paths).submissions]


def test_folders_are_searched_recursively(tmp_path: Path) -> None:
    put(tmp_path / "alice" / "sheet.ipynb")
    put(tmp_path / "bob" / "deep" / "Sheet.IPYNB")
    put(tmp_path / "notes.txt")
    assert ids(tmp_path) == ["alice", "bob/deep"]


def test_copies_that_nobody_handed_in_are_skipped(tmp_path: Path) -> None:
    put(tmp_path / "a.ipynb")
    put(tmp_path / ".ipynb_checkpoints" / "a-checkpoint.ipynb")
    put(tmp_path / "__MACOSX" / "a.ipynb")
    put(tmp_path / "._a.ipynb")
    assert ids(tmp_path) == ["a"]


def test_a_name_that_all_share_tells_nothing(tmp_path: Path) -> None:
    put(tmp_path / "alice" / "notebook.ipynb")
    put(tmp_path / "bob" / "notebook.ipynb")
    assert ids(tmp_path) == ["alice", "bob"]
    assert ids(tmp_path / "alice") == ["notebook"]


def test_one_name_in_two_folders_given_apart(tmp_path: Path) -> None:
    one, other = put(tmp_path / "a" / "x.ipynb"), put(tmp_path / "b" / "x.ipynb")
    put(tmp_path / "b" / "y.ipynb")
    assert ids(one, other.parent) == ["a/x", "b/x", "y"]


def test_a_file_given_twice_is_graded_once(tmp_path: Path) -> None:
    one = put(tmp_path / "x.ipynb")
    assert ids(one, tmp_path, one) == ["x"]


@pytest.mark.parametrize(
    "names",
    [
        ("a.ipynb", "A.ipynb"),
        ("a.ipynb", "a.IPYNB"),
        ("ü.ipynb", unicodedata.normalize("NFD", "ü") + ".ipynb"),
        ("a.ipynb", "a~2.ipynb", "A.ipynb"),
        ("report.json.ipynb", "run.json.ipynb", "scores.csv.ipynb"),
        ("a:b.ipynb", "a?b.ipynb", "a_b.ipynb"),
        (" lead.ipynb", "trail .ipynb", "trail.ipynb", "CON.ipynb"),
        ("Aufgabe mit Leerzeichen.ipynb", "übung.ipynb", "🙂.ipynb"),
        ("x" * 240 + ".ipynb", "x" * 239 + ".ipynb"),
        ("a/report.json/x.ipynb", "a.ipynb", "a/run.json.ipynb"),
        ("x:y.ipynb", "x_y-1274e286.ipynb"),
        (".ipynb", "unnamed.ipynb", "a/.ipynb"),
    ],
)
def test_no_two_submissions_share_a_report(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        put(tmp_path / "in" / name)
    found = find_submissions([tmp_path / "in"]).submissions
    assert len(found) == len(names)
    folders = [str(report_folder(tmp_path / "out", file.id)) for file in found]
    assert len({unicodedata.normalize("NFKC", folder).casefold() for folder in folders}) == len(names)
    for folder in folders:
        put(Path(folder) / "report.json")
    assert len(list((tmp_path / "out").rglob("report.json/report.json"))) == 0


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.ipynb"
    Path(os.fsdecode(name)).write_bytes(b"{}")
    (found,) = find_submissions([tmp_path]).submissions
    assert found.id == "caf\ufffd"


def test_links_are_refused_in_folders_but_not_when_named(tmp_path: Path) -> None:
    """A link in a student's folder could lead to another student's work."""
    target = put(tmp_path / "alice" / "a.ipynb")
    bob = tmp_path / "bob"
    bob.mkdir()
    (bob / "b.ipynb").symlink_to(target)
    (bob / "all").symlink_to(tmp_path / "alice")
    refusals = {file.id: file.refusal for file in find_submissions([bob]).submissions}
    assert set(refusals) == {"b", "all"}
    assert all(refusal is not None and "link" in refusal for refusal in refusals.values())
    (named,) = find_submissions([bob / "b.ipynb"]).submissions
    assert named.refusal is None


def test_what_is_no_regular_file_is_refused_unopened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (found,) = find_submissions([tmp_path]).submissions
    assert found.refusal == "It is not a regular file."


def test_nothing_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        find_submissions([tmp_path / "missing"])
    with pytest.raises(UsageError, match="no notebook"):
        find_submissions([tmp_path])


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever's work lies there would be lost without a word."""
    put(tmp_path / "a.ipynb")
    (tmp_path / "locked").mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(UsageError, match="locked: can't be read: Permission denied"):
        find_submissions([tmp_path])

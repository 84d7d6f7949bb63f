"""What may be read holds nothing that is hidden, and all else that it held before."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import SandboxUnavailable
from grader.runner.sandbox import readable
from grader.runner.sandbox.readable import interpreter_paths, without

# Names of which one begins another: a path is not below all that begin it.
NAMES = ("a", "ab", "a.b")


def fake_tree(depth: int = 3) -> Iterator[str]:
    """The leaves of a full tree."""
    level = [""]
    for _ in range(depth):
        level = [f"{path}/{name}" for path in level for name in NAMES]
    yield from level


LEAVES = list(fake_tree())
FOLDERS = sorted({leaf[:end] for leaf in LEAVES for end, letter in enumerate(leaf) if letter == "/" and end})


def below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


@given(st.sampled_from(["/", *FOLDERS]), st.lists(st.sampled_from(FOLDERS + LEAVES), max_size=4))
def test_nothing_hidden_is_reached_and_all_else_still_is(path: str, hidden: list[str]) -> None:
    hidden = [one for one in hidden if not (below(path, one) and path != one)]
    parts = list(without(path, hidden, lambda _: NAMES))
    for part in parts:
        assert not any(below(part, one) or below(one, part) for one in hidden)
    for leaf in LEAVES:
        is_hidden = any(below(leaf, one) for one in hidden)
        assert sum(below(leaf, part) for part in parts) == (below(leaf, path) and not is_hidden)


def test_the_interpreter_and_its_libraries_are_covered() -> None:
    paths = interpreter_paths([]).paths
    for name in ("stdlib", "purelib", "platlib"):
        real = os.path.realpath(sysconfig.get_path(name))
        assert any(below(real, path) for path in paths), name


@pytest.mark.parametrize("path", ["/", "/etc", "/etc/passwd", "/root", "/home", "/tmp", "/proc", "/dev", "/usr/bin"])  # noqa: S108 - names
def test_the_machines_other_files_are_not(path: str) -> None:
    assert path not in interpreter_paths([]).paths


def test_what_is_private_is_not(tmp_path: Path) -> None:
    """A folder among the libraries: what lies beside it stays readable."""
    library = Path(os.path.realpath(sysconfig.get_path("stdlib"))) / "json"
    found = interpreter_paths([library])
    assert not any(below(str(library), path) or below(path, str(library)) for path in found.paths)
    assert any(below(str(library.parent / "email"), path) for path in found.paths)
    assert interpreter_paths([tmp_path]) == interpreter_paths([])


def test_an_interpreter_inside_what_is_private_is_refused() -> None:
    """Say an environment in the course's folder, whose libraries nobody could be sealed from."""
    purelib = Path(os.path.realpath(sysconfig.get_path("purelib")))
    with pytest.raises(SandboxUnavailable, match="Install the environment elsewhere"):
        interpreter_paths([purelib.parent])


def test_a_private_folder_by_way_of_a_link_is_the_folder(tmp_path: Path) -> None:
    library = Path(os.path.realpath(sysconfig.get_path("stdlib"))) / "json"
    (tmp_path / "link").symlink_to(library)
    assert interpreter_paths([tmp_path / "link"]).paths == interpreter_paths([library]).paths


def test_links_are_noted_as_they_stand_and_paths_are_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "real"
    (real / "lib").mkdir(parents=True)
    (tmp_path / "one").symlink_to("real")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    monkeypatch.setattr(readable, "_SYSTEM", (str(tmp_path / "two" / "lib"),))
    monkeypatch.setattr(readable, "_of_interpreter", lambda: iter(()))
    found = interpreter_paths([])
    assert str(real / "lib") in found.paths
    assert found.links[str(tmp_path / "two")] == str(tmp_path / "one")
    assert found.links[str(tmp_path / "one")] == "real"


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all there is to read."""
    monkeypatch.setattr(readable, "_SYSTEM", (str(tmp_path / "lib"),))
    monkeypatch.setattr(readable, "_of_interpreter", lambda: iter(()))
    monkeypatch.setattr(readable, "DEVICES", ())
    (tmp_path / "lib" / "course" / "reference").mkdir(parents=True)
    return tmp_path / "lib"


def test_what_is_needed_but_lies_in_a_private_folder_is_refused(libraries: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="students' code must not read"):
        interpreter_paths([libraries.parent])


def test_a_link_beside_what_is_hidden_does_not_lead_there(libraries: Path) -> None:
    secret = libraries / "course" / "reference"
    (libraries / "course" / "latest").symlink_to("reference")
    (libraries / "all").symlink_to("/")
    for path in interpreter_paths([secret]).paths:
        assert not below(str(secret), os.path.realpath(path))


def test_no_path_is_below_another(libraries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "a.b", "a/b"):
        (libraries / name).mkdir()
    monkeypatch.setattr(readable, "_SYSTEM", tuple(str(libraries / name) for name in ("a", "a.b", "a/b")))
    assert interpreter_paths([]).paths == (str(libraries / "a"), str(libraries / "a.b"))


def test_zipped_libraries_on_the_path_are_covered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python.zip").touch()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "python.zip"), str(tmp_path)])
    paths = interpreter_paths([]).paths
    assert str(tmp_path / "python.zip") in paths
    assert str(tmp_path) not in paths, "only libraries, not whatever is imported from"

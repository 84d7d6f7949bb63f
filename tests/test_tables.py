"""A course's toml files: what is wrong is said by file, place and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import AssignmentError
from grader.tables import Name, Table, read_table


class Colour(Table, frozen=True):
    name: Name
    share: float = 1.0


class Paint(Table, frozen=True):
    colours: tuple[Colour, ...]


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "paint.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_read(tmp_path: Path) -> None:
    read = read_table(write(tmp_path, "colours = [{ name = 'red', share = 0.5 }]"), Paint)
    assert read == Paint((Colour("red", 0.5),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colours = [{ name = 'red', shere = 1 }]", r'colours\[0\]: unknown key "shere"\. Did you mean "share"\?'),
        ("colours = [{ name = 'light red' }]", r"colours\[0\]\.name: Expected `str` matching"),
        ("colours = [{ name = 'red', share = 'all' }]", r"colours\[0\]\.share: Expected `float`"),
        ("colours = [", "is not valid TOML"),
    ],
)
def test_mistakes_are_placed(text: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, text)
    with pytest.raises(AssignmentError, match=said) as caught:
        read_table(path, Paint)
    assert str(path) in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssignmentError, match=r"paint\.toml: can't be read: No such file"):
        read_table(tmp_path / "paint.toml", Paint)

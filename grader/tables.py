"""A course's toml files as typed tables. Whatever is wrong in one is said by file, place and mend."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from grader.errors import AssignmentError
from grader.naming import did_you_mean

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Text = Annotated[str, msgspec.Meta(pattern=r"\S")]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


_AnyTable = TypeVar("_AnyTable", bound=Table)


def read_table(path: Path, form: type[_AnyTable]) -> _AnyTable:
    """The file as a `form`. Raises AssignmentError."""
    try:
        # Windows' editors begin a file with a byte-order mark.
        return msgspec.toml.decode(path.read_bytes().removeprefix(BOM_UTF8), type=form)
    except OSError as error:
        message = f"{path}: can't be read: {error.strerror}."
        raise AssignmentError(message) from error
    except msgspec.ValidationError as error:
        raise AssignmentError(f"{path}: {_explain(str(error))}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{path}: is not valid TOML: {error}."
        raise AssignmentError(message) from error


_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`(?: - at `\$\.?(?P<place>[^`]*)`)?")
_UNKNOWN_TAG = re.compile(r"Invalid value '(?P<tag>[^']*)' - at `\$\.?(?P<place>[^`]*)`")
_EMPTY = re.compile(r"Expected `str` matching regex '\\\\S'")
_PLACED = re.compile(r"(?P<what>.*) - at `\$\.?(?P<place>[^`]*)`")


def _explain(problem: str) -> str:
    if found := _UNKNOWN_KEY.match(problem):
        place = found["place"] or "the top level"
        return f'{place}: unknown key "{found["key"]}".{did_you_mean(found["key"], _known_keys())}'
    if found := _UNKNOWN_TAG.match(problem):
        return f'{found["place"]}: unknown value "{found["tag"]}".{did_you_mean(found["tag"], _known_tags())}'
    if found := _PLACED.match(problem):
        return f"{found['place']}: {_EMPTY.sub('must not be empty', found['what'])}."
    return f"{problem}."


def _tables(base: type[Table] | None = None) -> Iterator[type[Table]]:
    for table in (base or Table).__subclasses__():
        yield table
        yield from _tables(table)


def _known_keys() -> set[str]:
    return {key for table in _tables() for key in table.__struct_fields__} | {"rule", "kind"}


def _known_tags() -> set[str]:
    tags = (table.__struct_config__.tag for table in _tables())
    return {tag for tag in tags if isinstance(tag, str)}

"""Gradescope's `submission_metadata.yml` ─▶ who handed in each submission.

It is written by Ruby, so its keys are symbols:

    submission_12345:
      :submitters:
      - :name: Jane Doe
        :sid: '4711'
        :email: jane@example.edu
      :created_at: 2024-05-01 10:00:00.000000000 Z
      :results: …

`:results:` holds what students' programs printed. YAML indents all of that deeper than what is read here, so a line is
believed for its place alone; and no part of the file is built into objects, as YAML libraries would.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from grader.plaintext import one_line

METADATA_BYTES = 64 * 2**20
_MOST_SUBMITTERS = 50
_LONGEST_LINE = 2000

_RECORD = re.compile(r"""(["']?)(?P<name>[^\s:"'#]+)\1:\s*""")
_FIELD = re.compile(r"  :(?P<key>\w+):(?P<value>.*)")
_OF_A_SUBMITTER = re.compile(r"(?P<indent> *)(?P<dash>- )?:(?P<key>name|sid|email):(?P<value>.*)")
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")
_DURATION = re.compile(r"[\d:.]+")


@dataclass(frozen=True, slots=True)
class Submitted:
    """Who handed in one submission: one student, or all of a team. Empty where the file doesn't say."""

    names: tuple[str, ...] = ()
    sids: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    late: bool | None = None


def read_metadata(content: bytes) -> dict[str, Submitted]:
    """Each submission's folder ─▶ who handed it in. Whatever can't be read is left out; nothing is raised."""
    lines = (line[:_LONGEST_LINE].decode("utf-8", "replace").rstrip() for line in io.BytesIO(content))
    return {name: _submitted(fields) for name, fields in _records(lines)}


def _records(lines: Iterable[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each record's name, and of its lines those that may count: (the field that they stand in, the line)."""
    name, field, kept = "", "", list[tuple[str, str]]()
    for line in lines:
        if record := _RECORD.fullmatch(line):
            if name:
                yield name, kept
            name, field, kept = record["name"], "", []
        elif found := _FIELD.fullmatch(line):
            field = found["key"]
            kept.append((field, found["value"]))
        elif field == "submitters" and len(kept) < 10 * _MOST_SUBMITTERS:
            kept.append((field, line))
    if name:
        yield name, kept


def _submitted(fields: Iterable[tuple[str, str]]) -> Submitted:
    late: bool | None = None
    lines: list[str] = []
    for field, text in fields:
        if field == "submitters":
            lines.append(text)
        elif field in {"late", "lateness"}:
            late = _lateness(_plain(text))
    people = list(islice(_people(lines), _MOST_SUBMITTERS))
    names, sids, emails = (tuple(one.get(key, "") for one in people) for key in ("name", "sid", "email"))
    return Submitted(names, sids, emails, late)


def _people(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """A dash begins a person, whose further keys stand two columns behind it."""
    person: dict[str, str] = {}
    column = -1
    for found in filter(None, map(_OF_A_SUBMITTER.fullmatch, lines)):
        if found["dash"]:
            if person:
                yield person
            person, column = {}, len(found["indent"]) + 2
        if found["dash"] or len(found["indent"]) == column:
            person.setdefault(found["key"], one_line(_plain(found["value"]), 100))
    if person:
        yield person


def _plain(value: str) -> str:
    """A scalar on one line without its quotes. What goes on in further lines is given up."""
    value = value.strip()
    if value[:1] in {"|", ">", "&", "*", "!"} or value in {"~", "null"}:
        return ""
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(_HEX.sub(r"\\u00\1", value), strict=False))
        except ValueError:
            return value[1:-1]
    return value


def _lateness(value: str) -> bool | None:
    if value in {"true", "false"}:
        return value == "true"
    return any(digit in value for digit in "123456789") if _DURATION.fullmatch(value) else None

"""`submission_metadata.json` of Gradescope ─▶ who handed in, and whether that was late.

https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/. Gradescope reserves the right to change
it, and grading needs none of it: what isn't there, or is of another form, is taken as not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.plaintext import one_line
from grader.score_report import Owner

# Each earlier submission is in there with its results.
_LARGEST = 64 * 2**20
_MOST_USERS = 50
_LONGEST_NAME = 100


class _Metadata(msgspec.Struct, frozen=True):
    """Everything else, above all the earlier submissions, is passed over without being kept."""

    id: Any = None
    created_at: Any = None
    assignment: Any = None
    users: Any = None


def read_owner(path: Path) -> Owner | None:
    """None where there is no such file, or it can't be read as JSON."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            return None
        metadata = msgspec.json.decode(content, type=_Metadata)
    except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
        return None
    users = [_mapping(one) for one in metadata.users[:_MOST_USERS]] if isinstance(metadata.users, list) else []
    return Owner(
        platform="gradescope",
        id=_text(metadata.id),
        name=", ".join(_texts(users, "name")),
        folder="",
        late=_is_late(metadata, users),
        email=", ".join(_texts(users, "email")),
    )


def _is_late(metadata: _Metadata, users: list[Mapping[str, Any]]) -> bool | None:
    """After the due date of whoever has the latest: an extension that one of a group has is the group's.

    Gradescope's "late due date" is until when it accepts late work, which is late all the same.
    """
    due = [_date(_mapping(user.get("assignment")).get("due_date")) or _date(user.get("due_date")) for user in users]
    general = _date(_mapping(metadata.assignment).get("due_date"))
    dates = [date or general for date in due or [general]]
    handed_in = _date(metadata.created_at)
    if handed_in is None or None in dates:
        return None
    return handed_in > max(date for date in dates if date is not None)


def _date(value: object) -> datetime | None:
    """One with a time zone alone: without, nobody knows when it was."""
    if not isinstance(value, str):
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        return None
    return date if date.tzinfo is not None else None


def _texts(users: list[Mapping[str, Any]], key: str) -> Iterator[str]:
    return (text for text in (_text(user.get(key)) for user in users) if text)


def _text(value: object) -> str:
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    return one_line(str(value), _LONGEST_NAME) if is_plain else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

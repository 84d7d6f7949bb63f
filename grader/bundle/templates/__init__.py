"""The files of bundles that are the same for each assignment, or nearly so. `@NAME@` stands for what differs."""

from __future__ import annotations

import re
from importlib.resources import files

_PLACE = re.compile(r"@([A-Z]+)@")


def template(platform: str, name: str, **values: str) -> bytes:
    """The file, with `values` in the places of their names. Raises KeyError where one isn't given."""
    text = files(__name__).joinpath(platform, name).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: values[place[1]], text).encode()

"""What a file is by its name: a notebook, an archive, or nothing that anybody handed in."""

from __future__ import annotations

import re

SUFFIX = ".ipynb"

# Browsers save a notebook that they show as text under such names.
_SAVED_AS_TEXT = re.compile(r"(?i)\.ipynb\.(txt|json)\Z")
_ARCHIVE = re.compile(r"(?i)\.(zip|7z|rar|tar|gz|tgz|bz2|tbz2?|xz|txz|zst)\Z")
# Jupyter's autosaves, and what macOS puts into zips: copies, never what was handed in.
_JUNK_FOLDERS = frozenset({".ipynb_checkpoints", "__macosx"})
_JUNK_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


# What a results folder of ours holds from its first batch on, and what in it is other than what was handed in.
RESULTS_MARKS = frozenset({".lock", "journal.jsonl"})
RESULTS_FILES = RESULTS_MARKS | {".unfinished", "intake.json", "overrides.toml", "scores.csv", "scores.json"}
RESULTS_FOLDERS = frozenset({"export", "reports"})


def is_junk(name: str) -> bool:
    """Whether a program left it there: neither listed nor graded."""
    # macOS writes "._name" beside each file of a zip: metadata, not the file.
    return name.startswith("._") or name.casefold() in _JUNK_FOLDERS | _JUNK_FILES


def is_junk_folder(name: str) -> bool:
    return name.casefold() in _JUNK_FOLDERS


def is_notebook(name: str) -> bool:
    return name.lower().endswith(SUFFIX)


def is_notebook_saved_as_text(name: str) -> bool:
    return _SAVED_AS_TEXT.search(name) is not None


def is_archive(name: str) -> bool:
    return _ARCHIVE.search(name) is not None


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def stem_of(name: str) -> str:
    """The name without a notebook's suffix."""
    found = _SAVED_AS_TEXT.search(name)
    if found is not None:
        return name[: found.start()]
    return name[: -len(SUFFIX)] if is_notebook(name) else name

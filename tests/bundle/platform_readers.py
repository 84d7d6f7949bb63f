"""Results as each platform reads them: every key it knows, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

Visibility = Literal["hidden", "after_due_date", "after_published", "visible"]
TextFormat = Literal["text", "html", "simple_format", "md", "ansi"]


class _Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class GradescopeTest(_Known, frozen=True):
    score: float
    max_score: float
    status: Literal["passed", "failed"]
    name: str = ""
    name_format: TextFormat = "text"
    number: str = ""
    output: str = ""
    output_format: TextFormat = "text"
    tags: list[str] = []
    visibility: Visibility = "visible"
    extra_data: dict[str, Any] = {}


class GradescopeResults(_Known, frozen=True):
    score: float
    tests: list[GradescopeTest]
    execution_time: float | None = None
    output: str = ""
    output_format: TextFormat = "text"
    test_output_format: TextFormat = "text"
    test_name_format: TextFormat = "text"
    visibility: Visibility = "visible"
    stdout_visibility: Visibility = "hidden"
    extra_data: dict[str, Any] = {}
    leaderboard: list[dict[str, Any]] = []


class PrairieLearnTest(_Known, frozen=True):
    name: str
    points: float
    max_points: float
    description: str = ""
    message: str = ""
    output: str = ""
    images: list[Any] = []


class PrairieLearnResults(_Known, frozen=True):
    gradable: bool = True
    score: float | None = None
    message: str = ""
    output: str = ""
    format_errors: list[str] = []
    images: list[Any] = []
    tests: list[PrairieLearnTest] = []


class GitHubTest(_Known, frozen=True):
    name: str
    status: Literal["pass", "fail", "error"]
    message: str | None
    line_no: int
    execution_time: str | int
    score: float


class GitHubResult(_Known, frozen=True):
    version: int
    status: Literal["pass", "fail", "error"]
    tests: list[GitHubTest]
    max_score: float


def gradescope(folder: Path) -> GradescopeResults:
    return msgspec.json.decode((folder / "results.json").read_bytes(), type=GradescopeResults)


def prairielearn(folder: Path) -> PrairieLearnResults:
    content = (folder / "results.json").read_bytes()
    assert len(content) <= 2**20
    return msgspec.json.decode(content, type=PrairieLearnResults)


def github(content: bytes) -> GitHubResult:
    return msgspec.json.decode(content, type=GitHubResult)

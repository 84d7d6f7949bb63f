"""The question is one that PrairieLearn accepts: its schema refuses a key that it doesn't know."""

from __future__ import annotations

import re
import uuid
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from grader.bundle import Platform, make_bundle
from tests.bundle.unpacked import bundle, files_of
from tests.notebooks import ROOT


class _ExternalGradingOptions(msgspec.Struct, forbid_unknown_fields=True):
    """PrairieLearn's infoQuestion schema, 2026."""

    image: str
    enabled: bool = False
    entrypoint: str | list[str] = ""
    serverFilesCourse: list[str] = []  # noqa: N815 - theirs
    timeout: int = 30
    enableNetworking: bool = False  # noqa: N815
    environment: dict[str, str] = {}


class _Info(msgspec.Struct, forbid_unknown_fields=True):
    """Of its keys those for questions of this kind."""

    uuid: str
    type: Literal["v3"]
    title: str
    topic: str
    externalGradingOptions: _ExternalGradingOptions  # noqa: N815
    gradingMethod: Literal["Internal", "External", "Manual"] = "Internal"  # noqa: N815
    tags: list[str] = []
    singleVariant: bool = False  # noqa: N815
    showCorrectAnswer: bool = True  # noqa: N815


def _info(content: bytes) -> _Info:
    return msgspec.json.decode(files_of(content)["question/info.json"], type=_Info)


def test_info_json_is_of_the_schema_and_asks_for_the_longest_time_without_a_network() -> None:
    info = _info(bundle(Platform.PRAIRIELEARN))
    assert info.gradingMethod == "External"
    assert info.externalGradingOptions.enabled
    assert info.externalGradingOptions.timeout == 600
    assert not info.externalGradingOptions.enableNetworking


def test_the_entrypoint_is_what_the_image_has() -> None:
    files = files_of(bundle(Platform.PRAIRIELEARN))
    entrypoint = _info(bundle(Platform.PRAIRIELEARN)).externalGradingOptions.entrypoint
    dockerfile = files["Dockerfile"].decode()
    assert f"COPY run_grader {entrypoint}" in dockerfile
    assert f'ENTRYPOINT ["{entrypoint}"]' in dockerfile


def test_everything_that_the_dockerfile_copies_is_there() -> None:
    files = files_of(bundle(Platform.PRAIRIELEARN))
    for line in re.findall(r"^COPY (.+)$", files["Dockerfile"].decode(), re.MULTILINE):
        for source in line.split()[:-1]:
            pattern = re.escape(source).replace(r"\*", "[^/]*")
            assert [name for name in files if re.fullmatch(f"{pattern}(/.*)?", name)], source


def test_the_uuid_stays_with_the_assignment_and_is_its_own() -> None:
    tiny = make_bundle(Platform.PRAIRIELEARN, ROOT / "tests" / "courses" / "tiny", "distance")
    ours = _info(bundle(Platform.PRAIRIELEARN)).uuid
    assert uuid.UUID(ours).version == 4
    assert ours != _info(tiny).uuid


class _Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] = dict(attrs)


def test_the_page_offers_the_sheet_takes_one_notebook_and_shows_results() -> None:
    files = files_of(bundle(Platform.PRAIRIELEARN))
    elements = _Elements(files["question/question.html"].decode()).found
    assert elements["pl-file-upload"] == {"file-patterns": "*.ipynb"}
    assert {"pl-external-grader-results", "pl-file-preview"} <= set(elements)
    sheet = elements["pl-file-download"]["file-name"]
    assert (
        files[f"question/clientFilesQuestion/{sheet}"] == (ROOT / "assignments/attention/attention.ipynb").read_bytes()
    )


def test_students_get_the_sheet_of_the_course_and_nothing_else() -> None:
    """What lies in question/ is on PrairieLearn's server, and clientFilesQuestion/ is in students' hands."""
    names = {name for name in files_of(bundle(Platform.PRAIRIELEARN)) if name.startswith("question/")}
    assert names == {"question/info.json", "question/question.html", "question/clientFilesQuestion/attention.ipynb"}


@pytest.mark.parametrize("title", ["<b>{{params.x}}</b>", 'R&D "quoted"'])
def test_titles_are_text_on_the_page(title: str, tmp_path: Path) -> None:
    course = tmp_path / "course"
    for name, content in files_of(bundle(Platform.PRAIRIELEARN)).items():
        if name.startswith("course/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(content)
    toml = course / "assignments" / "attention" / "assignment.toml"
    text = re.sub(r"(?m)^title = .*$", f"title = {title!r}", toml.read_text(encoding="utf-8"), count=1)
    toml.write_text(text, encoding="utf-8")
    page = files_of(make_bundle(Platform.PRAIRIELEARN, course, "attention"))["question/question.html"].decode()
    assert title not in page
    assert "{{" not in page
    assert "<b>" not in page

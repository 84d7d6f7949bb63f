"""`ScoreReport` ⇄ JSON, and the schema that other programs can hold it against."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import msgspec

from grader.score_report import ScoreReport

SCHEMA_FILE = "report.schema.json"
_SCHEMA_ID = "https://neural-computation-grader.invalid/report/1"


def encode_report(report: ScoreReport) -> bytes:
    """Indented UTF-8 with a newline at its end; the same bytes for the same report."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def decode_report(content: bytes) -> ScoreReport:
    """Raises msgspec.ValidationError where `content` is no report of this version."""
    return msgspec.json.decode(content, type=ScoreReport)


def published_schema() -> str:
    """The JSON Schema (2020-12) of report.json, as the package carries it."""
    return files("grader.report").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")


def make_schema() -> str:
    """The schema made anew from the types. `report.schema.json` holds this text; a test compares them."""
    (reference,), components = msgspec.json.schema_components([ScoreReport], ref_template="#/$defs/{name}")
    # msgspec takes a field with a default for optional; every report has this one.
    components["ScoreReport"]["required"].insert(0, "schema")
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _SCHEMA_ID,
        "title": "A submission's report",
        **reference,
        "$defs": components,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"

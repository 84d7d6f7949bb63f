"""`intake.json`, in the results folder: whose each submission is, which notebook was taken, and what was left out."""

from __future__ import annotations

from typing import Literal

import msgspec

from grader.intake.handed_in import Intake
from grader.model import SubmissionFile
from grader.score_report import Owner


class TakenRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One submission. `notes` say which of several notebooks it is, or why there is none."""

    id: str
    file: str
    owner: Owner | None = None
    notes: list[str] = []


class SkippedRecord(msgspec.Struct, frozen=True):
    file: str
    reason: str


class IntakeRecord(msgspec.Struct, frozen=True, kw_only=True):
    schema: Literal["grader.intake/1"] = "grader.intake/1"
    layouts: dict[str, str]
    """Each path as it was named ─▶ whose download it was taken for."""
    submissions: list[TakenRecord]
    skipped: list[SkippedRecord]


def encode_intake(intake: Intake) -> bytes:
    """The same intake gives the same bytes."""
    record = IntakeRecord(
        layouts=dict(sorted(intake.layouts.items())),
        submissions=[TakenRecord(one.id, one.file, one.owner, _notes(one)) for one in intake.submissions],
        skipped=[SkippedRecord(one.file, one.reason) for one in intake.skipped],
    )
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def _notes(file: SubmissionFile) -> list[str]:
    stated = [text for text in (file.absence, file.refusal) if text is not None]
    return [*stated, *(remark.message for remark in file.remarks)]

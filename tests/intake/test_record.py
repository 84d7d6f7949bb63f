"""`intake.json` says whose each submission is and what was left out, and is the same each time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.intake import Intake, Skipped
from grader.intake.record import encode_intake
from grader.model import SubmissionFile
from grader.score_report import Owner, Remark


def test_everything_is_there_and_nothing_of_this_machine() -> None:
    owner = Owner("moodle", "1", "Jane", "Jane_1_assignsubmission_file", late=True)
    submissions = (
        SubmissionFile(
            "a", Path("/secret/x.zip"), "a/b.ipynb", entry="a/b.ipynb", owner=owner, remarks=(Remark("r", "R."),)
        ),
        SubmissionFile("b", Path("/secret/b"), "b", absence="Nothing."),
        SubmissionFile("c", Path("/secret/c"), "c", refusal="A link."),
    )
    intake = Intake(submissions, (Skipped("x.pdf", "No notebook."),), {"z.zip": "moodle", "a.zip": "plain"})
    content = encode_intake(intake)
    assert content == encode_intake(intake)
    assert b"secret" not in content
    assert content.endswith(b"}\n")
    assert msgspec.json.decode(content) == {
        "schema": "grader.intake/1",
        "layouts": {"a.zip": "plain", "z.zip": "moodle"},
        "submissions": [
            {
                "id": "a",
                "file": "a/b.ipynb",
                "owner": {
                    "platform": "moodle",
                    "id": "1",
                    "name": "Jane",
                    "folder": "Jane_1_assignsubmission_file",
                    "late": True,
                    "email": "",
                },
                "notes": ["R."],
            },
            {"id": "b", "file": "b", "notes": ["Nothing."]},
            {"id": "c", "file": "c", "notes": ["A link."]},
        ],
        "skipped": [{"file": "x.pdf", "reason": "No notebook."}],
    }
    assert list(msgspec.json.decode(content)["layouts"]) == ["a.zip", "z.zip"]

"""Scores of LTI's Assignment and Grade Services 2.0, section 3.4, and the index of those to be sent."""

from __future__ import annotations

import re
from typing import Any

from tests.report.exports.readers.refusal import demand, demand_fields, demand_shown, read_json

_ACTIVITY = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
_GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}
_NEEDED = {"userId": str, "timestamp": str, "activityProgress": str, "gradingProgress": str, "comment": str}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}(Z|[+-]\d\d:\d\d)")


def read_score(content: bytes) -> dict[str, Any]:
    score = demand_fields(read_json(content), _NEEDED, {"scoreGiven": float, "scoreMaximum": float})
    demand(score["userId"], "no user")
    demand(_TIME.fullmatch(score["timestamp"]), f"timestamp: {score['timestamp']}")
    demand(score["activityProgress"] in _ACTIVITY, f"activityProgress: {score['activityProgress']}")
    demand(score["gradingProgress"] in _GRADING, f"gradingProgress: {score['gradingProgress']}")
    demand(("scoreGiven" in score) == ("scoreMaximum" in score), "scoreGiven and scoreMaximum go together")
    if "scoreGiven" in score:
        demand(score["scoreGiven"] >= 0 and score["scoreMaximum"] > 0, "points out of range")
        demand(score["gradingProgress"] != "Failed", "a score of what has failed")
    demand_shown(score["comment"])
    return score


def read_index(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    """Submission ─▶ score, of all that the index names. Refuses files that it doesn't name."""
    needed = {"media_type": str, "scope": str, "method": str, "path": str, "scores": list}
    index = demand_fields(read_json(files["index.json"]), needed)
    demand(index["media_type"] == "application/vnd.ims.lis.v1.score+json", "another media type")
    demand(index["scope"] == "https://purl.imsglobal.org/spec/lti-ags/scope/score", "another scope")
    demand((index["method"], index["path"]) == ("POST", "{lineitem}/scores"), "another way to send them")
    found: dict[str, dict[str, Any]] = {}
    for entry in index["scores"]:
        one = demand_fields(entry, {"submission": str, "user_id": str, "file": str})
        demand(one["file"] in files, f"{one['file']} is not there")
        score = read_score(files[one["file"]])
        demand(score["userId"] == one["user_id"], "another user than the index says")
        found[one["submission"]] = score
    demand(len(found) == len(files) - 1, "files that the index doesn't name")
    return found

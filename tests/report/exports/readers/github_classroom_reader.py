"""What the autograding reporter does with <ID>_RESULTS (its src/main.js, src/notify-classroom.js), and needs for it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from tests.report.exports.readers.refusal import RefusedError, demand, demand_fields, demand_shown, read_json

# MAX_ARG_STRLEN of Linux, less the longest name of a variable that a workflow has.
_MOST_BYTES = 128 * 1024 - 256
_STATUSES = {"pass", "fail", "error"}
_TEST = {"name": str, "status": str, "message": str, "line_no": int, "execution_time": str, "score": float}
_TOP = {"version": int, "status": str, "tests": list, "max_score": float}


def read_variable(value: bytes) -> dict[str, Any]:
    demand(len(value) <= _MOST_BYTES, f"{len(value)} bytes are too long for a variable")
    try:
        return read_result(base64.b64decode(value, validate=True))
    except binascii.Error as error:
        raise RefusedError(str(error)) from error


def read_result(content: bytes) -> dict[str, Any]:
    result = demand_fields(read_json(content), _TOP)
    demand(result["version"] == 1, f"version {result['version']}")
    demand(result["status"] in _STATUSES, f"status {result['status']}")
    demand(result["tests"], "no tests: the reporter divides by their number")
    for test in result["tests"]:
        one = demand_fields(test, _TEST)
        demand(one["status"] in _STATUSES, f"status {one['status']}")
        demand(one["score"] >= 0, "negative points")
        demand_shown(one["name"] + one["message"])
    passed = all(one["status"] == "pass" for one in result["tests"])
    demand(passed == (result["status"] == "pass"), "a status that the tests don't have")
    return result


def points_told(result: dict[str, Any]) -> tuple[float, float] | None:
    """(total, maximum) as the reporter tells Classroom; None: it tells nothing."""
    if not result["max_score"]:
        return None
    return round(sum(one["score"] for one in result["tests"]), 2), result["max_score"]

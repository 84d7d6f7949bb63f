"""PrairieLearn's results.json, as its documentation and its element pl-external-grader-results have it."""

from __future__ import annotations

from typing import Any

from tests.report.exports.readers.refusal import demand, demand_fields, demand_shown, read_json

MOST_BYTES = 1_000_000
_TEST = {"name": str, "description": str, "points": float, "max_points": float, "message": str, "output": str}
_GRADABLE = {"gradable": bool, "score": float, "message": str, "output": str, "tests": list}
_UNGRADABLE = {"gradable": bool, "message": str, "format_errors": list}


def read_prairielearn(content: bytes) -> dict[str, Any]:
    demand(len(content) <= MOST_BYTES, f"{len(content)} bytes")
    value = read_json(content)
    demand(isinstance(value, dict), "no object")
    if value.get("gradable") is False:
        results = demand_fields(value, _UNGRADABLE)
        demand(results["message"] and all(isinstance(one, str) for one in results["format_errors"]), "no message")
        return results
    results = demand_fields(value, _GRADABLE, {"images": list})
    demand(0 <= results["score"] <= 1, f"score: {results['score']}")
    demand_shown(results["message"] + results["output"])
    for test in results["tests"]:
        one = demand_fields(test, _TEST, {"images": list})
        demand(one["points"] >= 0 and one["max_points"] >= 0, "negative points")
        demand_shown(one["name"] + one["description"] + one["message"] + one["output"])
    return results

"""Gradescope's results.json, field by field, as its documentation has them."""

from __future__ import annotations

from typing import Any

from tests.report.exports.readers.refusal import demand, demand_fields, demand_shown, read_json

_FORMATS = {"text", "html", "simple_format", "md", "ansi"}
_VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
_TEST = {
    "score": float,
    "max_score": float,
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "visibility": str,
}
_TOP = {
    "score": float,
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
}


def read_gradescope(content: bytes) -> dict[str, Any]:
    results = demand_fields(read_json(content), _TOP, {"execution_time": float, "leaderboard": list})
    demand(results["score"] >= 0, "a negative score")
    for field in ("output_format", "test_output_format", "test_name_format"):
        demand(results[field] in _FORMATS, f"{field}: {results[field]}")
        demand(results[field] == "text", f"{field}: students' text as markup")
    for field in ("visibility", "stdout_visibility"):
        demand(results[field] in _VISIBILITIES, f"{field}: {results[field]}")
    demand_shown(results["output"])
    for test in results["tests"]:
        _demand_test(test)
    numbers = [test["number"] for test in results["tests"]]
    demand(len(set(numbers)) == len(numbers), "two tests of the same number")
    total = sum(test["score"] for test in results["tests"])
    demand(abs(total - results["score"]) < 0.005, f"the tests' points are {total}, the score {results['score']}")
    return results


def _demand_test(test: object) -> None:
    one = demand_fields(test, _TEST, {"tags": list, "extra_data": dict})
    demand(one["status"] in {"passed", "failed"}, f"status: {one['status']}")
    demand(one["name_format"] == one["output_format"] == "text", "students' text as markup")
    demand(one["visibility"] in _VISIBILITIES, f"visibility: {one['visibility']}")
    demand(one["score"] >= 0 and one["max_score"] >= 0, "negative points")
    demand(one["status"] == "failed" or one["score"] == one["max_score"], "passed without full points")
    demand_shown(one["name"] + one["output"])
    demand("\n" not in one["name"], "a name of several lines")

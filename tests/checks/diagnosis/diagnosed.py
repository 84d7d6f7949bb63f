"""Diagnoses for tests: of plain functions, and of sources as the self-test has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from grader.answer_key import AnswerKey, load_answer_key
from grader.assignment import load_assignment
from grader.checks.diagnosis import Evidence, diagnose
from grader.model import Diagnosis, Observation
from grader.selftest.local_calls import altered_runs, observe, plain_run
from grader.selftest.sources import Sources, load_sources
from tests.notebooks import ROOT

FUNCTIONS = ("attentionQuery", "attentionQueryMatrix", "maskedAttentionQueryMatrix")
STYLES = ("arrays", "loops", "einsum")


@cache
def sources() -> Sources:
    return load_sources(ROOT, load_answer_key(ROOT, load_assignment(ROOT, "attention")))


def source(function: str, *misconceptions: str, style: str = "arrays") -> str:
    found = sources().source(function, frozenset(misconceptions), style)
    assert found is not None
    return found


def seen_of(function: str, called: Callable[..., Any], key: AnswerKey) -> dict[str, Observation]:
    small = (one.call for one in key.small[function])
    return {call.id: observe(called, call.arguments) for call in (*key.calls_of(function), *small)}


def diagnosed(function: str, called: Callable[..., Any], key: AnswerKey) -> Diagnosis:
    return diagnose(key.assignment.function(function), key, Evidence(seen_of(function, called, key)))


def diagnosed_source(function: str, text: str, key: AnswerKey, *, is_stub: bool = False) -> Diagnosis:
    """With the calls in which the notebook's variables are altered."""
    altered = {run.alteration or "": run.observations for run in altered_runs(text, function, key)}
    evidence = Evidence(plain_run(text, function, key).observations, altered, is_stub=is_stub)
    return diagnose(key.assignment.function(function), key, evidence)


def defined(text: str, function: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {"np": np}
    exec(text, namespace)  # noqa: S102 - a source of these tests
    found: Callable[..., Any] = namespace[function]
    return found


def singles() -> Iterator[tuple[str, str, str]]:
    """(function, misconception, style) for all that can be: one under another name is the runner's to find."""
    for function in FUNCTIONS:
        for id_ in sources().key.atlas.misconceptions:
            for style in STYLES:
                can_be = sources().source(function, frozenset({id_}), style) is not None
                if can_be and id_ not in sources().only_remarked():
                    yield function, id_, style

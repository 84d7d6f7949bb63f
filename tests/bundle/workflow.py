"""A GitHub workflow's steps, run as GitHub runs them: each in a shell of its own, with the variables that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

_EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")
# https://docs.github.com/en/actions/reference/workflow-syntax-for-github-actions: what `bash` stands for.
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    uses: str
    run: str
    environment: Mapping[str, str]
    condition: str
    inputs: Mapping[str, Any]

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """The step's variables, with `values` for expressions."""
        return {name: filled(text, values) for name, text in self.environment.items()}


@dataclass(frozen=True, slots=True)
class Job:
    steps: tuple[Step, ...]
    environment: Mapping[str, str]
    condition: str

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)


@dataclass(frozen=True, slots=True)
class Workflow:
    jobs: Mapping[str, Job]
    permissions: Any
    on: Any


def filled(text: str, values: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: values[found[1]], text)


def read_workflow(content: bytes) -> Workflow:
    yaml: Any = pytest.importorskip("yaml")
    document = yaml.safe_load(content)
    jobs = {
        name: Job(tuple(map(_step, job["steps"])), _texts(job.get("env")), job.get("if", ""))
        for name, job in document["jobs"].items()
    }
    # YAML 1.1 takes `on` for a truth value, as the parser does; GitHub doesn't.
    return Workflow(jobs, document.get("permissions"), document.get("on", document.get(True)))


def _step(step: Mapping[str, Any]) -> Step:
    return Step(
        step.get("name", ""),
        step.get("uses", ""),
        step.get("run", ""),
        _texts(step.get("env")),
        step.get("if", ""),
        step.get("with") or {},
    )


def _texts(variables: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (variables or {}).items()}

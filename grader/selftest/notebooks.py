"""Whole notebooks through real kernels: the reference, the blank sheet, right ones, and each single misconception."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grader.answer_key import AnswerKey
from grader.model import DiagnosisStatus, ScoreReport, SubmissionFile
from grader.pipeline import grade
from grader.runner.protocol import Runner
from grader.selftest.sources import NONE, Sources, notebook_of


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook, and by function what has to be named; functions that aren't there have to be full."""

    title: str
    content: bytes
    wrong: Mapping[str, frozenset[str]]
    remark: str | None = None
    """A remark that has to be made."""
    worth_nothing: bool = False


def notebooks(sources: Sources, reference: str) -> Iterator[Notebook]:
    """`reference` is the source of the course's own module."""
    functions = sources.functions()
    yield Notebook("the reference", _with_reference(sources, functions, reference), {})
    blank = {name: frozenset({"not_implemented"}) for name in functions}
    yield Notebook("the blank sheet", notebook_of(list(sources.key.sheet_sources)), blank, worth_nothing=True)
    for style in sources.styles:
        right = {name: sources.source(name, NONE, style) or "" for name in functions}
        yield Notebook(f"right, in the style {style}", sources.notebook(right), {})
        for id_ in sources.key.atlas.misconceptions:
            found = {name: sources.source(name, frozenset({id_}), style) for name in functions}
            wrong = {name: text for name, text in found.items() if text is not None}
            if wrong:
                remark = id_ if id_ in sources.only_remarked() else None
                named = {} if remark else {name: frozenset({id_}) for name in wrong}
                yield Notebook(f"{id_}, in the style {style}", sources.notebook({**right, **wrong}), named, remark)


def _with_reference(sources: Sources, functions: Sequence[str], reference: str) -> bytes:
    """The reference's functions as the assignment's options have them."""
    first, *others = functions
    options = dict(sources.key.assignment.options)
    bound = "\n".join(f"{name} = _partial({name}, **{options!r})" for name in functions)
    source = f"{reference}\nfrom functools import partial as _partial\n{bound}\n"
    return sources.notebook({first: source, **dict.fromkeys(others, "pass")})


def problems_with(made: Sequence[Notebook], key: AnswerKey, runner: Runner, jobs: int) -> Iterator[str]:
    """What is wrong with the reports of these notebooks, as each is done."""
    with tempfile.TemporaryDirectory(prefix="selftest-") as folder, ThreadPoolExecutor(jobs) as pool:

        def graded(number: int) -> ScoreReport:
            path = Path(folder) / f"{number}.ipynb"
            path.write_bytes(made[number].content)
            return grade(SubmissionFile(str(number), path, path.name), key, runner).report

        for notebook, report in zip(made, pool.map(graded, range(len(made))), strict=True):
            yield from _problems(notebook, report, key)


def _problems(notebook: Notebook, report: ScoreReport, key: AnswerKey) -> Iterator[str]:
    if notebook.remark is not None and notebook.remark not in {remark.id for remark in report.remarks}:
        yield f'{notebook.title}: the remark "{notebook.remark}" is missing.'
    if notebook.worth_nothing and report.score != 0:
        yield f"{notebook.title}: got {report.score} points for nothing."
    function_of = {one.id: one.function for one in key.assignment.exercises}
    for exercise in report.exercises:
        function = function_of[exercise.id]
        if function is None:
            continue
        wanted = notebook.wrong.get(function, NONE)
        named = frozenset(one.id for one in exercise.misconceptions)
        said = " and ".join(sorted(named)) or exercise.diagnosis.value.replace("none", "nothing")
        if named != wanted or exercise.diagnosis is DiagnosisStatus.UNKNOWN:
            yield f"{notebook.title}: {exercise.id}: named as {said}."
        if wanted and (exercise.score is None or exercise.score >= exercise.max_score):
            yield f"{notebook.title}: {exercise.id}: wrong, but got {exercise.score} of {exercise.max_score}."
        if not wanted and exercise.score != exercise.max_score:
            why = " ".join(one.message for one in exercise.criteria if one.message)
            yield f"{notebook.title}: {exercise.id}: right, but got {exercise.score} of {exercise.max_score}. {why}"

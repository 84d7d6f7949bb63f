"""Whole notebooks in real kernels: the reference, the blank sheet, right ones, each mistake alone, each loss alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

from grader.answer_key import AnswerKey
from grader.assignment import SHEET, Exercise, PlotCriterion
from grader.atlas import Combination, Pipeline, Prediction
from grader.model import FloatArray, SubmissionFile
from grader.pipeline import grade
from grader.runner.protocol import Runner
from grader.score_report import CriterionScore, DiagnosisStatus, ExerciseScore, ScoreReport
from grader.selftest.sources import NONE, Sources, notebook_of

WHICH = "the reference, the blank sheet, right ones, each misconception alone, each of a plot's criteria lost alone"
"""As the summary calls them."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook, and by function what has to be named; functions that aren't there have to be full."""

    title: str
    content: bytes
    wrong: Mapping[str, frozenset[str]]
    plotted: frozenset[str]
    """The functions whose plots have to be full: what these return, right or wrong, can be plotted as it is asked."""
    remark: str | None = None
    """A remark that has to be made."""
    worth_nothing: bool = False
    lost: tuple[str, str] | None = None
    """(exercise, criterion) of a plot, which must not be full though its function is in `plotted`."""


def notebooks(sources: Sources, reference: str) -> Iterator[Notebook]:
    """`reference` is the source of the course's own module."""
    functions = sources.functions()
    every, first = frozenset(functions), sources.styles[0]
    yield Notebook("the reference", _with_reference(sources, functions, reference, first), {}, every)
    blank = {name: frozenset({"not_implemented"}) for name in functions}
    yield Notebook("the blank sheet", notebook_of(sources.key.sheet_cells), blank, NONE, worth_nothing=True)
    yield from _lost(sources)
    for style in sources.styles:
        right = {name: sources.source(name, NONE, style) or "" for name in functions}
        yield Notebook(f"right, in the style {style}", sources.notebook(right, style), {}, every)
        for id_ in sources.key.atlas.misconceptions:
            found = {name: sources.source(name, frozenset({id_}), style) for name in functions}
            wrong = {name: text for name, text in found.items() if text is not None}
            if wrong:
                remark = id_ if id_ in sources.only_remarked() else None
                named = {} if remark else {name: frozenset({id_}) for name in wrong}
                # What is plotted faithfully is right, whatever the style: one is enough, and plots take time.
                plots = style == first
                content = sources.notebook({**right, **wrong}, style, plots=plots)
                right_ones = every if remark else _plotted(id_, every, frozenset(wrong), sources.key)
                plotted = right_ones if plots else NONE
                yield Notebook(f"{id_}, in the style {style}", content, named, plotted, remark)


def _lost(sources: Sources) -> Iterator[Notebook]:
    """Each criterion of a plot, lost in one of the styles in turn."""
    for (exercise, criterion), style in zip(_plot_criteria(sources.key), cycle(sources.styles), strict=False):
        right = {name: sources.source(name, NONE, style) or "" for name in sources.functions()}
        lost = (exercise.id, criterion.id)
        title = f"{exercise.id}.{criterion.id} lost, in the style {style}"
        yield Notebook(title, sources.notebook(right, style, lost), {}, frozenset(right), lost=lost)


def _plot_criteria(key: AnswerKey) -> Iterator[tuple[Exercise, PlotCriterion]]:
    for exercise in key.assignment.exercises:
        for criterion in exercise.criteria:
            if isinstance(criterion, PlotCriterion):
                yield exercise, criterion


def _plotted(misconception: str, functions: frozenset[str], wrong: frozenset[str], key: AnswerKey) -> frozenset[str]:
    """The functions whose outputs can be plotted though those in `wrong` have this misconception.

    That is known of formulas alone; a function that, say, changes its inputs spoils what others return later.
    """
    pipelines = key.atlas.pipelines
    if any(name not in pipelines or misconception not in pipelines[name].misconceptions() for name in wrong):
        return NONE
    return functions - {name for name in wrong if not _keeps_shapes(misconception, name, key)}


def _keeps_shapes(misconception: str, function: str, key: AnswerKey) -> bool:
    """Whether, with the misconception, all outputs on the sheet's data are of the right shapes, and finite."""
    pipeline = key.atlas.pipelines[function]
    return all(
        _is_shaped(pipeline.predict(one, call.arguments), pipeline.outputs, call.expected)
        for one in _alone(misconception, pipeline)
        for call in key.of_sets(function, (SHEET,))
    )


def _alone(misconception: str, pipeline: Pipeline) -> Iterator[Combination]:
    """The combinations that are right but for this one."""
    for number, stage in enumerate(pipeline.stages):
        for place, variant in enumerate(stage.variants):
            if variant.misconception == misconception:
                yield (*pipeline.right[:number], place, *pipeline.right[number + 1 :])


def _is_shaped(predicted: Prediction, names: Sequence[str], expected: Sequence[FloatArray]) -> bool:
    return not predicted.raised and all(
        name in predicted.outputs
        and predicted.outputs[name].shape == wanted.shape
        and bool(np.isfinite(predicted.outputs[name]).all())
        for name, wanted in zip(names, expected, strict=True)
    )


def _with_reference(sources: Sources, functions: Sequence[str], reference: str, style: str) -> bytes:
    """The reference's functions as the assignment's options have them."""
    first, *others = functions
    options = dict(sources.key.assignment.options)
    bound = "\n".join(f"{name} = _partial({name}, **{options!r})" for name in functions)
    source = f"{reference}\nfrom functools import partial as _partial\n{bound}\n"
    return sources.notebook({first: source, **dict.fromkeys(others, "pass")}, style)


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
    for asked, exercise in zip(key.assignment.exercises, report.exercises, strict=True):
        if asked.function is not None:
            yield from _function_problems(notebook, asked.function, exercise)
        yield from _plot_problems(notebook, asked, exercise)


def _function_problems(notebook: Notebook, function: str, exercise: ExerciseScore) -> Iterator[str]:
    wanted = notebook.wrong.get(function, NONE)
    named = frozenset(one.id for one in exercise.misconceptions)
    said = " and ".join(sorted(named)) or exercise.diagnosis.value.replace("none", "nothing")
    if named != wanted or exercise.diagnosis is DiagnosisStatus.UNKNOWN:
        yield f"{notebook.title}: {exercise.id}: named as {said}."
    if wanted and (exercise.score is None or exercise.score >= exercise.max_score):
        yield f"{notebook.title}: {exercise.id}: wrong, but got {exercise.score} of {exercise.max_score}."
    # Of a plot that is lost in this exercise, nothing is wrong with the function.
    is_lost = notebook.lost is not None and notebook.lost[0] == exercise.id
    if not wanted and not is_lost and exercise.score != exercise.max_score:
        why = " ".join(one.message for one in exercise.criteria if one.message)
        yield f"{notebook.title}: {exercise.id}: right, but got {exercise.score} of {exercise.max_score}. {why}"


def _plot_problems(notebook: Notebook, asked: Exercise, exercise: ExerciseScore) -> Iterator[str]:
    functions = {plot.id: plot.function for plot in asked.plots}
    for criterion, scored in zip(asked.criteria, exercise.criteria, strict=True):
        where = f"{notebook.title}: {exercise.id}.{criterion.id}"
        if (exercise.id, criterion.id) == notebook.lost:
            if scored.score is None or scored.score >= scored.max_score:
                yield f"{where}: lost, but got {_got(scored)}"
        elif (
            isinstance(criterion, PlotCriterion)
            and functions[criterion.plot] in notebook.plotted
            and scored.score != scored.max_score
        ):
            yield f"{where}: right, but got {_got(scored)}"


def _got(scored: CriterionScore) -> str:
    return f"{scored.score} of {scored.max_score}. {scored.message}".rstrip()

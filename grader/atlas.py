"""The atlas of misconceptions: what students do otherwise, as variants of the stages that a function's reference has.

`reference/<id>_variants.py` provides `stages(function, **options)`: for each function a list of
(name, outputs that the stage has a part in, [(misconception or None, step), …]), and may provide
`fitted(function, arguments, outputs, **options)`, which yields (stage, misconception, step) for steps with a number
that only the outputs tell. A step takes all that is known so far by name (first the arguments) and gives what it adds;
after the last stage each output is there by its name. `assignments/<id>/misconceptions.toml` says what each is called
and costs. An assignment without these two files is graded without diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from grader.assignment import Assignment
from grader.errors import AnswerKeyError
from grader.misconceptions import MisconceptionEntry
from grader.model import FloatArray
from grader.naming import did_you_mean
from grader.reference_module import Reference

State: TypeAlias = Mapping[str, Any]
Arrays: TypeAlias = Mapping[str, FloatArray]
Combination: TypeAlias = tuple[int, ...]
"""A choice of one variant a stage, by their places. All zeros: right."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of doing a stage; right where it stands for no misconception."""

    misconception: str | None
    step: Callable[[State], State]


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    outputs: tuple[str, ...]
    """The outputs that it has a part in."""
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a combination of variants computes: the outputs that it gets to, and whether it raises on its way."""

    outputs: Arrays
    raised: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A function as its stages."""

    stages: tuple[Stage, ...]
    outputs: tuple[str, ...]
    fits: Callable[[Arrays, Arrays], Sequence[tuple[str, str, Callable[[State], State]]]] = field(
        default=lambda _arguments, _outputs: (), repr=False
    )
    """(arguments, outputs of one call) ─▶ further variants, with numbers that fit what came."""

    @property
    def right(self) -> Combination:
        return (0,) * len(self.stages)

    def faults(self, combination: Combination) -> frozenset[str]:
        """The misconceptions in it."""
        chosen = (stage.variants[place] for stage, place in zip(self.stages, combination, strict=True))
        return frozenset(one.misconception for one in chosen if one.misconception is not None)

    def parts(self, output: str) -> int:
        """How many stages have a part in the output."""
        return sum(output in stage.outputs for stage in self.stages)

    def misconceptions(self) -> frozenset[str]:
        return frozenset(one.misconception for stage in self.stages for one in stage.variants if one.misconception)

    def combinations(self, output: str | None = None, most_faults: int | None = None) -> Iterator[Combination]:
        """All of them; or those that differ in stages that have a part in `output`, the other stages right.

        With `most_faults` those with at most so many misconceptions.
        """
        places = [
            range(len(stage.variants)) if output is None or output in stage.outputs else range(1)
            for stage in self.stages
        ]
        return (one for one in product(*places) if most_faults is None or len(self.faults(one)) <= most_faults)

    def predict(self, combination: Combination, arguments: Arrays) -> Prediction:
        state: State = arguments
        with np.errstate(all="ignore"):
            for stage, place in zip(self.stages, combination, strict=True):
                after = _after(stage.variants[place], state)
                if after is None:
                    return Prediction(self._outputs_in(state), raised=True)
                state = after
        return Prediction(self._outputs_in(state), raised=False)

    def predict_each(
        self, combinations: Iterable[Combination], arguments: Arrays, output: str | None = None
    ) -> Iterator[tuple[Combination, Prediction]]:
        """As `predict`; what neighbours have in common is computed once. Stages after those of `output` are not run."""
        stages = [stage for stage in self.stages if output is None or output in stage.outputs]
        known: dict[Combination, State | None] = {(): arguments}
        with np.errstate(all="ignore"):
            for combination in combinations:
                state: State | None = arguments
                reached: State = arguments
                for number, stage in enumerate(self.stages[: self.stages.index(stages[-1]) + 1]):
                    begin = combination[: number + 1]
                    if begin not in known:
                        if len(known) > _MOST_BEGINNINGS:  # the oldest are of other beginnings
                            known = {combination[:length]: known[combination[:length]] for length in range(number + 1)}
                        known[begin] = None if state is None else _after(stage.variants[begin[-1]], state)
                    state = known[begin]
                    reached = reached if state is None else state
                yield combination, Prediction(self._outputs_in(reached), raised=state is None)

    def _outputs_in(self, state: State) -> dict[str, FloatArray]:
        return {name: np.asarray(state[name], dtype=np.float64) for name in self.outputs if name in state}

    def with_fitted(self, arguments: Arrays, outputs: Arrays) -> Pipeline | None:
        """The pipeline with the stages' fitted variants in place of the faulty ones; None where nothing fits."""
        with np.errstate(all="ignore"):
            found = list(self.fits(arguments, outputs))
        if not found:
            return None
        stages = {
            stage.name: tuple(Variant(id_, step) for name, id_, step in found if name == stage.name)
            for stage in self.stages
        }
        return replace(
            self, stages=tuple(replace(one, variants=stages[one.name] or one.variants) for one in self.stages)
        )


@dataclass(frozen=True, slots=True)
class Atlas:
    misconceptions: Mapping[str, MisconceptionEntry]
    pipelines: Mapping[str, Pipeline]
    """By function. A function without one is graded without formulas."""


_MOST_BEGINNINGS = 500


def _after(variant: Variant, state: State) -> State | None:
    """What is known after the step; None where it raises."""
    try:
        return {**state, **variant.step(state)}
    except Exception:  # noqa: BLE001 - whatever a step raises, a student's code would have
        return None


def make_atlas(assignment: Assignment, entries: Sequence[MisconceptionEntry], variants: Reference | None) -> Atlas:
    """Raises AnswerKeyError where the variants are not of the agreed form, or stand for what has no entry."""
    known = {entry.id: entry for entry in entries}
    if variants is None:
        return Atlas(known, {})
    pipelines = {}
    for function in assignment.functions:
        options: dict[str, Any] = dict(assignment.options)
        raw = variants.call("stages", function.name, **options)
        try:
            stages = tuple(
                Stage(name, tuple(outputs), tuple(Variant(id_, step) for id_, step in steps))
                for name, outputs, steps in raw
            )
        except (TypeError, ValueError) as error:
            message = (
                f"{variants.path}: stages({function.name!r}) should list (name, outputs, [(id, step), …]): {error}."
            )
            raise AnswerKeyError(message) from error
        pipelines[function.name] = _checked(stages, tuple(one.name for one in function.outputs), known, variants)
        if hasattr(variants.module, "fitted"):
            fits = _Fits(variants, function.name, assignment.options)
            pipelines[function.name] = replace(pipelines[function.name], fits=fits)
    return Atlas(known, pipelines)


@dataclass(frozen=True, slots=True)
class _Fits:
    variants: Reference
    function: str
    options: Mapping[str, Any]

    def __call__(self, arguments: Arrays, outputs: Arrays) -> Sequence[tuple[str, str, Callable[[State], State]]]:
        return list(self.variants.call("fitted", self.function, arguments, outputs, **self.options))


def _checked(
    stages: tuple[Stage, ...], outputs: tuple[str, ...], known: Mapping[str, MisconceptionEntry], variants: Reference
) -> Pipeline:
    pipeline = Pipeline(stages, outputs)
    if not stages or any(not stage.variants or stage.variants[0].misconception for stage in stages):
        message = f"{variants.path}: each stage's first step should be the right one, without a misconception."
        raise AnswerKeyError(message)
    for id_ in sorted(pipeline.misconceptions() - set(known)):
        message = f'{variants.path}: "{id_}" has no entry in misconceptions.toml.{did_you_mean(id_, known)}'
        raise AnswerKeyError(message)
    return pipeline

"""What each combination of a function's variants computes, call by call: worked out once for a key, and kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from grader.answer_key import AnswerKey
from grader.assignment import Invariants, Tolerance, ZeroAboveDiagonal
from grader.atlas import Arrays, Combination, Pipeline, Prediction
from grader.checks.arrays import changed_entries, fitted
from grader.model import FloatArray

# Enough for the mistakes of a class; at most some 40 KB each.
_MOST_KEPT = 1000
# Of a large array so many entries are compared before all are.
_SAMPLE = 64


@dataclass(frozen=True, slots=True)
class _OfOneShape:
    """Predictions of one shape: a row of `entries` for each combination."""

    combinations: Sequence[Combination]
    entries: FloatArray
    places: NDArray[np.intp]
    """Which entries of the array these are."""


Index = Mapping[tuple[int, ...], _OfOneShape]


class Predictions:
    """One function's pipeline with what is known of it so far. Can be used from several threads."""

    def __init__(self, pipeline: Pipeline, tolerance: Tolerance, exact_zeros: frozenset[str]) -> None:
        self.pipeline = pipeline
        self._tolerance = tolerance
        self._exact_zeros = exact_zeros
        self._indices: dict[tuple[str, str, int | None], Index] = {}
        self._lock = Lock()
        self._known: dict[tuple[Combination, str], Prediction] = {}

    def of(self, combination: Combination, call_id: str, arguments: Arrays) -> Prediction:
        known = self._known.get((combination, call_id))
        if known is None:
            known = self.pipeline.predict(combination, arguments)
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[combination, call_id] = known
        return known

    def with_pipeline(self, pipeline: Pipeline) -> Predictions:
        """The same comparison for another pipeline."""
        return Predictions(pipeline, self._tolerance, self._exact_zeros)

    def agrees(self, output: str, predicted: FloatArray | None, got: FloatArray) -> bool:
        """Whether `got` is what was predicted, NaN for NaN; and exactly 0 just where that is, if a rule asks for it."""
        if predicted is None:
            return False
        values = fitted(got, predicted.shape)
        if values is None or changed_entries(values, predicted, self._tolerance).any():
            return False
        return output not in self._exact_zeros or _zero_as_predicted(values, predicted)

    def candidates(
        self, output: str, call_id: str, arguments: Arrays, got: FloatArray, most_faults: int | None = None
    ) -> list[Combination]:
        """The combinations that may give this output in this call, with the stages right that have no part in it."""
        found: list[Combination] = []
        for shape, known in self._index(output, call_id, arguments, most_faults).items():
            values = fitted(got, shape)
            if values is not None:
                entries = np.broadcast_to(values.ravel()[known.places], known.entries.shape)
                differs = changed_entries(entries, known.entries, self._tolerance).any(axis=1)
                found += [known.combinations[int(place)] for place in np.flatnonzero(~differs)]
        return found

    def _index(self, output: str, call_id: str, arguments: Arrays, most_faults: int | None) -> Index:
        which = (output, call_id, most_faults)
        with self._lock:
            if which not in self._indices:
                combinations = self.pipeline.combinations(output, most_faults)
                self._indices[which] = _made_index(self.pipeline, combinations, output, arguments)
            return self._indices[which]


def _zero_as_predicted(values: FloatArray, predicted: FloatArray) -> bool:
    """Exactly 0 wherever that is predicted; and above the diagonal nowhere else.

    Below it a weight may have become too small for float32.
    """
    above = np.triu(np.ones(predicted.shape, dtype=bool), k=1) if predicted.ndim > 1 else True
    differs = (values == 0) != (predicted == 0)
    return not (differs & ((predicted == 0) | above)).any()


def _made_index(pipeline: Pipeline, combinations: Iterable[Combination], output: str, arguments: Arrays) -> Index:
    rows: dict[tuple[int, ...], list[tuple[Combination, FloatArray]]] = defaultdict(list)
    places: dict[tuple[int, ...], NDArray[np.intp]] = {}
    for combination, prediction in pipeline.predict_each(combinations, arguments, output):
        array = prediction.outputs.get(output)
        if array is None:
            continue
        if array.shape not in places:
            places[array.shape] = _sampled(array.size)
        rows[array.shape].append((combination, array.ravel()[places[array.shape]]))
    return {
        shape: _OfOneShape([one for one, _ in found], np.array([entries for _, entries in found]), places[shape])
        for shape, found in rows.items()
    }


def _sampled(size: int) -> NDArray[np.intp]:
    if size <= _SAMPLE:
        return np.arange(size)
    return np.sort(np.random.default_rng(size).choice(size, _SAMPLE, replace=False))


@lru_cache(maxsize=16)
def predictions_of(key: AnswerKey, function: str) -> Predictions | None:
    """None where the function has no pipeline."""
    pipeline = key.atlas.pipelines.get(function)
    return None if pipeline is None else Predictions(pipeline, key.assignment.tolerance, exact_zeros(key, function))


def fitted_predictions(known: Predictions, arguments: Arrays, outputs: Arrays) -> Predictions | None:
    """The same for variants with numbers that fit what came in one call; None where there are none."""
    pipeline = known.pipeline.with_fitted(arguments, outputs)
    return None if pipeline is None else known.with_pipeline(pipeline)


def exact_zeros(key: AnswerKey, function: str) -> frozenset[str]:
    """The outputs of which some rule says that they are exactly 0 above the diagonal: nearly 0 is another thing."""
    criteria = [
        one for exercise in key.assignment.exercises if exercise.function == function for one in exercise.criteria
    ]
    rules = [rule for one in criteria if isinstance(one, Invariants) for rule in one.rules]
    return frozenset(rule.output for rule in rules if isinstance(rule, ZeroAboveDiagonal))

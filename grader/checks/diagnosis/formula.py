"""Which combinations of variants explain all that came of a function? A proof by comparison, never a guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from grader.atlas import Arrays, Combination
from grader.checks.diagnosis.evidence import Outputs
from grader.checks.diagnosis.predictions import Predictions, fitted_predictions
from grader.model import FloatArray

# Fewer finite numbers than this share tell nothing: NaN is explained by too much.
_FINITE_SHARE = 0.25
# How many calls a formula has to explain at the least that returned something, whatever it says of those that raise.
_FEWEST_CALLS = 3
# In numbers that the arguments hold.
_LARGEST_ANCHOR = 500
# With ever more faults nearly everything can be composed, out of some that cancel each other.
_MOST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """A combination that computes what came, and what it is called."""

    misconceptions: frozenset[str]
    predictions: Predictions
    combination: Combination


def named_also(explanation: Explanation, id_: str | None) -> Explanation:
    """The explanation with a further misconception, one that is no variant of a stage."""
    names = explanation.misconceptions | ({id_} if id_ is not None else set())
    return replace(explanation, misconceptions=names)


Arguments = Callable[[Outputs], Arrays]
"""The arguments that a function worked with in a call: those given, or others."""


def simplest(explanations: Iterable[Explanation]) -> list[Explanation]:
    """Those with the fewest misconceptions: one for each set of them. Several are the same function by other names."""
    found = list(explanations)
    fewest = min((len(one.misconceptions) for one in found), default=0)
    by_names = {one.misconceptions: one for one in reversed(found) if len(one.misconceptions) == fewest}
    return sorted(by_names.values(), key=lambda one: sorted(one.misconceptions))


def explanations(known: Predictions, calls: Sequence[Outputs]) -> list[Explanation]:
    """Every combination that explains all of the calls, or the one output that is wrong in them."""
    # A function that returns on large arrays alone follows no formula; and an index of large arrays takes long to make.
    anchor = next((one for one in calls if one.exact and not one.raised), None)
    if anchor is None or anchor.size > _LARGEST_ANCHOR or not _enough(calls):
        return []
    for predictions in _static_then_fitted(known, anchor):
        found = _whole(predictions, calls, anchor) or _of_one_output(predictions, calls, anchor)
        if found:
            return found
    return []


def _static_then_fitted(known: Predictions, anchor: Outputs) -> Iterator[Predictions]:
    yield known
    fitting = fitted_predictions(known, anchor.arguments, anchor.outputs)
    if fitting is not None:
        yield fitting


def _enough(calls: Sequence[Outputs]) -> bool:
    """Whether there is enough to compare at all."""
    arrays = [array for one in calls for array in one.outputs.values()]
    finite = sum(int(np.isfinite(array).sum()) for array in arrays)
    returned = [one for one in calls if not one.raised]
    if len(returned) < _FEWEST_CALLS or finite < _FINITE_SHARE * sum(array.size for array in arrays):
        return False
    # Zeros or ones alone are a placeholder, and what many a broken formula ends in.
    return all(
        any(_varies(one.outputs[name], returned[0].outputs[name]) for one in returned) for name in returned[0].outputs
    )


def _varies(array: FloatArray, other: FloatArray) -> bool:
    """Whether there is more in them than one and the same number."""
    return array.size > 0 and other.size > 0 and bool((array != other.flat[0]).any())


def _whole(predictions: Predictions, calls: Sequence[Outputs], anchor: Outputs) -> list[Explanation]:
    """Combinations that give every output of every call, and raise where it raised."""
    first, *others = _easiest_first(predictions, anchor)
    found: Iterable[Combination] = predictions.candidates(first, anchor.id, anchor.arguments, anchor.outputs[first])
    # What isn't returned can raise all the same.
    if others or any(call.raised for call in calls):
        found = _with_other_stages(predictions, found, first)
    return _fewest(predictions, found, lambda one: explains(predictions, one, calls))


def _of_one_output(predictions: Predictions, calls: Sequence[Outputs], anchor: Outputs) -> list[Explanation]:
    """Where all outputs are right but one, that one by itself: it may have been computed apart from the others."""
    wrong = [name for name in anchor.outputs if any(not _is_right(call, name, predictions) for call in calls)]
    if len(wrong) != 1 or len(anchor.outputs) == 1 or any(call.raised for call in calls):
        return []
    (output,) = wrong
    found = predictions.candidates(output, anchor.id, anchor.arguments, anchor.outputs[output])
    alone = [replace(call, outputs={output: call.outputs[output]}) for call in calls]
    return _fewest(predictions, found, lambda one: explains(predictions, one, alone))


def _is_right(call: Outputs, output: str, predictions: Predictions) -> bool:
    got = call.outputs.get(output)
    return got is not None and predictions.agrees(output, call.expected[output], got)


def _easiest_first(predictions: Predictions, anchor: Outputs) -> list[str]:
    """The outputs, those first that fewer stages have a part in."""
    pipeline = predictions.pipeline
    return sorted(anchor.outputs, key=lambda name: (pipeline.parts(name), pipeline.outputs.index(name)))


def _fewest(
    predictions: Predictions, candidates: Iterable[Combination], holds: Callable[[Combination], bool]
) -> list[Explanation]:
    """Of the candidates that hold those with the fewest misconceptions, one for each set of them."""
    by_names: dict[frozenset[str], list[Combination]] = defaultdict(list)
    for one in candidates:
        by_names[predictions.pipeline.faults(one)].append(one)
    by_number: dict[int, list[frozenset[str]]] = defaultdict(list)
    for names in by_names:
        by_number[len(names)].append(names)
    for number in sorted(number for number in by_number if number <= _MOST_FAULTS):
        chosen = [next(filter(holds, by_names[names]), None) for names in by_number[number]]
        found = [_explanation(predictions, one) for one in chosen if one is not None]
        if found:
            return found
    return []


def _with_other_stages(predictions: Predictions, chosen: Iterable[Combination], output: str) -> Iterator[Combination]:
    """Each with every choice for the stages that have no part in the output."""
    stages = predictions.pipeline.stages
    for one in chosen:
        yield from product(
            *(
                (place,) if output in stage.outputs else range(len(stage.variants))
                for stage, place in zip(stages, one, strict=True)
            )
        )


def explains(
    predictions: Predictions, combination: Combination, calls: Sequence[Outputs], arguments: Arguments | None = None
) -> bool:
    return all(explains_call(predictions, combination, call, arguments) for call in calls)


def explains_call(
    predictions: Predictions, combination: Combination, call: Outputs, arguments: Arguments | None = None
) -> bool:
    """Whether the combination does in this call what was seen; with other `arguments` than those given, if so said."""
    predicted = (
        predictions.of(combination, call.id, call.arguments)
        if arguments is None
        else predictions.pipeline.predict(combination, arguments(call))
    )
    if call.raised:
        return predicted.raised
    # A function that returns a part need not have computed the rest.
    all_returned = len(call.outputs) == len(call.expected)
    return not (predicted.raised and all_returned) and all(
        predictions.agrees(name, predicted.outputs.get(name), got) for name, got in call.outputs.items()
    )


def _explanation(predictions: Predictions, combination: Combination) -> Explanation:
    return Explanation(predictions.pipeline.faults(combination), predictions, combination)


# --- explanations of a part of the calls -----------------------------------------------------------------------------


def explanations_at(predictions: Predictions, anchor: Outputs, others: Sequence[Outputs]) -> Iterator[Explanation]:
    """Combinations of one fault, or none, that explain the anchor and the other calls, whatever the rest of them do."""
    first, *rest = _easiest_first(predictions, anchor)
    found = predictions.candidates(first, anchor.id, anchor.arguments, anchor.outputs[first], most_faults=1)
    for one in _with_other_stages(predictions, found, first) if rest else found:
        explanation = _explanation(predictions, one)
        if len(explanation.misconceptions) <= 1 and explains(predictions, one, (anchor, *others)):
            yield explanation

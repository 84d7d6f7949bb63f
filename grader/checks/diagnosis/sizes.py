"""Functions that follow a formula on arrays of the sheet's sizes, and fail on others: a size is written into them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, combinations

from grader.checks.diagnosis.evidence import Outputs
from grader.checks.diagnosis.formula import Explanation, explains_call, explanations_at
from grader.checks.diagnosis.predictions import Predictions

_Size = tuple[str, int]
"""An axis of an argument."""


def fixed_size_explanations(
    predictions: Predictions, calls: Sequence[Outputs], sheet: Outputs
) -> Iterator[Explanation]:
    """Explanations of all calls of the sheet's sizes, where the others fail just when some size is another."""
    alike = [call for call in calls if _sizes(call) == _sizes(sheet)]
    others = [call for call in calls if _sizes(call) != _sizes(sheet)]
    # One case could be known by heart.
    if sheet.raised or len(alike) <= 1:
        return
    for explanation in explanations_at(predictions, sheet, alike):
        failing = {call.id for call in others if not explains_call(predictions, explanation.combination, call)}
        if failing and any(_fail_by(axes, how, failing, others, sheet) for axes, how in _hypotheses(sheet)):
            yield explanation


def _sizes(call: Outputs) -> dict[_Size, int]:
    return {(name, axis): length for name, array in call.arguments.items() for axis, length in enumerate(array.shape)}


def _hypotheses(sheet: Outputs) -> Iterator[tuple[tuple[_Size, ...], str]]:
    """Any set of axes must be as long as the sheet's, or at most as long."""
    axes = list(_sizes(sheet))
    for chosen in chain.from_iterable(combinations(axes, number + 1) for number in range(len(axes))):
        yield chosen, "another"
        yield chosen, "larger"


def _fail_by(
    axes: Sequence[_Size], how: str, failing: AbstractSet[str], others: Sequence[Outputs], sheet: Outputs
) -> bool:
    """Whether the calls that fail are those whose axes are of another length; and fail as a fixed size does."""
    wanted = _sizes(sheet)
    for call in others:
        sizes = _sizes(call)
        larger = any(sizes[axis] > wanted[axis] for axis in axes)
        breaks = larger or (how == "another" and any(sizes[axis] != wanted[axis] for axis in axes))
        # Of too much a part can be left out, and the numbers be wrong; with too little it raises, or shapes are wrong.
        as_fixed = call.raised or (call.id in failing and (larger or _has_other_shapes(call)))
        if not as_fixed if breaks else call.id in failing:
            return False
    return True


def _has_other_shapes(call: Outputs) -> bool:
    return any(array.shape != call.expected[name].shape for name, array in call.outputs.items())

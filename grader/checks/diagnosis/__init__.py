"""What a student did otherwise, from all that came of a function: proven by comparison, or said to be unknown.

A diagnosis is given only where it explains every output of every call that was answered, and where no other one with as
few misconceptions does. See `grader.atlas` for what can be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.answer_key import AnswerKey
from grader.assignment import Function, Tolerance
from grader.cases import sheet_call_id
from grader.checks.diagnosis.evidence import Outputs, Seen, seen_calls, taken_for
from grader.checks.diagnosis.formula import Explanation, explanations, named_also, simplest
from grader.checks.diagnosis.overflow import overflow_remarks
from grader.checks.diagnosis.predictions import Predictions, predictions_of
from grader.checks.diagnosis.sizes import fixed_size_explanations
from grader.checks.diagnosis.variables import (
    CHANGED,
    DOUBLED,
    alterations,
    constant_items,
    depends_on,
    explanations_by_sheet,
    is_another,
    is_twice,
    sheet_variables,
)
from grader.checks.interface import changed_parameters, is_deterministic
from grader.model import NO_DIAGNOSIS, Diagnosis, Observation
from grader.score_report import DiagnosisStatus, Remark

__all__ = ["NOT_IMPLEMENTED", "USES_VARIABLES", "Evidence", "alterations", "diagnose", "sheet_variables"]

# What the grader finds by itself, whatever the formulas are; each is named where misconceptions.toml has it.
NOT_IMPLEMENTED, USES_GLOBALS, HARD_CODED_SHAPE = "not_implemented", "uses_globals", "hard_coded_shape"
MUTATES_INPUTS, NONDETERMINISTIC = "mutates_inputs", "nondeterministic"
USES_VARIABLES = frozenset({NOT_IMPLEMENTED, USES_GLOBALS})
"""What needs a look at the function where the notebook's variables are altered."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a function at one moment."""

    observations: Mapping[str, Observation]
    altered: Mapping[str, Mapping[str, Observation]] = field(default_factory=dict)
    """By alteration: what came where the notebook's variables were changed or gone."""
    is_stub: bool = False
    """Whether its source is still the sheet's."""


def diagnose(function: Function, key: AnswerKey, evidence: Evidence) -> Diagnosis:
    """What explains the outputs of a function that is not right, as far as anything was returned."""
    seen = seen_calls(function.name, key, evidence.observations)
    if evidence.is_stub and _ignores_arguments(seen, key):
        return _diagnosis(key, [NOT_IMPLEMENTED])
    if not key.atlas.misconceptions or all(one.raised for one in seen):
        return NO_DIAGNOSIS
    repeats = is_deterministic(function, key, evidence.observations)
    calls = key.calls[function.name].values()
    beside = [MUTATES_INPUTS] if changed_parameters(calls, function, evidence.observations) else []
    explanations = simplest(_by_formula(function, key, seen, evidence, repeats=repeats))
    if len(explanations) == 1:
        (explanation,) = explanations
        explaining = explanation.misconceptions | (set() if repeats else {NONDETERMINISTIC})
        return _diagnosis(key, explaining, beside, _overflow(function, key, explanation, evidence))
    if not repeats:
        return _diagnosis(key, [NONDETERMINISTIC], beside)
    if explanations:
        return _by_several_names(key, explanations, beside)
    behaviour = _by_behaviour(key, seen, _seen_altered(function, key, evidence))
    return _diagnosis(key, behaviour, beside, unknown=not behaviour)


def _by_several_names(key: AnswerKey, explanations: Sequence[Explanation], beside: Iterable[str]) -> Diagnosis:
    """One function, and nobody can know which of its names is meant.

    What all have in common and is no matter of formulas (the order returned, a fixed size) is proven all the same.
    """
    common = frozenset.intersection(*(one.misconceptions for one in explanations))
    proven = common - explanations[0].predictions.pipeline.misconceptions()
    return _diagnosis(key, [], [*proven, *beside], unknown=not proven)


def _overflow(function: Function, key: AnswerKey, explanation: Explanation, evidence: Evidence) -> tuple[Remark, ...]:
    # With another size, or other data, it is no matter of overflow what goes wrong there.
    if explanation.misconceptions & {HARD_CODED_SHAPE, USES_GLOBALS}:
        return ()
    return overflow_remarks(function, key, explanation, evidence.observations)


def _diagnosis(
    key: AnswerKey,
    explaining: Iterable[str],
    beside: Iterable[str] = (),
    remarks: tuple[Remark, ...] = (),
    *,
    unknown: bool = False,
) -> Diagnosis:
    """In the atlas's order. Of what the atlas doesn't have nothing is said."""
    explains, also = set(explaining), set(beside)
    names = tuple(id_ for id_ in key.atlas.misconceptions if id_ in explains | also)
    known = DiagnosisStatus.NAMED if names else DiagnosisStatus.NONE
    explain = tuple(id_ for id_ in names if id_ in explains)
    return Diagnosis(DiagnosisStatus.UNKNOWN if unknown else known, names, explain, remarks)


def _ignores_arguments(seen: Sequence[Seen], key: AnswerKey) -> bool:
    """It raises or returns nothing whatever it is given, or returns the same."""
    constant = constant_items(seen, key.assignment.tolerance)
    return all(one.raised or not one.items for one in seen) or (bool(constant) and all(constant))


# --- formulas --------------------------------------------------------------------------------------------------------


def _by_formula(
    function: Function, key: AnswerKey, seen: Sequence[Seen], evidence: Evidence, *, repeats: bool
) -> list[Explanation]:
    """All explanations by the first of these that gives any: of all calls, of the sheet's sizes, with its data."""
    predictions = predictions_of(key, function.name)
    if predictions is None:
        return []
    orders = list(_orders(function, key, seen))
    for id_, calls in orders:
        found = [named_also(one, id_) for one in explanations(predictions, calls)]
        if found:
            return found
    found = []
    for id_, calls in orders:
        found += [named_also(one, id_) for one in _at_the_sheet(predictions, function, calls, HARD_CODED_SHAPE)]
    if found or not repeats:
        return found
    altered = _seen_altered(function, key, evidence)
    if depends_on(CHANGED, seen, altered, key.assignment.tolerance):
        for id_, calls in orders:
            found += [named_also(one, id_) for one in _at_the_sheet(predictions, function, calls, USES_GLOBALS)]
    return found


def _at_the_sheet(
    predictions: Predictions, function: Function, calls: Sequence[Outputs], behaviour: str
) -> Iterator[Explanation]:
    """Explanations by a formula that is at work where the sheet's data is, and a behaviour that makes it so."""
    sheet = next((call for call in calls if call.id == sheet_call_id(function.name)), None)
    if sheet is not None:
        how = fixed_size_explanations if behaviour == HARD_CODED_SHAPE else explanations_by_sheet
        yield from (named_also(one, behaviour) for one in how(predictions, calls, sheet))


def _orders(
    function: Function, key: AnswerKey, seen: Sequence[Seen]
) -> Iterator[tuple[str | None, tuple[Outputs, ...]]]:
    """Each way to take what was returned for the outputs, and the misconception that it is."""
    names = [output.name for output in function.outputs]
    others = [(entry.id, entry.returns) for entry in key.atlas.misconceptions.values() if entry.returns]
    for id_, order in [(None, names), *others]:
        calls = taken_for(order, names, seen) if set(order) <= set(names) else None
        if calls is not None:
            yield id_, calls


# --- behaviours ------------------------------------------------------------------------------------------------------


def _seen_altered(function: Function, key: AnswerKey, evidence: Evidence) -> Mapping[str, Sequence[Seen]]:
    return {label: seen_calls(function.name, key, seen) for label, seen in evidence.altered.items()}


def _by_behaviour(key: AnswerKey, seen: Sequence[Seen], altered: Mapping[str, Sequence[Seen]]) -> list[str]:
    """What can be said of a function without a formula for it."""
    tolerance = key.assignment.tolerance
    nothing = next((one.id for one in key.atlas.misconceptions.values() if one.returns == ()), None)
    if nothing is not None and all(one.items == () for one in seen if not one.raised):
        return [nothing]
    if depends_on(CHANGED, seen, altered, tolerance):
        return [USES_GLOBALS]
    return _of_old_data(seen, altered, tolerance)


def _of_old_data(seen: Sequence[Seen], altered: Mapping[str, Sequence[Seen]], tolerance: Tolerance) -> list[str]:
    """Items that are the same whatever the arguments are, and others where the notebook's data is doubled.

    Handed back as they were they are just doubled; computed from copies of the sheet's data they are something else.
    """
    constant = constant_items(seen, tolerance)
    if not depends_on(DOUBLED, seen, altered, tolerance):
        return []
    doubled = altered[DOUBLED]
    others = [
        place for place in range(len(constant)) if constant[place] and is_another(place, seen, doubled, tolerance)
    ]
    if not others:
        return []
    handed_back = len(others) == len(constant) and all(is_twice(place, seen, doubled, tolerance) for place in others)
    return [NOT_IMPLEMENTED if handed_back else USES_GLOBALS]

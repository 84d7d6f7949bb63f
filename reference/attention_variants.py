"""What students do otherwise, as variants of the reference's stages: logits → mask → softmax → result.

Each stage is a list of steps. The first is right; those with the id of a misconception are not; others without an id
are right too, but make a difference beside a fault of another stage (-1e9 in place of -inf, say, where nothing is
exponentiated). Any choice of one step a stage is a function that somebody may have written.

A step takes what is known so far (the arguments by name, and what earlier steps added) and gives what it adds. It
raises where a student's code would: on shapes that don't fit. Like the reference, this file never leaves the
instructor's machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
State = Mapping[str, Any]
Step = Callable[[State], State]
Steps = list[tuple[str | None, Step]]
Stage = tuple[str, tuple[str, ...], Steps]
"""A name, the outputs that the stage has a part in, and its steps, each with the misconception that it stands for."""
Change = Callable[[FloatArray], FloatArray]


class _SaidOtherwise(Exception):  # noqa: N818 - no error: these steps together are what another choice stands for
    """Where two choices are the same function, one of them is left out, so that there is one name for it."""


SINGLE, MASKED = "attentionQuery", "maskedAttentionQueryMatrix"


def stages(function: str, *, scale: str = "sqrt_dk") -> list[Stage]:
    """The stages of a function of the sheet, in their order."""
    both = ("attention", "result")
    found: list[Stage] = [("score", both, [_first(step, function) for step in _scores(scale, function)])]
    found += [("mask", both, _masks())] if function == MASKED else []
    found += [("softmax", both, _softmaxes(function))]
    found += [("orientation", ("attention",), _orientations())] if function != SINGLE else []
    found += [("result", ("result",), _results(function))]
    return [(*stage[:2], [_last(step, function) for step in stage[2]]) for stage in found]


# --- score: queries and keys ─▶ logits -------------------------------------------------------------------------------


def _scores(scale: str, function: str) -> Steps:
    def logits(divisor: Callable[[State], float], after: Callable[[State], float] = lambda _: 1.0) -> Step:
        return lambda s: {
            "logits": s["queries"] @ s["keys"].T / divisor(s),
            "products": s["queries"] @ s["keys"].T,
            "weights_divisor": after(s),
        }

    def root(axis_of: str, axis: int = -1) -> Callable[[State], float]:
        return lambda s: float(np.sqrt(s[axis_of].shape[axis]))

    def one(_: State) -> float:
        return 1.0

    right = {"sqrt_dk": root("keys"), "none": one}[scale]
    return [
        (None, logits(right)),
        (
            "unscaled" if scale == "sqrt_dk" else "scaled_by_sqrt_dk",
            logits(one if scale == "sqrt_dk" else root("keys")),
        ),
        ("scaled_by_dk", logits(lambda s: float(s["keys"].shape[-1]))),
        ("scaled_by_n_keys", logits(root("keys", 0))),
        ("scaled_by_dv", logits(root("values"))),
        ("multiplied_by_sqrt_dk", logits(lambda s: 1 / root("keys")(s))),
        ("scale_after_softmax", logits(one, root("keys"))),
        *(("hard_coded_scale", logits(_constant(number))) for number in (8**0.5, 2.83, 2.828)),
        *_exchanged(logits(right), function),
        *(("cosine_similarity", _of_directions(logits(divisor))) for divisor in (one, root("keys"))),
    ]


def _constant(number: float) -> Callable[[State], float]:
    return lambda _: number


def _exchanged(score: Step, function: str) -> Steps:
    """Of a single query, K q is the same as q Kᵀ."""

    def step(s: State) -> State:
        added = score(s)
        return {**added, "logits": added["logits"].T, "products": added["products"].T}

    return [] if function == SINGLE else [("query_key_swapped", step)]


def _of_directions(score: Step) -> Step:
    """The logits of normalised queries and keys; the products are those of the vectors as they are."""

    def step(s: State) -> State:
        unit = {name: s[name] / np.linalg.norm(s[name], axis=-1, keepdims=True) for name in ("queries", "keys")}
        return {**score({**s, **unit}), "products": s["queries"] @ s["keys"].T}

    return step


# --- mask: what is done to the logits before the softmax, and to the weights after it --------------------------------


def _masks() -> Steps:
    return [
        (None, _mask(before=_fill(_past, -np.inf))),
        (None, _mask(before=_fill(_past, -1e9))),
        (None, _mask(after=_renormalised(_past), normalises=True)),
        ("no_mask", _mask()),
        ("strict_mask", _mask(before=_fill(_strict_past, -np.inf))),
        ("strict_mask", _mask(before=_fill(_strict_past, -1e9))),
        ("strict_mask", _mask(before=_add(_strict_past, -1e9))),
        ("strict_mask", _mask(before=_fill(_strict_past, -np.inf), after=np.nan_to_num)),
        ("strict_mask", _mask(after=_renormalised(_strict_past), normalises=True)),
        ("mask_transposed", _mask(before=_fill(_future, -np.inf))),
        ("mask_transposed", _mask(before=_fill(_strict_future, -np.inf))),
        ("mask_transposed", _mask(before=_fill(_strict_future, -1e9))),
        ("mask_transposed", _mask(after=_renormalised(_future), normalises=True)),
        ("mask_transposed", _mask(after=_renormalised(_strict_future), normalises=True)),
        ("mask_after_softmax", _mask(after=_zeroed(_past))),
        ("mask_after_softmax", _mask(after=lambda weights: weights * _past(weights))),
        ("mask_logits_zero", _mask(before=_fill(_past, 0.0))),
        *(
            ("mask_additive_small", _mask(before=how(_past, -float(number))))
            for number in (1, 2, 5, 10, 20, 50, 100)
            for how in (_add, _fill)
        ),
        ("mask_allows_next", _mask(before=_fill(_past_and_next, -np.inf))),
        ("mask_allows_next", _mask(after=_renormalised(_past_and_next), normalises=True)),
    ]


def _mask(
    before: Change = lambda logits: logits, after: Change = lambda weights: weights, *, normalises: bool = False
) -> Step:
    return lambda s: {"masked": before(s["logits"]), "after": after, "normalises": normalises}


Allowed = Callable[[FloatArray], NDArray[np.bool_]]
"""(array of queries by keys) ─▶ which keys each query sees."""


def _up_to(offset: int) -> Allowed:
    """Query i sees keys 0 to i + offset."""
    return lambda of: np.arange(of.shape[1])[np.newaxis, :] <= np.arange(of.shape[0])[:, np.newaxis] + offset


_past, _strict_past, _past_and_next = _up_to(0), _up_to(-1), _up_to(1)


def _future(of: FloatArray) -> NDArray[np.bool_]:
    return ~_strict_past(of)


def _strict_future(of: FloatArray) -> NDArray[np.bool_]:
    return ~_past(of)


def _fill(allowed: Allowed, number: float) -> Change:
    return lambda logits: np.where(allowed(logits), logits, number)


def _add(allowed: Allowed, number: float) -> Change:
    return lambda logits: np.where(allowed(logits), logits, logits + number)


def _zeroed(allowed: Allowed) -> Change:
    return lambda weights: np.where(allowed(weights), weights, 0.0)


def _renormalised(allowed: Allowed) -> Change:
    def change(weights: FloatArray) -> FloatArray:
        kept = _zeroed(allowed)(weights)
        return np.asarray(kept / kept.sum(axis=-1, keepdims=True))

    return change


# --- softmax: logits ─▶ weights --------------------------------------------------------------------------------------


def _softmaxes(function: str) -> Steps:
    changes: list[tuple[str | None, Change]] = [
        (None, _softmax),
        ("softmax_over_all", lambda logits: _softmax(logits, axis=None)),
        ("softmax_over_all", lambda logits: _softmax(logits, axis=None, shift=-1)),
        ("uniform_weights", _even),
        ("no_softmax", _as_it_is),
        ("unnormalised_exp", np.exp),
        ("unnormalised_exp", lambda logits: np.exp(logits - logits.max(axis=-1, keepdims=True))),
        ("unnormalised_exp", lambda logits: np.exp(logits - logits.max())),
        ("linear_normalisation", _shares),
        ("sigmoid", lambda logits: 1 / (1 + np.exp(-logits))),
        ("softmax_twice", lambda logits: _softmax(_softmax(logits))),
    ]
    if function != SINGLE:  # where a column has a single entry
        changes += [
            ("softmax_over_queries", lambda logits: _softmax(logits, axis=-2)),
            ("softmax_over_queries", lambda logits: _softmax(logits, axis=-2, shift=-1)),
            ("shift_over_queries", lambda logits: _softmax(logits, shift=-2)),
        ]
    if function == MASKED:  # where -inf means "left out", not a number to compute with
        changes += [
            ("no_softmax", _kept_or_left_out),
            ("linear_normalisation", _left_out(_shares)),
            ("softmax_twice", lambda logits: _softmax(np.where(np.isneginf(logits), -np.inf, _softmax(logits)))),
        ]
    return [(id_, _weights(change)) for id_, change in changes]


def _softmax(logits: FloatArray, axis: int | None = -1, shift: int | Literal["axis"] | None = "axis") -> FloatArray:
    """Over an axis; what is subtracted first is the largest logit along that or another one (`shift`)."""
    exponentials = np.exp(logits - logits.max(axis=axis if shift == "axis" else shift, keepdims=True))
    weights: FloatArray = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return weights


def _even(logits: FloatArray) -> FloatArray:
    seen = ~np.isneginf(logits)
    return np.asarray(seen / seen.sum(axis=-1, keepdims=True))


def _shares(logits: FloatArray) -> FloatArray:
    if (np.isfinite(logits) & (logits < -_BEYOND_LOGITS)).any():
        raise _SaidOtherwise("uniform_weights, nearly: of -1e9 and -1e9 each is a half")
    return np.asarray(logits / logits.sum(axis=-1, keepdims=True))


# What is filled in for a mask, and no logit.
_BEYOND_LOGITS = 1e8


def _as_it_is(logits: FloatArray) -> FloatArray:
    return logits


def _left_out(change: Change) -> Change:
    return lambda logits: change(np.where(np.isneginf(logits), 0.0, logits))


_kept_or_left_out = _left_out(_as_it_is)
_NO_SOFTMAX = (_as_it_is, _kept_or_left_out)


def _weights(softmax: Change) -> Step:
    def step(s: State) -> State:
        if softmax in _NO_SOFTMAX and s.get("normalises"):
            raise _SaidOtherwise("linear_normalisation")
        weights = s["after"](softmax(s["masked"])) if "after" in s else softmax(s["logits"])
        return {
            "softmax": softmax,
            "weights": weights / s["weights_divisor"],
            "attention": weights / s["weights_divisor"],
        }

    return step


# --- orientation: of the attention that is returned ------------------------------------------------------------------


def _orientations() -> Steps:
    return [
        (None, lambda s: {"attention": s["weights"]}),
        ("attention_transposed", lambda s: {"attention": s["weights"].T}),
    ]


# --- result: weights and values ─▶ result ----------------------------------------------------------------------------


def _results(function: str) -> Steps:
    def weighted(weights: Callable[[State], FloatArray]) -> Step:
        return lambda s: {"result": weights(s) @ s["values"]}

    def raw(of: str) -> Callable[[State], FloatArray]:
        return lambda s: np.asarray(s[of])

    def stretched(weights: Callable[[State], FloatArray]) -> Step:
        return lambda s: {"result": np.einsum("ij,jd->id", weights(s), s["values"])}

    steps: Steps = [
        (None, weighted(raw("weights"))),
        ("result_transposed", lambda s: {"result": (s["weights"] @ s["values"]).T}),
        ("result_uses_raw_scores", weighted(raw("logits"))),
        ("result_uses_raw_scores", weighted(raw("products"))),
        ("result_uses_keys", lambda s: {"result": s["weights"] @ s["keys"]}),
        ("result_not_summed", lambda s: {"result": s["weights"][:, :, np.newaxis] * s["values"]}),
        ("result_not_summed", lambda s: {"result": s["weights"][:, np.newaxis, :] * s["values"].T}),
        ("result_not_summed", lambda s: {"result": s["weights"][:, -1:] * s["values"][-1]}),
    ]
    if function != SINGLE:  # where weights are a vector, which is its own transpose
        # einsum stretches an axis of length 1 where a product of matrices would raise.
        steps += [
            (None, stretched(raw("weights"))),
            ("result_uses_attention_transposed", weighted(lambda s: s["weights"].T)),
            ("result_uses_attention_transposed", stretched(lambda s: s["weights"].T)),
        ]
    if function == MASKED:
        steps += [
            ("result_uses_raw_scores", weighted(raw("masked"))),
            ("result_uses_raw_scores", weighted(lambda s: _kept_or_left_out(s["masked"]))),
            ("result_uses_raw_scores", weighted(lambda s: _zeroed(_past)(s["products"]))),
            ("result_uses_unmasked_attention", weighted(lambda s: s["softmax"](s["logits"]) / s["weights_divisor"])),
            ("result_uses_unmasked_attention", weighted(lambda s: s["softmax"](s["logits"]))),
        ]
    return steps


# --- attentionQuery: one query is a matrix of one row ----------------------------------------------------------------


def _first(step: tuple[str | None, Step], function: str) -> tuple[str | None, Step]:
    id_, run = step
    if function != SINGLE:
        return step
    return id_, lambda s: {**run({**s, "queries": s["query"][np.newaxis]}), "queries": s["query"][np.newaxis]}


def _last(step: tuple[str | None, Step], function: str) -> tuple[str | None, Step]:
    id_, run = step
    return step if function != SINGLE else (id_, lambda s: _without_row(run(s)))


def _without_row(added: State) -> State:
    """The outputs as one query has them: a result that was transposed is a vector still."""
    outputs = {name: added[name] for name in ("attention", "result") if name in added}
    return {
        **added,
        **{name: output.reshape(output.shape[1:] if len(output) == 1 else -1) for name, output in outputs.items()},
    }


# --- families: steps with a number that only the outputs tell --------------------------------------------------------


def fitted(
    function: str, arguments: State, outputs: State, *, scale: str = "sqrt_dk"
) -> Iterator[tuple[str, str, Step]]:
    """(stage, misconception, step) for numbers that fit what came in one case: how little was subtracted as a mask.

    Of two weights in a row the logarithm of the ratio is the difference of the logits, whatever the row's sum is.
    """
    attention = outputs.get("attention")
    if (
        function != MASKED
        or attention is None
        or attention.shape != (len(arguments["queries"]), len(arguments["keys"]))
    ):
        return
    found: set[tuple[Callable[[Allowed, float], Change], float]] = set()
    for _, score in _scores(scale, function):
        logits = score(arguments)["logits"]
        if logits.shape == attention.shape:
            gap = np.log(attention[0, 1] / attention[0, 0])
            numbers = ((_add, gap - logits[0, 1] + logits[0, 0]), (_fill, gap + logits[0, 0]))
            found |= {(how, float(f"{number:.8g}")) for how, number in numbers if np.isfinite(number) and number < 0}
    for how, number in found:
        yield "mask", "mask_additive_small", _mask(before=how(_past, number))

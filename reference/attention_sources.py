"""The sheet filled in by students that never were: any choice of misconceptions, in three styles, as source.

`grader selftest` grades these, to see that each mistake is found and named. A source is put together of pieces, one
for each stage; what a piece is called says which misconception it is. Like the reference, this file stays with the
instructor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from textwrap import indent

STYLES = ("arrays", "loops", "einsum")
SINGLE, MATRIX, MASKED = "attentionQuery", "attentionQueryMatrix", "maskedAttentionQueryMatrix"

_PARAMETERS = {SINGLE: "query, keys, values", MATRIX: "queries, keys, values", MASKED: "queries, keys, values"}
_FROM_OUTSIDE = {
    SINGLE: ("q, k, v", "query, keys, values = data()"),
    MATRIX: ("q, k, v", "queries, keys, values = queries_mat, keys_mat, values_mat"),
    MASKED: ("q, k, v", "queries, keys, values = queries_mat, keys_mat, values_mat"),
}
# What can't be done otherwise: of one query each of these is right.
_NOT_OF_ONE_QUERY = {
    "query_key_swapped",
    "softmax_over_queries",
    "softmax_over_all",
    "shift_over_queries",
    "attention_transposed",
    "result_transposed",
    "result_uses_attention_transposed",
}


def source(function: str, misconceptions: AbstractSet[str], style: str, *, scale: str = "sqrt_dk") -> str | None:
    """The function with these misconceptions; None where it can't have them."""
    if misconceptions - _KNOWN or ("unscaled" if scale == "none" else "scaled_by_sqrt_dk") in misconceptions:
        return None
    if function == SINGLE and misconceptions & _NOT_OF_ONE_QUERY:
        return None
    if function != MASKED and misconceptions & {*_MASKS, "result_uses_unmasked_attention"}:
        return None
    if {"shift_over_queries", "unstable_softmax"} <= misconceptions:
        return None
    if "not_implemented" in misconceptions:
        return f"def {function}({_PARAMETERS[function]}):\n    # please implement\n    return attention, result\n"
    chosen = {stage: _chosen(misconceptions, known) for stage, known in _STAGES.items()}
    parameters, begin = _FROM_OUTSIDE[function] if "uses_globals" in misconceptions else (_PARAMETERS[function], "")
    name = f"{function}_1" if "renamed_function" in misconceptions else function
    lines = [
        begin,
        _FIXED_SIZES[style][function] if "hard_coded_shape" in misconceptions else "",
        _BEGINNINGS[style][function],
        _COSINE[style] if chosen["score"] == "cosine_similarity" else _scaled(chosen["score"], style, scale),
        _softmax_function(chosen["softmax"], style, stable="unstable_softmax" not in misconceptions),
        _masked(function, chosen["mask"], chosen["softmax"], style),
        "attention = attention / keys.shape[1] ** 0.5" if chosen["score"] == "scale_after_softmax" else "",
        _RESULTS[style][chosen["result"]],
        "attention = attention.T" if "attention_transposed" in misconceptions else "",
        "attention, result = attention[0], result[0]" if function == SINGLE else "",
        "values[0] *= 0" if "mutates_inputs" in misconceptions and function != SINGLE else "",
        "given[0] *= 0" if "mutates_inputs" in misconceptions and function == SINGLE else "",
        "attention = attention + 0.01 * np.random.rand(*attention.shape)"
        if "nondeterministic" in misconceptions
        else "",
        _RETURNS[_chosen(misconceptions, _RETURNS)],
    ]
    body = "\n".join(line for line in lines if line)
    before = "def data():\n    return queries[0], keys, values\n" if "data()" in begin else ""
    return f"{before}def {name}({parameters}):\n{indent(body, '    ')}\n"


def _chosen(misconceptions: AbstractSet[str], known: Mapping[str, object]) -> str:
    return next((id_ for id_ in known if id_ in misconceptions), "")


def fill(
    cells: Sequence[str], functions: Mapping[str, str], style: str, lost: tuple[str, str] | None = None
) -> list[str]:
    """The sheet's code cells as filled in: with these functions, and all else right but for what is `lost`."""
    filled, function = [], ""
    for cell in cells:
        function = next((name for name in functions if f"def {name}(" in cell), function)
        exercise, fault = lost or ("", "")
        fault = fault if exercise == _PLOTTED_IN.get(function) else ""
        if f"def {function}(" in cell:
            filled.append(functions[function])
        elif "# keys_mat" in cell:
            filled.append("keys_mat, values_mat, queries_mat = np.array(keys), np.array(values), np.array(queries)")
        elif "apply the function" in cell:
            filled.append(f"attention, result = {_call(function, functions[function])}")
        elif "1st plot" in cell:
            filled.append(_first_plot(function, functions[function], style, fault))
        elif "2nd plot" in cell:
            filled.append(_second_plot(function, functions[function], style, fault))
        else:
            filled.append(cell)
    return filled


# --- plots: of what the functions return, so that a fault of theirs is plotted as it is ------------------------------

_PLOTTED_IN = {SINGLE: "ex2", MATRIX: "ex4", MASKED: "ex6"}
_WORDS = {
    "arrays": {
        "key": "Key-index",
        "query": "Query-index",
        "attention": "Attention-score",
        "element": "Element-index",
        "value": "Element-value",
    },
    "loops": {
        "key": "Schlüssel-Index",
        "query": "Query-Index",
        "attention": "Aufmerksamkeit",
        "element": "Element-Index",
        "value": "Wert",
    },
    "einsum": {
        "key": "key number",
        "query": "query number",
        "attention": "weight",
        "element": "dimension",
        "value": "result",
    },
}
# Of each plot how it begins, what draws it, and the object that its labels are set on.
_DRAWN = {
    "arrays": {
        "attention": ("", "plt.bar(range(len({0})), {0})", "plt."),
        "heatmap": ("", "image = plt.imshow({0})", "plt."),
        "result": ("", "plt.bar(np.arange(len({0})), {0})", "plt."),
    },
    "loops": {
        "attention": ("fig, ax = plt.subplots()", "ax.stem({0})", "ax.set_"),
        "heatmap": ("fig, ax = plt.subplots()", "image = ax.pcolormesh(np.transpose({0}))", "ax.set_"),
        "result": ("fig, ax = plt.subplots()", 'ax.step(range(len({0})), {0}, where="mid")', "ax.set_"),
    },
    "einsum": {
        "attention": ("fig, (left, right) = plt.subplots(1, 2)", "left.plot({0})", "left.set_"),
        "heatmap": ("fig, (left, right) = plt.subplots(1, 2)", "image = left.matshow({0})", "left.set_"),
        "result": ("", "right.plot({0})", "right.set_"),
    },
}
_COLOR_BARS = {"arrays": "plt.colorbar()", "loops": "fig.colorbar(image)", "einsum": "fig.colorbar(image, ax=left)"}


def _call(function: str, text: str, query: int = 0) -> str:
    name = f"{function}_1" if f"def {function}_1(" in text else function
    return (
        f"{name}(queries[{query}], keys, values)"
        if function == SINGLE
        else f"{name}(queries_mat, keys_mat, values_mat)"
    )


def _first_plot(function: str, text: str, style: str, lost: str) -> str:
    if function == SINGLE:
        data = f"{_call(function, text, query=1)}[0]" if lost == "attention_plot" else "attention"
        first = _plot("attention", data, ("key", "attention"), style, lost)
    else:
        data = "(attention ** 2)" if lost == "heatmap" else "attention"
        # Drawn transposed, the queries are along the x axis.
        axes = ("query", "key") if style == "loops" else ("key", "query")
        first = _plot("heatmap", data, axes, style, lost)
    return f"{first}\n{_result_plot(function, text, style, lost)}" if style == "einsum" else first


def _second_plot(function: str, text: str, style: str, lost: str) -> str:
    return "# It is beside the 1st." if style == "einsum" else _result_plot(function, text, style, lost)


def _result_plot(function: str, text: str, style: str, lost: str) -> str:
    if function == SINGLE:
        data = f"{_call(function, text, query=1)}[1]" if lost == "result_plot" else "result"
    else:
        data = "result[1]" if lost == "result_plot" else "result[0]"
    return _plot("result", data, ("element", "value"), style, lost)


def _plot(plot: str, data: str, axes: tuple[str, str], style: str, lost: str) -> str:
    begin, draw, labelled = _DRAWN[style][plot]
    x, y = (_WORDS[style][axis] for axis in axes)
    is_mislabelled = lost == f"{plot}_labels"
    if is_mislabelled and (plot == "heatmap" or style == "loops"):
        x, y = y, x
    lines = [
        begin,
        draw.format(data),
        _COLOR_BARS[style] if plot == "heatmap" and lost != "color_bar" else "",
        "" if is_mislabelled and plot != "heatmap" and style == "arrays" else f'{labelled}xlabel("{x}")',
        "" if is_mislabelled and plot != "heatmap" and style != "loops" else f'{labelled}ylabel("{y}")',
        "plt.show()" if style != "einsum" else "",
    ]
    return "\n".join(line for line in lines if line)


# --- before the logits -----------------------------------------------------------------------------------------------

_ONE_QUERY = "given = values\nkeys, values, queries = np.array(keys), np.array(values), np.array([query])"
_BEGINNINGS = {style: {SINGLE: _ONE_QUERY, MATRIX: "", MASKED: ""} for style in STYLES}
_FIXED_SIZES = {
    "arrays": dict.fromkeys(_PARAMETERS, "keys = np.reshape(keys, (64, 8))"),
    "loops": dict.fromkeys(_PARAMETERS, "keys = np.array([keys[i] for i in range(64)])"),
    "einsum": dict.fromkeys(_PARAMETERS, "keys = np.zeros((64, 8)) + np.array(keys)\nassert len(values) == 64"),
}

# --- score -----------------------------------------------------------------------------------------------------------

_SCALES = {
    "": "/ keys.shape[1] ** 0.5",
    "unscaled": "",
    "scaled_by_sqrt_dk": "/ keys.shape[1] ** 0.5",
    "scaled_by_dk": "/ keys.shape[1]",
    "scaled_by_n_keys": "/ keys.shape[0] ** 0.5",
    "scaled_by_dv": "/ values.shape[1] ** 0.5",
    "multiplied_by_sqrt_dk": "* keys.shape[1] ** 0.5",
    "scale_after_softmax": "",
    "hard_coded_scale": "/ 8 ** 0.5",
    "query_key_swapped": "/ keys.shape[1] ** 0.5",
    "cosine_similarity": "",
}


def _scaled(score: str, style: str, right: str) -> str:
    first, second = ("keys", "queries") if score == "query_key_swapped" else ("queries", "keys")
    scale = "" if right == "none" and score in {"", "query_key_swapped"} else _SCALES[score]
    return _SCALED[style].format(first=first, second=second, scale=scale)


_SCALED = {
    "arrays": "products = {first} @ {second}.T\nlogits = products {scale}",
    "loops": """\
products = np.zeros((len({first}), len({second})))
for i in range(len({first})):
    for j in range(len({second})):
        products[i, j] = sum({first}[i] * {second}[j])
logits = products {scale}""",
    "einsum": 'products = np.einsum("id,jd->ij", {first}, {second})\nlogits = products {scale}',
}
_COSINE = {
    "arrays": """\
products = queries @ keys.T
logits = products / (np.linalg.norm(queries, axis=1)[:, None] * np.linalg.norm(keys, axis=1))""",
    "loops": """\
products = np.array([[np.dot(q, k) for k in keys] for q in queries])
logits = np.array([[np.dot(q, k) / (np.dot(q, q) * np.dot(k, k)) ** 0.5 for k in keys] for q in queries])""",
    "einsum": """\
products = np.einsum("id,jd->ij", queries, keys)
unit = lambda x: x / np.sqrt(np.einsum("id,id->i", x, x))[:, None]
logits = np.einsum("id,jd->ij", unit(queries), unit(keys))""",
}

# --- softmax: a function of the logits, so that it can be taken of masked and of other logits ------------------------

_SOFTMAXES = {
    "": ("x.max(axis=1, keepdims=True)", "e / e.sum(axis=1, keepdims=True)"),
    "softmax_over_queries": ("x.max(axis=0)", "e / e.sum(axis=0)"),
    "softmax_over_all": ("x.max()", "e / e.sum()"),
    "shift_over_queries": ("x.max(axis=0)", "e / e.sum(axis=1, keepdims=True)"),
    "no_softmax": ("0", "x"),
    "unnormalised_exp": ("0", "e"),
    "linear_normalisation": ("0", "x / x.sum(axis=1, keepdims=True)"),
    "sigmoid": ("0", "e / (1 + e)"),
    "softmax_twice": ("x.max(axis=1, keepdims=True)", "again(e / e.sum(axis=1, keepdims=True))"),
    "uniform_weights": ("0", "np.ones(x.shape) / x.shape[1]"),
}


def _softmax_function(softmax: str, style: str, *, stable: bool) -> str:
    largest, weights = _SOFTMAXES[softmax]
    exponentials = {
        "arrays": "e = np.exp(x - {largest})",
        "loops": "e = np.array([np.exp(row) for row in x - {largest}])",
        "einsum": "e = np.exp(np.subtract(x, {largest}))",
    }[style].format(largest=largest if stable else "0")
    lines = [exponentials, f"return {weights}"]
    again = "def again(w):\n    return np.exp(w) / np.exp(w).sum(axis=1, keepdims=True)\n" if "again" in weights else ""
    return f"{again}def softmax(x):\n{indent(chr(10).join(lines), '    ')}"


# --- mask ------------------------------------------------------------------------------------------------------------

_MASKS = {
    "no_mask": "",
    "strict_mask": "j < i",
    "mask_transposed": "j >= i",
    "mask_after_softmax": "j <= i",
    "mask_logits_zero": "j <= i",
    "mask_additive_small": "j <= i",
    "mask_allows_next": "j <= i + 1",
}


def _masked(function: str, mask: str, softmax: str, style: str) -> str:
    """The attention, from the logits."""
    if function != MASKED or mask == "no_mask":
        return "attention = softmax(logits)"
    seen = {
        "arrays": "i, j = np.indices(logits.shape)\nseen = {condition}",
        "loops": """\
seen = np.zeros(logits.shape, dtype=bool)
for i in range(logits.shape[0]):
    for j in range(logits.shape[1]):
        seen[i, j] = {condition}""",
        "einsum": "j, i = np.meshgrid(np.arange(logits.shape[1]), np.arange(logits.shape[0]))\nseen = {condition}",
    }[style].format(condition=_MASKS.get(mask, "j <= i"))
    return f"{seen}\n{_mask_used(mask, softmax, style)}"


def _mask_used(mask: str, softmax: str, style: str) -> str:
    after = {
        "arrays": "softmax(logits) * seen",
        "loops": "np.where(seen, softmax(logits), 0)",
        "einsum": 'np.einsum("ij,ij->ij", softmax(logits), seen * 1.0)',
    }
    small = {
        "arrays": "logits - 10 * (1 - seen)",
        "loops": "np.where(seen, logits, -5)",
        "einsum": "logits + (seen - 1.0) * 20",
    }
    if mask == "mask_after_softmax":
        return f"attention = {after[style]}"
    if mask == "mask_additive_small":
        return f"masked = {small[style]}\nattention = softmax(masked)"
    nothing = {"arrays": "-np.inf", "loops": "-1e9", "einsum": "-np.inf"}[style]
    if mask == "mask_logits_zero" or softmax in {"no_softmax", "linear_normalisation"}:
        nothing = "0"
    attention = f"masked = np.where(seen, logits, {nothing})\nattention = softmax(masked)"
    # Keys that are not there have no weight, and no share in how many there are.
    even = "attention = seen / seen.sum(axis=1, keepdims=True)"
    return even if softmax == "uniform_weights" and mask != "mask_logits_zero" else attention


# --- result and return -----------------------------------------------------------------------------------------------

_SUMMED = "result = np.array([sum(w * v for w, v in zip(row, {vectors}, strict=True)) for row in {weights}])"
_NOT_SUMMED = "result = np.array([[w * v for w, v in zip(row, values, strict=True)] for row in attention])"
_RESULTS = {
    "arrays": {
        "": "result = attention @ values",
        "result_transposed": "result = (attention @ values).T",
        "result_uses_attention_transposed": "result = attention.T @ values",
        "result_uses_raw_scores": "result = logits @ values",
        "result_uses_keys": "result = attention @ keys",
        "result_not_summed": "result = attention[:, :, None] * values",
        "result_uses_unmasked_attention": "result = softmax(logits) @ values",
    },
    "loops": {
        "": _SUMMED.format(weights="attention", vectors="values"),
        "result_transposed": "result = np.array([[sum(row * column) for row in attention] for column in values.T])",
        "result_uses_attention_transposed": _SUMMED.format(weights="attention.T", vectors="values"),
        "result_uses_raw_scores": _SUMMED.format(weights="products", vectors="values"),
        "result_uses_keys": _SUMMED.format(weights="attention", vectors="keys"),
        "result_not_summed": _NOT_SUMMED,
        "result_uses_unmasked_attention": _SUMMED.format(weights="softmax(logits)", vectors="values"),
    },
    "einsum": {
        "": 'result = np.einsum("ij,jd->id", attention, values)',
        "result_transposed": 'result = np.einsum("ij,jd->di", attention, values)',
        "result_uses_attention_transposed": 'result = np.einsum("ji,jd->id", attention, values)',
        "result_uses_raw_scores": 'result = np.einsum("ij,jd->id", logits, values)',
        "result_uses_keys": 'result = np.einsum("ij,jd->id", attention, keys)',
        "result_not_summed": 'result = np.einsum("ij,jd->idj", attention, values)',
        "result_uses_unmasked_attention": 'result = np.einsum("ij,jd->id", softmax(logits), values)',
    },
}
_RETURNS = {
    "": "return attention, result",
    "swapped_return": "return result, attention",
    "returns_only_attention": "return attention",
    "returns_only_result": "return result",
    "missing_return": "print(attention, result)",
}
_STAGES: dict[str, Mapping[str, object]] = {
    "score": _SCALES,
    "mask": _MASKS,
    "softmax": _SOFTMAXES,
    "result": _RESULTS["arrays"],
}
_KNOWN = {id_ for stage in (*_STAGES.values(), _RETURNS) for id_ in stage} | {
    "attention_transposed",
    "not_implemented",
    "uses_globals",
    "hard_coded_shape",
    "mutates_inputs",
    "nondeterministic",
    "renamed_function",
    "unstable_softmax",
}

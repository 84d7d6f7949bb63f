"""Wrong and incomplete plots: what each is left with of which criterion, and what must be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.checks.plots.ways import PLOTS, Cells, attention_bars, bars, heatmap, result_bars

LESS = None
"""Not full; how much is left is not fixed."""


@dataclass(frozen=True, slots=True)
class Wrong:
    cells: Cells
    left: Mapping[str, float | None]
    """Criterion ─▶ what is left of its points. All others are full."""
    said: tuple[str, ...] = field(default=())
    """Patterns, each of which must be found in a message of these criteria, in whatever case."""


_Y = r"y.?(axis|label)"
_X = r"x.?(axis|label)"
_UNMASKED = "unmasked = attentionQueryMatrix(queries_mat, keys_mat, values_mat)\n"
# Exercise 5 comes after Exercise 4: who draws this there has computed it there.
_MASKED = """\
e = np.exp(queries_mat @ keys_mat.T / np.sqrt(8)) * np.tri(64)
weights = e / e.sum(axis=1, keepdims=True)
masked = weights, weights @ values_mat
"""
_PRODUCTS = "logits = queries_mat @ keys_mat.T / np.sqrt(8)\n"
_SOFTMAX = "e = np.exp(queries_mat @ keys_mat.T)\nunscaled = e / e.sum(axis=1, keepdims=True)\n"


def _heat(numbers: str, before: str = "", options: str = "", more: str = "plt.colorbar()") -> Cells:
    """This in place of Exercise 4's heatmap."""
    return {"first_4": before + heatmap(numbers, options=options, more=more)}


def _masked_heat(numbers: str, before: str = "") -> Cells:
    return {"first_6": before + heatmap(numbers)}


def _row_0(numbers: str, before: str = "") -> Cells:
    """This in place of Exercise 4's plot of a row."""
    return {"second_4": before + result_bars(numbers)}


def _bars(numbers: str, before: str = "", more: str = "") -> Cells:
    """This in place of Exercise 2's plot of the attention."""
    return {"first_2": before + bars(numbers, "Key-index", "Attention-score", more)}


LABELS: dict[str, Wrong] = {
    "no_labels": Wrong({"first_2": bars("attention", None, None)}, {"ex2.attention_labels": 0}, (_X, _Y)),
    "no_x_label": Wrong({"first_2": bars("attention", None, "Attention")}, {"ex2.attention_labels": 1}, (_X,)),
    "no_y_label": Wrong({"second_2": bars("result", "Element-index", None)}, {"ex2.result_labels": 1}, (_Y,)),
    "label_of_blanks": Wrong({"second_4": bars("result[0]", "Index", "  ")}, {"ex4.result_labels": 1}, (_Y,)),
    "x_and_y_as_labels": Wrong({"second_6": bars("result[0]", "x", "y")}, {"ex6.result_labels": 0}, (_X, _Y)),
    "sheet_labels_of_the_other_plot": Wrong(
        {"second_2": bars("result", "Key-index", "Attention-score")}, {"ex2.result_labels": 0}, ("Key-index",)
    ),
    "query_on_an_axis_over_keys": Wrong(
        {"first_2": bars("attention", "Query-index", "Attention")}, {"ex2.attention_labels": 1}, ("Query-index",)
    ),
    "x_label_says_value": Wrong(
        {"second_2": bars("result", "Value", "Element-value")}, {"ex2.result_labels": 1}, (_X, "Value")
    ),
    "y_label_says_key_index": Wrong(
        {"first_2": bars("attention", "Key-index", "Key-index")}, {"ex2.attention_labels": 1}, (_Y, "Key-index")
    ),
    "row_labels_swapped": Wrong(
        {"first_2": bars("attention", "Attention-score", "Key-index")}, {"ex2.attention_labels": 0}, ("Key-index",)
    ),
    "barh_labelled_like_bar": Wrong(
        {"first_2": "plt.barh(range(64), attention)\nplt.xlabel('Key-index')\nplt.ylabel('Attention-score')"},
        {"ex2.attention_labels": 0},
        ("Key-index",),
    ),
    "heatmap_labels_swapped": Wrong(
        {"first_4": heatmap(x="Query-index", y="Key-index")},
        {"ex4.heatmap_labels": 0},
        ("Query-index.*of the key|swapped", "Key-index.*of the query|swapped"),
    ),
    "heatmap_without_x_label": Wrong({"first_4": heatmap(x=None)}, {"ex4.heatmap_labels": 1.5}, (_X,)),
    "heatmap_without_labels": Wrong({"first_6": heatmap(x=None, y=None)}, {"ex6.heatmap_labels": 0}, (_X, _Y)),
    "heatmap_both_say_query": Wrong(
        {"first_6": heatmap(x="Query-index")}, {"ex6.heatmap_labels": 1.5}, (_X, "Query-index")
    ),
    "heatmap_both_say_index": Wrong({"first_4": heatmap(x="Index", y="Index")}, {"ex4.heatmap_labels": 0}, ("Index",)),
    "heatmap_says_attention": Wrong(
        {"first_4": heatmap(y="Attention-score")}, {"ex4.heatmap_labels": 1.5}, ("Attention-score",)
    ),
    "heatmap_over_elements": Wrong(
        {"first_4": heatmap(x="Element-index")}, {"ex4.heatmap_labels": 1.5}, ("Element-index",)
    ),
    "transposed_labels_not": Wrong(
        _heat("attention.T"),
        {"ex4.heatmap_labels": 0},
        ("Key-index.*of the query|transposed", "Query-index.*of the key|transposed"),
    ),
    "flipped": Wrong(_heat("np.flipud(attention)"), {"ex4.heatmap_labels": 1.5}, (_Y, "backwards")),
    "flipped_masked": Wrong(_masked_heat("np.flipud(attention)"), {"ex6.heatmap_labels": 1.5}, ("backwards",)),
    "extent_0_to_1": Wrong(
        _heat("attention", options="extent=[0, 1, 0, 1]"), {"ex4.heatmap_labels": LESS}, (r"\b0\b",)
    ),
    "extent_upside_down": Wrong(
        _heat("attention", options="extent=[0, 64, 0, 64]"), {"ex4.heatmap_labels": 1.5}, (_Y, "backwards")
    ),
    "labels_on_the_color_bar": Wrong(
        {
            "first_4": (
                "plt.imshow(attention)\nbar = plt.colorbar()\nbar.ax.set(xlabel='Key-index', ylabel='Query-index')"
            )
        },
        {"ex4.heatmap_labels": 0},
        (_X, _Y),
    ),
    "labels_in_the_title": Wrong(
        {"second_2": "plt.bar(range(16), result)\nplt.title('Element-value over element-index')"},
        {"ex2.result_labels": 0},
        (_X, _Y),
    ),
    "labels_of_another_figure": Wrong(
        {"second_2": "plt.bar(range(16), result)\nplt.figure()\nplt.xlabel('Element-index')\nplt.ylabel('Value')"},
        {"ex2.result_labels": 0},
        (_X, _Y),
    ),
}

COLOR_BARS: dict[str, Wrong] = {
    "none": Wrong({"first_4": heatmap(more="")}, {"ex4.color_bar": 0}, (r"colou?r ?bar",)),
    "none_masked": Wrong({"first_6": heatmap(more="")}, {"ex6.color_bar": 0}, (r"colou?r ?bar",)),
    "seaborn_none": Wrong(
        {
            "first_6": (
                "import seaborn as sns\nsns.heatmap(attention, cbar=False)\n"
                "plt.xlabel('Key-index')\nplt.ylabel('Query-index')"
            )
        },
        {"ex6.color_bar": 0},
        (r"colou?r ?bar",),
    ),
    "of_another_image": Wrong(
        {
            "first_4": (
                "fig, (left, right) = plt.subplots(1, 2)\nleft.imshow(attention)\n"
                "left.set(xlabel='Key-index', ylabel='Query-index')\nother = right.imshow(queries_mat)\n"
                "fig.colorbar(other, ax=left)"
            )
        },
        {"ex4.color_bar": 0},
        (r"colou?r ?bar",),
    ),
    "of_another_figure": Wrong(
        {"first_4": f"{heatmap(more='')}\nplt.figure()\nplt.imshow(queries_mat)\nplt.colorbar()"},
        {"ex4.color_bar": 0},
        (r"colou?r ?bar",),
    ),
    "of_other_limits": Wrong(
        {"first_4": heatmap(more="plt.colorbar(plt.cm.ScalarMappable(plt.Normalize(0, 100)), ax=plt.gca())")},
        {"ex4.color_bar": LESS},
        (r"colou?r ?bar",),
    ),
}

_NO_HEATMAP = {"ex4.heatmap": 0.0, "ex4.heatmap_labels": 0.0, "ex4.color_bar": 0.0}
_NO_MASKED_HEATMAP = {"ex6.heatmap": 0.0, "ex6.heatmap_labels": 0.0, "ex6.color_bar": 0.0}

MISSING: dict[str, Wrong] = {
    "attention": Wrong({"first_2": ""}, {"ex2.attention_plot": 0, "ex2.attention_labels": 0}, ("no plot|not|missing",)),
    "result": Wrong({"second_2": ""}, {"ex2.result_plot": 0, "ex2.result_labels": 0}),
    # Exercise 2's plot shows the same, but it is Exercise 2's.
    "result_of_matrix": Wrong({"second_4": ""}, {"ex4.result_plot": 0, "ex4.result_labels": 0}),
    "heatmap": Wrong({"first_4": ""}, _NO_HEATMAP),
    "masked_heatmap": Wrong({"first_6": ""}, _NO_MASKED_HEATMAP),
    "masked_result": Wrong({"second_6": ""}, {"ex6.result_plot": 0, "ex6.result_labels": 0}),
    "printed_instead": Wrong({"first_4": "print(attention)"}, _NO_HEATMAP),
    "drawn_by_a_function_never_called": Wrong(
        {"second_6": "def draw():\n    plt.bar(range(16), result[0])"}, {"ex6.result_plot": 0, "ex6.result_labels": 0}
    ),
    "cell_raises": Wrong({"second_2": "plt.bar(range(15), result)"}, {"ex2.result_plot": 0, "ex2.result_labels": LESS}),
    "all_of_exercise_6": Wrong(
        {"apply_6": "", "first_6": "", "second_6": ""},
        {**_NO_MASKED_HEATMAP, "ex6.result_plot": 0, "ex6.result_labels": 0},
    ),
    "contours_for_the_heatmap": Wrong({"first_4": "plt.contourf(attention)"}, _NO_HEATMAP, ("contours",)),
    "axes_that_are_off": Wrong(
        {"first_4": heatmap(more="plt.colorbar(ax=plt.gca())\nplt.axis('off')")},
        {"ex4.heatmap_labels": 0},
        ("no label",),
    ),
    "both_labels_say_both": Wrong(
        {"first_4": heatmap(x="Key/Query index", y="Query/Key index")}, {"ex4.heatmap_labels": 0}, ("of what",)
    ),
    "percent_on_an_index": Wrong(
        {"first_4": heatmap("100 * attention", y="Query-index (%)")}, {"ex4.heatmap": 0}, ("times 100",)
    ),
    "lines_for_the_heatmap": Wrong(
        {"first_4": "plt.plot(attention)\nplt.xlabel('Query-index')\nplt.ylabel('Attention-score')"},
        {"ex4.heatmap": 0, "ex4.heatmap_labels": LESS, "ex4.color_bar": 0},
        ("heatmap",),
    ),
    "heatmap_for_the_bars": Wrong(
        {"first_2": "plt.imshow(attention[None, :], aspect='auto')\nplt.xlabel('Key-index')\nplt.colorbar()"},
        {"ex2.attention_plot": 0, "ex2.attention_labels": LESS},
        ("heatmap|image|bars",),
    ),
}

ATTENTION_BARS: dict[str, Wrong] = {
    name: Wrong(cells, {"ex2.attention_plot": 0}, said)
    for name, (cells, said) in {
        "query_1": (_bars("attentionQuery(queries[1], keys, values)[0]"), (r"query 1\b|queries\[1\]",)),
        "last_query": (_bars("attentionQuery(queries[-1], keys, values)[0]"), (r"query 63|queries\[63\]",)),
        "sorted": (_bars("np.sort(attention)"), ("sorted|order",)),
        "backwards": (_bars("attention[::-1]"), ("backwards|revers|order",)),
        "keys_0": (_bars("keys[0]"), (r"keys\[0\]",)),
        "first_10": (_bars("attention[:10]"), (r"\b10\b", r"\b64\b")),
        "all_but_the_last": (_bars("attention[:-1]"), (r"\b63\b", r"\b64\b")),
        "times_100": (_bars("attention * 100"), ("100",)),
        "logarithm": (_bars("np.log(attention)"), ("log",)),
        "cumulative": (_bars("np.cumsum(attention)"), ("cumulative|running|summed|added up",)),
        "logits": (_bars("np.array(keys) @ queries[0] / np.sqrt(8)"), ("logit|softmax",)),
        "products": (_bars("np.array(keys) @ queries[0]"), ("product|logit|softmax",)),
        "unscaled": (
            _bars("unscaled", "e = np.exp(np.array(keys) @ queries[0])\nunscaled = e / e.sum()\n"),
            ("scale|sqrt|√",),
        ),
        "random": (_bars("np.random.rand(64)"), ()),
        "zeros": (_bars("np.zeros(64)"), (r"\b0\b|zero",)),
        "uniform": (_bars("np.ones(64) / 64"), ()),
        "rounded": (_bars("np.round(attention, 2)"), ()),
        "largest_is_1": (_bars("attention / attention.max()"), ()),
        "cut_off": (_bars("attention", more="plt.xlim(0, 20)"), (_X,)),
        "cut_off_above": (_bars("attention", more="plt.ylim(0, 0.015)"), (_Y,)),
        "histogram": (
            {"first_2": "plt.hist(attention, bins=64)\nplt.xlabel('Key-index')\nplt.ylabel('Attention-score')"},
            (),
        ),
        "masked_row": (_bars("[1.0] + [0.0] * 63"), ()),
    }.items()
}

RESULTS: dict[str, Wrong] = {
    "attention_in_place_of_result": Wrong(
        {"second_2": result_bars("attention")}, {"ex2.result_plot": 0}, (r"attention|\b64\b",)
    ),
    "result_in_place_of_attention": Wrong(
        {"first_2": attention_bars("result")}, {"ex2.attention_plot": 0}, (r"result|\b16\b",)
    ),
    "values_0": Wrong({"second_2": result_bars("values[0]")}, {"ex2.result_plot": 0}, (r"values\[0\]",)),
    "row_1": Wrong(_row_0("result[1]"), {"ex4.result_plot": 0}, (r"query 1\b|row 1\b",)),
    "column_0": Wrong(_row_0("result[:, 0]"), {"ex4.result_plot": 0}, ("column",)),
    "attention_of_query_0": Wrong(_row_0("attention[0]"), {"ex4.result_plot": 0}, ("attention",)),
    "mean_of_all": Wrong(_row_0("result.mean(axis=0)"), {"ex4.result_plot": 0}),
    "all_rows": Wrong(_row_0("result.ravel()"), {"ex4.result_plot": 0, "ex4.result_labels": 0}),
    "masked_in_4": Wrong(_row_0("masked[1][0]", _MASKED), {"ex4.result_plot": 0}, ("mask",)),
    "unmasked_in_6": Wrong(
        {"second_6": _UNMASKED + result_bars("unmasked[1][0]")}, {"ex6.result_plot": 0}, ("unmasked", r"values\[0\]")
    ),
    "exercise_2_s_in_6": Wrong(
        {"second_6": result_bars("attentionQuery(queries[0], keys, values)[1]")},
        {"ex6.result_plot": 0},
        ("unmasked", r"values\[0\]"),
    ),
    "last_row_in_6": Wrong({"second_6": result_bars("result[-1]")}, {"ex6.result_plot": 0}, (r"query 63|row 63",)),
    "cut_off": Wrong(
        {"second_4": bars("result[0]", "Element-index", "Element-value", "plt.ylim(0, 0.1)")},
        {"ex4.result_plot": LESS},
        (_Y,),
    ),
}

HEATMAPS: dict[str, Wrong] = {
    "masked_in_4": Wrong(_heat("masked[0]", _MASKED), {"ex4.heatmap": 0}, ("masked",)),
    "unmasked_in_6": Wrong(_masked_heat("unmasked[0]", _UNMASKED), {"ex6.heatmap": 0}, ("unmasked", "diagonal|later")),
    "logits": Wrong(_heat("logits", _PRODUCTS), {"ex4.heatmap": 0}, ("logit|softmax",)),
    "unscaled": Wrong(_heat("unscaled", _SOFTMAX), {"ex4.heatmap": 0}, ("scale|sqrt|√",)),
    "times_100": Wrong(_heat("attention * 100"), {"ex4.heatmap": 0}, ("100",)),
    "logarithm": Wrong(_heat("np.log(attention)"), {"ex4.heatmap": 0}, ("log",)),
    "result": Wrong(_heat("result"), {"ex4.heatmap": 0}, ("result",)),
    "values": Wrong(_heat("values_mat"), {"ex4.heatmap": 0}, ("values",)),
    "random": Wrong(_heat("np.random.rand(64, 64)"), {"ex4.heatmap": 0}),
    "zeros": Wrong(_heat("np.zeros((64, 64))"), {"ex4.heatmap": 0}, (r"\b0\b|zero",)),
    "mask_alone": Wrong(_masked_heat("np.tri(64)"), {"ex6.heatmap": 0}),
    "first_10": Wrong(_heat("attention[:10, :10]"), {"ex4.heatmap": 0}, (r"\b10\b", r"\b64\b")),
    "cut_off": Wrong(_heat("attention", more="plt.colorbar()\nplt.xlim(0, 20)"), {"ex4.heatmap": LESS}, (_X,)),
    "zeroed_after_softmax": Wrong(_masked_heat("unmasked[0] * np.tri(64)", _UNMASKED), {"ex6.heatmap": 0}),
    "turned_by_a_quarter": Wrong(_masked_heat("attention.T[::-1]"), {"ex6.heatmap_labels": LESS}),
}

WRONG_WAYS: dict[str, Wrong] = {
    f"{group}_{name}": wrong
    for group, ways in {
        "labels": LABELS,
        "color_bar": COLOR_BARS,
        "missing": MISSING,
        "attention": ATTENTION_BARS,
        "result": RESULTS,
        "heatmap": HEATMAPS,
    }.items()
    for name, wrong in ways.items()
}

_APPLIED = PLOTS["apply_4"]

# Found under another heading: half of all that it would have got.
ELSEWHERE: dict[str, Wrong] = {
    "attention_in_exercise_3": Wrong(
        {"first_2": "", "keys_mat": f"{{keys_mat}}\n{attention_bars()}"},
        {"ex2.attention_plot": 2, "ex2.attention_labels": 1},
    ),
    "heatmap_in_exercise_5": Wrong(
        {"first_4": "", "maskedAttentionQueryMatrix": f"{{maskedAttentionQueryMatrix}}\n{heatmap()}"},
        {"ex4.heatmap": 2, "ex4.heatmap_labels": 1.5, "ex4.color_bar": 1},
    ),
    "masked_heatmap_in_exercise_5": Wrong(
        {
            "first_6": "",
            "maskedAttentionQueryMatrix": f"{{maskedAttentionQueryMatrix}}\n{PLOTS['apply_6']}\n{heatmap()}",
        },
        {"ex6.heatmap": 2, "ex6.heatmap_labels": 1.5, "ex6.color_bar": 1},
    ),
    "heatmap_in_exercise_6_without_color_bar": Wrong(
        {"first_4": "", "first_6": f"{heatmap()}\nplt.figure()\n{_APPLIED}\n{heatmap(more='')}"},
        {"ex4.heatmap": 2, "ex4.heatmap_labels": 1.5, "ex4.color_bar": 0, "ex6.result_plot": 0},
    ),
}

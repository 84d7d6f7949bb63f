"""Right ways that are more than a way of drawing one plot: wordings of labels, cells, backends."""

from __future__ import annotations

from tests.checks.plots.ways import PLOTS, Cells, all_labelled, attention_bars, every_row, heatmap, result_bars

# The labels over keys, queries, attention, elements and values.
WORDINGS = {
    "as_the_sheet": ("Key-index", "Query-index", "Attention-score", "Element-index", "Element-value"),
    "plurals": ("keys", "queries", "attention scores", "elements", "values"),
    "index_of": ("index of key vector", "index of query vector", "attention", "index of element", "value of element"),
    "index_of_the": ("Index of the key", "Index of the query", "Score", "Index of the vector element", "Value"),
    "german_sheet": ("Schlüssel-Index", "Anfrage-Index", "Aufmerksamkeitsgewicht", "Element-Index", "Element-Wert"),
    "german": ("Schlüssel", "Anfragen", "Aufmerksamkeit", "Dimension", "Wert"),
    "german_genitive": (
        "Index des Schlüssels",
        "Index der Query",
        "Gewicht",
        "Index des Elements",
        "Wert des Elements",
    ),
    "german_positions": ("Position des Keys", "Position der Anfrage", "Attention-Gewicht", "Merkmal", "Aktivierung"),
    "german_numbers": ("Key-Nummer", "Query-Nummer", "Attention-Score", "Komponente", "Ergebnis"),
    "german_decomposed": ("Schlu\u0308ssel-Index", "Abfrage-Index", "Aufmerksamkeits-Score", "Eintra\u0308ge", "Werte"),
    "letters": ("k", "q", "a", "d", "v"),
    "tex": ("$k_j$", "$q_i$", r"$\alpha_{0j}$", "$d$", "$v$"),
    "tex_bold": (r"Key $\mathbf{k}_j$", r"Query $\mathbf{q}_i$", r"Attention $a_j$", "Dimension $d$", "Value $r_d$"),
    "numbers": ("Key #", "Query #", "softmax weight", "Element #", "Output"),
    "numbers_of": ("number of the key", "number of the query", "weights", "number of the element", "result"),
    "brackets": ("Key (index)", "Query (index)", "Attention (softmax)", "Element (index)", "Result (value)"),
    "letters_with_names": ("j (key)", "i (query)", "Attention-score a_j", "Index i", "Element value v_i"),
    "capitals": ("KEY-INDEX", "QUERY-INDEX", "ATTENTION-SCORE", "ELEMENT-INDEX", "ELEMENT-VALUE"),
    "underscores": ("key_index", "query_index", "attention_score", "element_index", "element_value"),
    "joined": ("keyindex", "queryindex", "attentionscore", "elementindex", "elementvalue"),
    "index_alone": ("key idx", "query idx", "attention weight", "Index", "Value"),
    "of_query_0": ("Key-index", "Query-index", "Attention-score for queries[0]", "Element-index", "Result of query 0"),
    "each_key": ("Key", "Query", "Attention-score for each key", "Vector-element-index", "Vector-element-value"),
    "with_colon": ("Keys: index", "Queries: index", "Attention: score", "Elements: index", "Values: result"),
    "vectors": ("key vectors", "query vectors", "probability", "vector dimension", "magnitude"),
    "dimension_of_value": ("key", "query", "attention score of key", "dimension of the value vector", "value"),
    "features": ("key position", "query position", "alpha", "feature", "output value"),
    "spaces": ("  Key index ", " Query  index", "Attention\nscore", "Element\nindex", " Element value "),
    "range_given": ("Key-index (0-63)", "Query-index (0-63)", "Attention-score (0-1)", "Element-index (0-15)", "Value"),
    "one_letter_and_index": ("k-index", "q-index", "w", "component index", "output magnitude"),
}

_AXES_OF_TWO = (
    "fig, (left, right) = plt.subplots(1, 2)\nleft.bar(range(64), attention)\n"
    "left.set(xlabel='Key-index', ylabel='Attention-score')\nright.bar(range(16), result)\n"
    "right.set(xlabel='Element-index', ylabel='Element-value')"
)
_HEAT_AND_ROW = (
    "fig, (left, right) = plt.subplots(1, 2)\nim = left.imshow(attention)\nfig.colorbar(im, ax=left)\n"
    "left.set(xlabel='Key-index', ylabel='Query-index')\nright.bar(range(16), result[0])\n"
    "right.set(xlabel='Element-index', ylabel='Element-value')"
)
_HELPERS = """
def show_bars(numbers, x, y):
    plt.figure(figsize=(8, 3))
    plt.bar(np.arange(len(numbers)), numbers)
    plt.xlabel(x)
    plt.ylabel(y)
    plt.show()

class Heat:
    def __init__(self, weights):
        self.figure, self.axes = plt.subplots()
        self.image = self.axes.imshow(weights)
    def label(self, x, y):
        self.axes.set_xlabel(x)
        self.axes.set_ylabel(y)
        self.figure.colorbar(self.image, ax=self.axes)
"""


def _in_new_figures(cells: Cells) -> Cells:
    return {name: source if name.startswith("apply") else f"plt.figure()\n{source}" for name, source in cells.items()}


def _backend(magic: str) -> Cells:
    imports = f"{magic}\nimport numpy as np\nfrom matplotlib import pyplot as plt"
    return {"imports": imports, **_in_new_figures(PLOTS)}


def _in_apply_cells(first: str, second: str) -> Cells:
    """Everything in the cells that apply the functions, and nothing in those meant for plots."""
    cells = dict.fromkeys([f"{place}_{n}" for place in ("first", "second") for n in (2, 4, 6)], "")
    for n in (2, 4, 6):
        cells[f"apply_{n}"] = f"{PLOTS[f'apply_{n}']}\n{first if n == 2 else second}"
    return cells


_NEW = "\nplt.figure()\n"

WHOLE_WAYS: dict[str, Cells] = {
    "as_the_sheet_says": {},
    "one_image_for_both_heatmaps": {
        "first_4": (
            "fig, ax = plt.subplots()\nim = ax.imshow(attention)\n"
            "ax.set(xlabel='Key', ylabel='Query')\nfig.colorbar(im)"
        ),
        "first_6": "im.set_data(attention)\nim.autoscale()\nfig",
    },
    "ioff_in_the_plot_s_cell": {"first_2": f"plt.ioff()\n{attention_bars()}\nplt.show()"},
    **{
        f"backend_{name}": _backend(magic)
        for name, magic in {
            "notebook": "%matplotlib notebook",
            "agg": "%matplotlib agg",
            "inline": "%matplotlib inline",
            "widget": "%matplotlib widget",
            "use_agg": "import matplotlib\nmatplotlib.use('Agg')",
            "ioff": "from matplotlib import pyplot\npyplot.ioff()",
            "style": "from matplotlib import pyplot\npyplot.style.use('ggplot')",
        }.items()
    },
    "subplots_in_apply_cells": _in_apply_cells(_AXES_OF_TWO, _HEAT_AND_ROW),
    "both_in_apply_cells": _in_apply_cells(
        f"{attention_bars()}{_NEW}{result_bars('result')}", f"{heatmap()}{_NEW}{result_bars('result[0]')}"
    ),
    "both_in_the_second_cell": {
        "first_2": "",
        "second_2": f"{result_bars('result')}\nplt.show()\n{attention_bars()}",
        "first_4": "",
        "second_4": f"{result_bars('result[0]')}\nplt.show()\n{heatmap()}",
    },
    "one_figure_over_two_cells": {
        "first_2": "fig, axs = plt.subplots(1, 2)\naxs[0].bar(range(64), attention)\naxs[0].set_xlabel('Key-index')",
        "second_2": (
            "axs[0].set_ylabel('Attention-score')\naxs[1].bar(range(16), result)\n"
            "axs[1].set(xlabel='Element-index', ylabel='Element-value')\nfig"
        ),
        "first_4": "fig, ax = plt.subplots()\nim = ax.imshow(attention)",
        "second_4": (
            f"fig.colorbar(im, ax=ax)\nax.set(xlabel='Key-index', ylabel='Query-index')\ndisplay(fig)\n"
            f"plt.figure()\n{result_bars('result[0]')}"
        ),
    },
    "figure_1_cleared_in_each_cell": {
        name: f"plt.figure(1)\nplt.clf()\n{source}" for name, source in PLOTS.items() if "apply" not in name
    },
    "helper_functions": {
        "apply_2": f"{_HELPERS}\n{PLOTS['apply_2']}",
        **every_row("show_bars(numbers, index_label, value_label)"),
        "first_4": "Heat(attention).label('Key-index', 'Query-index')",
        "first_6": "heat = Heat(attention)\nheat.label('Key-index', 'Query-index')",
    },
    "names_of_their_own": {
        "apply_2": "a0, r0 = attentionQuery(queries[0], keys, values)",
        "first_2": attention_bars("a0"),
        "second_2": result_bars("r0"),
        "apply_4": "A, R = attentionQueryMatrix(queries_mat, keys_mat, values_mat)",
        "first_4": heatmap("A"),
        "second_4": result_bars("R[0, :]"),
    },
    "result_of_matrix_beside_that_of_query": {
        "second_4": f"{result_bars('result[0]')}\nplt.figure()\nplt.plot(result.T)",
        "second_6": f"{result_bars('result[0]')}\nplt.figure()\nplt.imshow(result)\nplt.colorbar()",
    },
    "masked_array": {"first_6": heatmap("np.ma.masked_where(np.triu(np.ones((64, 64)), 1) > 0, attention)")},
    "masked_zeros": {"first_6": heatmap("np.ma.masked_equal(attention, 0)")},
    "nan_above_the_diagonal": {"first_6": heatmap("np.where(np.tri(64) > 0, attention, np.nan)")},
    "seaborn_mask": {
        "first_6": (
            "import seaborn as sns\nsns.heatmap(attention, mask=np.triu(np.ones((64, 64), dtype=bool), 1))\n"
            "plt.xlabel('Key-index')\nplt.ylabel('Query-index')"
        )
    },
    "both_attentions_beside_each_other": {
        "first_6": (
            "unmasked = attentionQueryMatrix(queries_mat, keys_mat, values_mat)[0]\n"
            "fig, axs = plt.subplots(1, 2)\nfor ax, numbers in zip(axs, (unmasked, attention)):\n"
            "    im = ax.imshow(numbers)\n    ax.set(xlabel='Key-index', ylabel='Query-index')\n"
            "    fig.colorbar(im, ax=ax)"
        )
    },
    "results_beside_those_of_exercise_2": {
        "second_6": (
            "other = attentionQuery(queries[0], keys, values)[1]\nfig, axs = plt.subplots(1, 2, sharey=True)\n"
            "for ax, numbers in zip(axs, (other, result[0])):\n    ax.bar(range(16), numbers)\n"
            "    ax.set_xlabel('Element-index')\naxs[0].set_ylabel('Element-value')"
        )
    },
    "logarithmic_bars": {"first_2": f"{attention_bars()}\nplt.yscale('log')"},
    "percent_that_says_so": {
        "first_2": "plt.bar(range(64), attention * 100)\nplt.xlabel('Key-index')\nplt.ylabel('Attention in %')"
    },
    "computed_by_hand_in_the_cell": {
        "apply_2": (
            "logits = np.array(keys) @ queries[0] / np.sqrt(8)\nattention = np.exp(logits) / np.exp(logits).sum()\n"
            "result = attention @ np.array(values)"
        )
    },
    "a_first_try_that_was_wrong": {
        "first_2": f"plt.bar(range(64), np.array(keys) @ queries[0])\nplt.show()\n{attention_bars()}",
        "first_4": f"plt.imshow(result)\nplt.show()\n{heatmap()}",
    },
    "drawn_again_with_labels_in_the_next_cell": {
        "first_2": "plt.bar(range(64), attention)",
        "second_2": f"{attention_bars()}\nplt.show()\n{result_bars('result')}",
    },
    "a_loop_over_both": {
        "first_2": (
            "for numbers, x, y in ((attention, 'Key-index', 'Attention-score'), (result, 'Element-index', 'Value')):\n"
            "    plt.bar(range(len(numbers)), numbers)\n    plt.xlabel(x)\n    plt.ylabel(y)\n    plt.show()"
        ),
        "second_2": "",
    },
    "not_drawn_in_first_cell_because_of_an_error": {
        "first_4": f"{heatmap()}\nprint(undefined)",
    },
}

WORDED_WAYS: dict[str, Cells] = {name: all_labelled(*labels) for name, labels in WORDINGS.items()}

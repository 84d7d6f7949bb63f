"""Right ways of drawing a row of numbers over its indexes: code of `numbers`, `index_label` and `value_label`."""

from __future__ import annotations

_LABELS = "\nplt.xlabel(index_label)\nplt.ylabel(value_label)"
_PANDAS = "import pandas as pd\n"
_SEABORN = "import seaborn as sns\n"

_LABELLED_AFTER = {
    "bar": "plt.bar(np.arange(len(numbers)), numbers)",
    "bar_at_edges": "plt.bar(range(len(numbers)), numbers, align='edge', width=1.0)",
    "bar_from_1": "plt.bar(np.arange(1, len(numbers) + 1), numbers)",
    "bar_over_strings": "plt.bar([str(i) for i in range(len(numbers))], numbers)",
    "bars_one_by_one": "for i, number in enumerate(numbers):\n    plt.bar(i, number, color='C0')",
    "bars_backwards": "plt.bar(np.arange(len(numbers))[::-1], numbers[::-1])",
    "bars_in_two_calls": (
        "up = numbers > np.median(numbers)\nindex = np.arange(len(numbers))\n"
        "plt.bar(index[up], numbers[up], color='g')\nplt.bar(index[~up], numbers[~up], color='r')"
    ),
    "plot": "plt.plot(numbers)",
    "plot_with_positions": "plt.plot(range(len(numbers)), list(numbers), 'o--', label='query 0')\nplt.legend()",
    "plot_of_a_column": "plt.plot(np.reshape(numbers, (-1, 1)))",
    "plot_as_steps": "plt.plot(numbers, drawstyle='steps-mid')",
    "stem": "plt.stem(numbers)",
    "stem_with_positions": "plt.stem(np.arange(len(numbers)), numbers, basefmt=' ')",
    "step": "plt.step(np.arange(len(numbers)), numbers, where='mid')",
    "scatter": "plt.scatter(np.arange(len(numbers)), numbers, c=numbers)",
    "stairs": "plt.stairs(numbers)",
    "stairs_filled": "plt.stairs(numbers, np.arange(len(numbers) + 1) - 0.5, fill=True)",
    "vlines": "plt.vlines(np.arange(len(numbers)), 0, numbers)",
    "vlines_with_points": "plt.vlines(np.arange(len(numbers)), 0, numbers)\nplt.plot(numbers, 'o')",
    "stems_by_hand": "for i, number in enumerate(numbers):\n    plt.plot([i, i], [0, number], 'k-')",
    "histogram_of_weights": (
        "plt.hist(np.arange(len(numbers)), bins=np.arange(len(numbers) + 1) - 0.5, weights=numbers)"
    ),
    "errorbar": "plt.errorbar(np.arange(len(numbers)), numbers, yerr=0.001, fmt='o')",
    "float32": "plt.bar(range(len(numbers)), numbers.astype(np.float32))",
    "with_grid_and_line_at_0": "plt.bar(range(len(numbers)), numbers)\nplt.grid(True)\nplt.axhline(0, color='k')",
    "with_its_mean": (
        "plt.bar(range(len(numbers)), numbers)\nplt.axhline(np.mean(numbers))\nplt.plot([0, 5], [0, 0], 'r')"
    ),
    "with_ticks": "plt.bar(range(len(numbers)), numbers)\nplt.xticks(range(0, len(numbers), 8))",
    "x_axis_inverted": "plt.bar(range(len(numbers)), numbers)\nplt.gca().invert_xaxis()",
    "axis_tight": "plt.bar(range(len(numbers)), numbers)\nplt.xlim(-0.5, len(numbers) - 0.5)",
    "y_axis_zoomed": "plt.plot(numbers)\nplt.ylim(numbers.min() - 0.001, numbers.max() + 0.001)",
    "pandas_series_bar": _PANDAS + "pd.Series(numbers).plot.bar()",
    "pandas_series_line": _PANDAS + "pd.Series(numbers).plot()",
    "pandas_frame_bar": (
        _PANDAS + "frame = pd.DataFrame({'i': range(len(numbers)), 'n': numbers})\nframe.plot.bar(x='i', y='n')"
    ),
    "pandas_frame_scatter": (
        _PANDAS + "frame = pd.DataFrame({'i': range(len(numbers)), 'n': numbers})\nframe.plot.scatter('i', 'n')"
    ),
    "seaborn_barplot": _SEABORN + "sns.barplot(x=np.arange(len(numbers)), y=numbers)",
    "seaborn_lineplot": _SEABORN + "sns.lineplot(x=np.arange(len(numbers)), y=numbers)",
    "seaborn_scatterplot": _SEABORN + "sns.scatterplot(x=np.arange(len(numbers)), y=numbers)",
}

_LABELLED_BY_ITSELF = {
    "barh": "plt.barh(range(len(numbers)), numbers)\nplt.ylabel(index_label)\nplt.xlabel(value_label)",
    "barh_first_on_top": (
        "fig, ax = plt.subplots()\nax.barh(range(len(numbers)), numbers)\nax.invert_yaxis()\n"
        "ax.set(ylabel=index_label, xlabel=value_label)"
    ),
    "hlines": "plt.hlines(range(len(numbers)), 0, numbers)\nplt.ylabel(index_label)\nplt.xlabel(value_label)",
    "axes_set": (
        "fig, ax = plt.subplots()\nax.bar(range(len(numbers)), numbers)\nax.set(xlabel=index_label, ylabel=value_label)"
    ),
    "figure_of_two_with_nothing_else": (
        "fig, axs = plt.subplots(1, 2)\naxs[0].bar(range(len(numbers)), numbers)\n"
        "axs[0].set_xlabel(index_label)\naxs[0].set_ylabel(value_label)"
    ),
    "pandas_labels": (
        _PANDAS + "pd.Series(numbers).plot(kind='bar', xlabel=index_label, ylabel=value_label, title='Query 0')"
    ),
    "twin_with_cumulative_sum": (
        "fig, ax = plt.subplots()\nax.bar(range(len(numbers)), numbers)\n"
        "ax.set(xlabel=index_label, ylabel=value_label)\ntwin = ax.twinx()\n"
        "twin.plot(np.cumsum(numbers), 'r')\ntwin.set_ylabel('Cumulative sum')"
    ),
    "drawn_on_the_twin": (
        "fig, ax = plt.subplots()\nax.set_xlabel(index_label)\ntwin = ax.twinx()\n"
        "twin.plot(numbers)\ntwin.set_ylabel(value_label)"
    ),
    "shared_x_axis": (
        "fig, (upper, lower) = plt.subplots(2, 1, sharex=True)\nupper.bar(range(len(numbers)), numbers)\n"
        "upper.set_ylabel(value_label)\nlower.plot(np.sort(numbers))\nlower.set_xlabel(index_label)"
    ),
    "shared_y_axis": (
        "fig, (left, right) = plt.subplots(1, 2, sharey=True)\nright.bar(range(len(numbers)), numbers)\n"
        "left.set_ylabel(value_label)\nleft.plot(np.sort(numbers))\nright.set_xlabel(index_label)"
    ),
    "supxlabel": (
        "fig, axs = plt.subplots(2, 1, sharex=True, sharey=True)\naxs[0].bar(range(len(numbers)), numbers)\n"
        "axs[1].plot(numbers)\nfig.supxlabel(index_label)\nfig.supylabel(value_label)"
    ),
    "subfigures": (
        "fig = plt.figure()\nleft, right = fig.subfigures(1, 2)\nax = right.subplots()\n"
        "ax.bar(range(len(numbers)), numbers)\nax.set(xlabel=index_label, ylabel=value_label)"
    ),
    "mosaic": (
        "fig, axs = plt.subplot_mosaic([['a', 'b']])\naxs['b'].bar(range(len(numbers)), numbers)\n"
        "axs['b'].set(xlabel=index_label, ylabel=value_label)"
    ),
    "figure_without_pyplot": (
        "from matplotlib.figure import Figure\nfig = Figure()\nax = fig.subplots()\n"
        "ax.bar(range(len(numbers)), numbers)\nax.set(xlabel=index_label, ylabel=value_label)\nfig"
    ),
    "extra_plots_beside": (
        "plt.plot(np.sort(numbers))\nplt.figure()\nplt.hist(numbers)\nplt.xlabel('numbers')\nplt.figure()\n"
        "plt.bar(range(len(numbers)), numbers)\nplt.xlabel(index_label)\nplt.ylabel(value_label)\n"
        "plt.figure()\nplt.plot(numbers ** 2)"
    ),
    "labels_first": "plt.xlabel(index_label)\nplt.ylabel(value_label)\nplt.bar(range(len(numbers)), numbers)",
    "drawn_twice_labelled_once": (
        f"plt.bar(range(len(numbers)), numbers)\nplt.show()\nplt.bar(range(len(numbers)), numbers){_LABELS}"
    ),
}

_ENDS = {
    "show": "plt.show()",
    "close": "plt.close()",
    "close_all": "plt.close('all')",
    "clf": "plt.clf()",
    "cla": "plt.cla()",
    "show_and_close": "plt.show()\nplt.close('all')",
    "savefig": "plt.savefig('plot.png')",
    "savefig_in_memory": "import io\nplt.savefig(io.BytesIO())\nplt.close()",
    "tight_layout": "plt.tight_layout()",
}
_LABELLED_BY_ITSELF |= {
    "alpha_of_each_mark": "plt.scatter(range(len(numbers)), numbers, alpha=np.linspace(0.3, 1, len(numbers)))"
    + _LABELS,
    "colored_by_sign": (
        "plt.bar(range(len(numbers)), np.maximum(numbers, 0), color='g')\n"
        "plt.bar(range(len(numbers)), np.minimum(numbers, 0), color='r')" + _LABELS
    ),
    "inset": (
        "ax = plt.gca().inset_axes([0.1, 0.1, 0.8, 0.8])\nax.bar(range(len(numbers)), numbers)\n"
        "ax.set(xlabel=index_label, ylabel=value_label)"
    ),
}

ROW_WAYS = {
    **{name: code + _LABELS for name, code in _LABELLED_AFTER.items()},
    **_LABELLED_BY_ITSELF,
    **{f"then_{name}": f"plt.bar(range(len(numbers)), numbers){_LABELS}\n{end}" for name, end in _ENDS.items()},
}

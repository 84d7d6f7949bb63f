"""Right ways of drawing a heatmap, with its labels and its colour bar: code of `attention`."""

from __future__ import annotations

_LABELS = "\nplt.xlabel('Key-index')\nplt.ylabel('Query-index')"
_TURNED = "\nplt.xlabel('Query-index')\nplt.ylabel('Key-index')\nplt.colorbar()"
_AXES = "fig, ax = plt.subplots()\nim = ax.imshow(attention)\nax.set(xlabel='Key-index', ylabel='Query-index')\n"
_SEABORN = "import seaborn as sns\n"
_INDEX = "i = np.arange(len(attention))\n"

_PLAIN = {
    "imshow": "plt.imshow(attention)",
    "imshow_colored": "plt.imshow(attention, cmap='hot', interpolation='nearest', aspect='auto')",
    "imshow_limits": "plt.imshow(attention, vmin=0, vmax=1)",
    "imshow_clim": "plt.imshow(attention)\nplt.clim(0, 0.03)",
    "imshow_origin_lower": "plt.imshow(attention, origin='lower')",
    "imshow_float32": "plt.imshow(attention.astype('float32'))",
    "imshow_of_lists": "plt.imshow(attention.tolist())",
    "imshow_extent_as_it_is": "plt.imshow(attention, extent=[-0.5, 63.5, 63.5, -0.5])",
    "imshow_extent_from_0": "plt.imshow(attention, extent=[0, 64, 64, 0])",
    "imshow_extent_from_1": "plt.imshow(attention, extent=[0.5, 64.5, 64.5, 0.5])",
    "imshow_extent_origin_lower": "plt.imshow(attention, origin='lower', extent=[0, 64, 0, 64])",
    "imshow_axes_inverted": "plt.imshow(attention)\nplt.gca().invert_yaxis()\nplt.gca().invert_xaxis()",
    "imshow_log_norm": "from matplotlib.colors import LogNorm\nplt.imshow(attention, norm=LogNorm())",
    "imshow_ticks_on_top": "plt.imshow(attention)\nplt.gca().xaxis.tick_top()\nplt.xticks(range(0, 64, 8))",
    "matshow": "plt.matshow(attention)",
    "pcolormesh": "plt.pcolormesh(attention)",
    "pcolormesh_first_on_top": "plt.pcolormesh(attention)\nplt.gca().invert_yaxis()",
    "pcolormesh_nearest": _INDEX + "plt.pcolormesh(i, i, attention, shading='nearest')",
    "pcolormesh_auto": _INDEX + "plt.pcolormesh(i, i, attention, shading='auto')",
    "pcolormesh_flat": "i = np.arange(65) - 0.5\nplt.pcolormesh(i, i, attention, shading='flat')",
    "pcolormesh_gouraud": "plt.pcolormesh(attention, shading='gouraud')",
    "pcolormesh_gouraud_with_places": _INDEX + "plt.pcolormesh(i, i, attention, shading='gouraud')",
    "pcolormesh_meshgrid": _INDEX + "x, y = np.meshgrid(i, i)\nplt.pcolormesh(x, y, attention)",
    "pcolor": "plt.pcolor(attention)",
    "pcolor_with_places": _INDEX + "plt.pcolor(i, i, attention)",
}

_WITH_ALL = {
    "transposed": "plt.imshow(attention.T)" + _TURNED,
    "transposed_origin_lower": "plt.imshow(attention.T, origin='lower')" + _TURNED,
    "transposed_pcolormesh": "plt.pcolormesh(attention.T)" + _TURNED,
    "pcolormesh_ij_meshgrid": (
        _INDEX + "q, k = np.meshgrid(i, i, indexing='ij')\nplt.pcolormesh(q, k, attention)" + _TURNED
    ),
    "seaborn": _SEABORN + "sns.heatmap(attention)" + _LABELS,
    "seaborn_colored": _SEABORN + "sns.heatmap(attention, cmap='viridis', square=True, xticklabels=8)" + _LABELS,
    "seaborn_of_a_frame": (
        _SEABORN + "import pandas as pd\nframe = pd.DataFrame(attention)\n"
        "frame.index.name, frame.columns.name = 'Query-index', 'Key-index'\nsns.heatmap(frame)"
    ),
    "seaborn_color_bar_by_hand": (
        _SEABORN + "ax = sns.heatmap(attention, cbar=False)\nax.set(xlabel='Key', ylabel='Query')\n"
        "plt.colorbar(ax.collections[0], ax=ax)"
    ),
    "color_bar_of_image": _AXES + "fig.colorbar(im, ax=ax)",
    "color_bar_labelled": _AXES + "fig.colorbar(im, ax=ax, label='Attention-score', orientation='horizontal')",
    "color_bar_by_gcf": _AXES + "plt.gcf().colorbar(im)",
    "color_bar_by_its_place": _AXES + "place = fig.add_axes([0.9, 0.1, 0.03, 0.8])\nfig.colorbar(im, cax=place)",
    "color_bar_in_divided_axes": (
        "from mpl_toolkits.axes_grid1 import make_axes_locatable\n"
        + _AXES
        + "fig.colorbar(im, cax=make_axes_locatable(ax).append_axes('right', size='5%', pad=0.05))"
    ),
    "color_bar_of_same_norm_and_map": (
        _AXES + "fig.colorbar(plt.cm.ScalarMappable(norm=im.norm, cmap=im.cmap), ax=ax)"
    ),
    "color_bar_of_equal_norm_and_map": (
        "norm = plt.Normalize(attention.min(), attention.max())\nfig, ax = plt.subplots()\n"
        "ax.imshow(attention, norm=norm, cmap='magma')\nax.set(xlabel='Key-index', ylabel='Query-index')\n"
        "other = plt.Normalize(attention.min(), attention.max())\n"
        "fig.colorbar(plt.cm.ScalarMappable(norm=other, cmap='magma'), ax=ax)"
    ),
    "one_color_bar_for_two": (
        "fig, axs = plt.subplots(1, 2)\nfor ax, numbers in zip(axs, (attention, attention ** 2)):\n"
        "    im = ax.imshow(numbers, vmin=0, vmax=1)\n    ax.set(xlabel='Key-index', ylabel='Query-index')\n"
        "fig.colorbar(im, ax=axs)"
    ),
    "constrained_layout": (
        "fig, ax = plt.subplots(constrained_layout=True)\nim = ax.pcolormesh(attention)\n"
        "ax.set_xlabel('Key-index')\nax.set_ylabel('Query-index')\nfig.colorbar(im)"
    ),
    "figure_without_pyplot": (
        "from matplotlib.figure import Figure\nfig = Figure()\nax = fig.add_subplot()\nim = ax.imshow(attention)\n"
        "ax.set(xlabel='Key-index', ylabel='Query-index')\nfig.colorbar(im)\ndisplay(fig)"
    ),
    "subfigures": (
        "fig = plt.figure()\nleft, right = fig.subfigures(1, 2)\nax = left.subplots()\nim = ax.imshow(attention)\n"
        "ax.set(xlabel='Key-index', ylabel='Query-index')\nleft.colorbar(im, ax=ax)"
    ),
    "supxlabel": (
        "fig, axs = plt.subplots(1, 2, sharex=True, sharey=True)\nim = axs[0].imshow(attention)\n"
        "axs[1].imshow(attention)\n"
        "fig.supxlabel('Key-index')\nfig.supylabel('Query-index')\nfig.colorbar(im, ax=axs)"
    ),
    "annotated": (
        _AXES + "for i in range(0, 64, 2):\n    for j in range(0, 64, 2):\n"
        "        ax.text(j, i, f'{attention[i, j]:.2f}', fontsize=2)\nfig.colorbar(im)"
    ),
    "other_heatmaps_beside": (
        "plt.imshow(queries_mat @ keys_mat.T)\nplt.title('products')\nplt.figure()\n"
        "plt.imshow(attention.T)\nplt.figure()\n"
        "plt.imshow(attention)" + _LABELS + "\nplt.colorbar()\nplt.figure()\nplt.imshow(np.tri(64))"
    ),
    "closed": "plt.imshow(attention)" + _LABELS + "\nplt.colorbar()\nplt.show()\nplt.close('all')",
    "cleared": "plt.imshow(attention)" + _LABELS + "\nplt.colorbar()\nplt.clf()",
    "color_bar_first": "im = plt.imshow(attention)\nplt.colorbar(im)" + _LABELS,
}

_WITH_ALL |= {
    "alpha_of_each_entry": "plt.imshow(attention, alpha=0.5 + np.tri(64) / 2)" + _LABELS + "\nplt.colorbar()",
    "percent_on_the_color_bar": "plt.imshow(100 * attention)" + _LABELS + "\nplt.colorbar(label='Attention (%)')",
    "color_bar_in_an_inset": (
        "im = plt.imshow(attention)" + _LABELS + "\nplt.colorbar(im, cax=plt.gca().inset_axes([1.05, 0, 0.05, 1]))"
    ),
}

HEATMAP_WAYS = {**{name: f"{code}{_LABELS}\nplt.colorbar()" for name, code in _PLAIN.items()}, **_WITH_ALL}

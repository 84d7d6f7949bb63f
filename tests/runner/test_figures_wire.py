"""What a kernel says of figures is hostile: everything that isn't of the agreed form is refused, and nothing grows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import WireError
from grader.figures import Grid, Series
from grader.runner.figures_wire import decode_figures

LIMITS, NO_BAR = [0, 1, 0, 1], [np.nan, np.nan]


def axes(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    words = dict.fromkeys(("title", "x_label", "y_label", "color_map"), "")
    scales: dict[str, Any] = {
        "x_scale": "linear",
        "y_scale": "linear",
        "shares_x": [],
        "shares_y": [],
        "color_bar_of": None,
    }
    return {"id": 1, **words, **scales, "layers": list(layers), "unread": False, **more}


def reply(*described: dict[str, Any]) -> dict[str, Any]:
    return {"figures": [{"figure": 0, "cell": 2, "axes": list(described)}], "left_out": False}


def numbers(*values: float) -> list[bytes]:
    return [np.array(values, dtype=np.float64).tobytes()]


LINE = {"id": 3, "kind": "line", "shape": [2, 2]}


def test_a_line_and_its_labels() -> None:
    seen = decode_figures(reply(axes(LINE, x_label=" Key\n index ")), numbers(*LIMITS, *NO_BAR, 0, 5, 1, 6)).seen
    (one,) = seen[0].axes
    assert (seen[0].cell, one.x_label, one.x_limits) == (2, "Key index", (0.0, 1.0))
    (line,) = one.layers
    assert isinstance(line, Series)
    assert line.numbers.tolist() == [[0, 5], [1, 6]]


def test_axes_that_share_an_axis_share_its_label() -> None:
    described = reply(axes(x_label="k", shares_x=[1]), axes(shares_x=[0, 49]))
    seen = decode_figures(described, numbers(*(LIMITS + NO_BAR) * 2)).seen
    assert [one.x_label for one in seen[0].axes] == ["k", "k"]


@pytest.mark.parametrize(
    ("layer", "frame", "first", "per_row"),
    [
        ({"kind": "image", "from_top": True}, [-0.5, 1.5, 1.5, -0.5], (0, 0), (0, 1)),
        ({"kind": "image", "from_top": False}, [-0.5, 1.5, -0.5, 1.5], (0, 0), (0, 1)),
        ({"kind": "image", "from_top": True}, [0, 2, 0, 2], (0.5, 1.5), (0, -1)),
        ({"kind": "mesh"}, [0, 0, 2, 0, 0, 2], (0.5, 0.5), (0, 1)),
        ({"kind": "mesh", "at_nodes": True}, [0, 0, 1, 0, 0, 1], (0, 0), (0, 1)),
        ({"kind": "mesh"}, [0, 0, 0, 2, 2, 0], (0.5, 0.5), (1, 0)),
    ],
)
def test_where_a_heatmap_s_entries_stand(
    layer: dict[str, Any], frame: list[float], first: tuple[float, float], per_row: tuple[float, float]
) -> None:
    described = reply(axes({"id": 1, "shape": [2, 2], **layer}))
    seen = decode_figures(described, numbers(*LIMITS, *NO_BAR, 1, 2, 3, 4, *frame, 0, 1)).seen
    (grid,) = seen[0].axes[0].layers
    assert isinstance(grid, Grid)
    assert (tuple(grid.first), tuple(grid.per_row)) == (first, per_row)


@pytest.mark.parametrize(
    "layer",
    [
        {**LINE, "shape": [3, 2]},
        {**LINE, "shape": [1, 2]},
        {**LINE, "shape": [2, -2]},
        {**LINE, "shape": [10**9, 10**9]},
        {**LINE, "shape": [4, 1]},
        {**LINE, "shape": [1, 4]},
        {**LINE, "shape": [4]},
        {**LINE, "kind": "bars"},
        {**LINE, "kind": "image"},
        {**LINE, "kind": "film"},
        {**LINE, "id": -1},
        {**LINE, "color_map": "x" * 1000},
        {**LINE, "more": 1},
    ],
)
def test_a_layer_that_lies_is_refused(layer: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        decode_figures(reply(axes(layer)), numbers(*LIMITS, *NO_BAR, 0, 5, 1, 6))


@pytest.mark.parametrize("buffers", [[], [b"", b""], [b"1234567"], numbers(1), numbers(*range(7))])
def test_numbers_that_don_t_fit_are_refused(buffers: list[bytes]) -> None:
    with pytest.raises(WireError):
        decode_figures(reply(axes()), buffers)


def test_too_much_is_refused() -> None:
    many = {"figures": [{"figure": 0, "cell": 1, "axes": []}] * 301, "left_out": False}
    with pytest.raises(WireError):
        decode_figures(many, [b""])
    with pytest.raises(WireError):
        decode_figures({"figures": [], "left_out": False}, [bytes(8 * 1_000_001)])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(axes())), inner, max_size=3),
)


@given(JSON, st.binary(max_size=64))
def test_nothing_but_a_wire_error_comes_of_nonsense(content: Any, buffer: bytes) -> None:
    for described in (content, {"figures": content, "left_out": False}, reply(axes(layers=content))):
        try:
            decode_figures(described, [buffer])
        except WireError:
            continue

"""Many lines in one path: where they go, what is left out, how finely they are written."""

import re

import numpy as np
import pytest

from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.strokes import add_dots, add_strokes, touched


def _drawn(*ends, **look):
    figure = Sheet()
    arrays = tuple(np.asarray(end, dtype=float) for end in ends)
    add_strokes(figure, arrays, line={"width": 2}, **look)
    (shape,) = figure.layout.shapes
    return shape


def test_every_line_is_a_piece_of_one_path():
    shape = _drawn([0, 1], [1, 2], [5, 6], [7, 8.25], legendgroup="g")
    assert shape.path == "M0.0,5.0L1.0,7.0M1.0,6.0L2.0,8.25"
    assert (shape.legendgroup, shape.line.width) == ("g", 2)


def test_a_line_without_an_end_is_not_drawn():
    shape = _drawn([0, 1, 2], [1, np.nan, 3], [5, 6, np.inf], [7, 8, 9])
    assert shape.path == "M0.0,5.0L1.0,7.0"


def test_where_no_line_is_whole_there_is_only_the_entry_in_the_legend():
    figure = Sheet()
    ends = tuple(np.array([end]) for end in (np.nan, 1.0, 1.0, 1.0))
    add_strokes(figure, ends, line={"width": 1}, name="none")
    assert not figure.layout.shapes  # which the axes would have to reach
    assert [trace.name for trace in figure.data] == ["none"]


@pytest.mark.parametrize(
    ("shift", "scale"), [(0.0, 1e-7), (0.0, 1e6), (1e9, 1.0), (1e9, 1e6), (-2020.0, 1e-3)]
)
def test_lines_are_finer_than_a_screen_wherever_they_lie(shift, scale, ends_of):
    ends = shift + scale * np.random.default_rng(1).normal(size=(4, 20))
    found = ends_of(_drawn(*ends))
    spread = np.array([np.ptp(ends[:2]), np.ptp(ends[2:])])
    error = np.abs(found - ends.T) / np.repeat(spread, 2)
    assert error.max() < 1e-5


def test_lines_of_one_place_are_drawn_there(ends_of):
    np.testing.assert_array_equal(ends_of(_drawn([3], [3], [4], [4])), [[3, 3, 4, 4]])


def test_lines_have_an_entry_in_the_legend_that_takes_them_along():
    figure = Sheet()
    ends = tuple(np.zeros(2) for _ in range(4))
    together = {"legendgroup": "g", "visible": "legendonly"}
    add_strokes(figure, ends, line={"dash": "dot"}, name="two", **together)
    figure.add_trace(
        touched((np.zeros(2), np.zeros(2)), hovertemplate="<extra></extra>", **together)
    )
    (shape,), (entry, points) = figure.layout.shapes, figure.data
    assert (entry.name, entry.line.dash, entry.showlegend) == ("two", "dot", None)
    assert np.isnan(entry.x).all()
    for part in (shape, entry, points):
        assert (part.legendgroup, part.visible) == ("g", "legendonly")


def test_dots_are_round_around_their_points_on_a_plot_of_usual_size():
    figure = Sheet()
    x, y = np.array([0.0, 4.0, 10.0]), np.array([1e6, 2e6, 1.5e6])
    add_dots(figure, (x, y), colour="grey", opacity=0.5, name="3 rows")
    (shape,), (entry,) = figure.layout.shapes, figure.data
    assert (entry.name, entry.legendgroup, shape.legendgroup) == ("3 rows",) * 3
    pieces = [[float(each) for each in re.findall(r"[-.\de]+", one)]
              for one in shape.path.split("M")[1:]]  # fmt: skip
    for piece, across, up in zip(pieces, x, y, strict=True):
        places = np.array(piece).reshape(-1, 2)
        np.testing.assert_array_equal(places[0], places[-1])
        assert places.mean(axis=0)[1] == pytest.approx(up, rel=1e-6)
        # A curve reaches three quarters of the way to where it is drawn to.
        width, height = np.ptp(places[:, 0]), 0.75 * np.ptp(places[:, 1])
        assert places[[0, 2], 0].mean() == pytest.approx(across, abs=1e-6)
        assert width / 10.0 * 860 == pytest.approx(5.0, rel=1e-3)
        assert height / 1e6 * 310 == pytest.approx(5.0, rel=1e-3)


def test_dots_of_one_place_are_drawn_there():
    figure = Sheet()
    add_dots(figure, (np.ones(2), np.ones(2)), colour="grey", opacity=0.5, name="rows")
    (shape,) = figure.layout.shapes
    assert shape.path.count("M") == 2


def test_points_that_answer_the_mouse_are_not_drawn():
    told = touched((np.array([1.0]), np.array([2.0])), hovertemplate="here<extra></extra>")
    (trace,) = Sheet().add_trace(told).data
    assert (trace.mode, trace.showlegend) == ("none", False)
    assert (trace.x.tolist(), trace.y.tolist()) == ([1.0], [2.0])


def test_lines_of_no_group_come_and_go_with_their_entry():
    figure = Sheet()
    ends = tuple(np.array([end]) for end in (0.0, 1.0, 2.0, 3.0))
    add_strokes(figure, ends, line={"width": 1}, name="95% interval")
    (shape,), (entry,) = figure.layout.shapes, figure.data
    assert shape.legendgroup == entry.legendgroup == "95% interval"
    assert shape.layer == "below"

"""Traces that stay, traces that move, and segments at every position."""

import numpy as np

from mlm_core.views.figures.path_scene import FADED, LEFT, RIGHT, Scene, segments_along
from mlm_core.views.figures.sheet import Sheet


def test_moving_traces_are_remembered_by_their_number():
    scene = Scene(Sheet(), 1, None)
    scene.add([1, 2], [3, 4], LEFT, name="stays")
    heights = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    scene.move([1, 2], heights, RIGHT, name="moves")
    assert list(scene.moving) == [1]
    assert scene.moving[1] is heights
    stays, moves = scene.figure.data
    assert moves.y.tolist() == [2.0, 3.0]  # the position it opens at
    assert (stays.xaxis, moves.yaxis) == ("x", "y2")


def test_all_groups_fade_while_one_is_highlighted():
    assert Scene(Sheet(), 0, None).strength == 1.0
    assert Scene(Sheet(), 0, "a").strength == FADED < 1


def test_segments_are_interleaved_at_every_position():
    start, end = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    found = segments_along(start, end)
    np.testing.assert_array_equal(
        found, [[1, 5, np.nan, 2, 6, np.nan], [3, 7, np.nan, 4, 8, np.nan]]
    )

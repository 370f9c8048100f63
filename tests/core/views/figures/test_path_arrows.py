"""The panel of arrows: from the own estimate to the one at the position."""

import numpy as np

from mlm_core.views.figures.path_arrows import add_arrows
from mlm_core.views.figures.path_scene import LEFT, RIGHT, Scene
from mlm_core.views.figures.sheet import Sheet

KINDS = ("unpooled", "mixed", "pooled")


def _drawn(path, arrows, *, axes=LEFT, group=None, visible=KINDS):
    scene = Scene(Sheet(), path.at_estimate, group)
    add_arrows(scene, arrows, visible, axes, "schoolid")
    return scene


def test_arrows_lead_from_the_own_to_the_partially_pooled_estimate(school_path):
    arrows, at = school_path.arrows, school_path.path.at_estimate
    scene = _drawn(school_path.path, arrows)
    shafts, raw, shrunk, common = scene.figure.data
    np.testing.assert_array_equal(shafts.y[0::3], raw.y)
    np.testing.assert_array_equal(shafts.y[1::3], shrunk.y)
    np.testing.assert_array_equal(raw.y, arrows.table["raw"])
    np.testing.assert_array_equal(shrunk.y, arrows.shrunk[at])
    assert common.y.tolist() == [arrows.overall[at]] * 2
    assert raw.marker.symbol != shrunk.marker.symbol
    assert (
        raw.customdata[0].tolist() == arrows.table[["group", "n", "raw", "weight"]].iloc[0].tolist()
    )
    assert sorted(scene.moving) == [0, 2, 3]
    np.testing.assert_array_equal(scene.moving[3][:, 0], arrows.overall)


def test_axes_are_titled_and_hold_still(school_path):
    layout = _drawn(school_path.path, school_path.slopes, axes=RIGHT).figure.layout
    assert layout.xaxis2.title.text == "rows in the group of schoolid"
    assert layout.yaxis2.title.text == "slope of ses"
    assert tuple(layout.yaxis2.range) == school_path.slopes.readable


def test_the_picked_arrow_moves_with_the_others(school_path):
    scene = _drawn(school_path.path, school_path.arrows, group="11")
    picked = scene.figure.data[-1]
    table = school_path.arrows.table
    (at,) = np.flatnonzero(table["group"] == "11")
    assert picked.y[0] == table["raw"].iloc[at]
    heights = scene.moving[len(scene.figure.data) - 1]
    np.testing.assert_array_equal(heights[:, 1], school_path.arrows.shrunk[:, at])


def test_ends_can_be_switched_off(school_path):
    names = [
        trace.name
        for trace in _drawn(school_path.path, school_path.arrows, visible=("mixed",)).figure.data
    ]
    assert "partially pooled" in names
    assert "own estimate of a group" not in names

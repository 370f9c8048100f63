"""The panel of lines: one trace a kind, handles to click, the picked group on top."""

import numpy as np
import pytest

from mlm_core.views.figures.path_lines import add_lines
from mlm_core.views.figures.path_scene import Scene
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import PURPLE

ALL = ("unpooled", "mixed", "pooled", "rows")


def _drawn(school, school_path, *, visible=ALL, group=None, place=None):
    path = school_path.path
    scene = Scene(Sheet(), path.at_estimate if place is None else place, group)
    lines = school.lines
    add_lines(scene, school_path.lines, lines.families["pooled"], lines.points, visible)
    return scene


def test_every_kind_is_drawn_with_the_numbers_of_its_fit(school, school_path, ends_of):
    scene = _drawn(school, school_path)
    rows, own, own_handles, mixed, handles, pooled = scene.figure.data
    assert rows.name == "1,190 rows"
    assert own.name == "unpooled (107 lines)"
    (drawn,) = scene.figure.layout.shapes
    table = school_path.lines.table
    starts = table["own_from"][table["own_to"].notna()]
    np.testing.assert_allclose(ends_of(drawn)[:, 2], starts, atol=1e-3)
    assert (drawn.legendgroup, drawn.line.dash) == (own.legendgroup, own.line.dash)
    assert mixed.name == "mixed (107 lines)"
    at = school_path.path.at_estimate
    np.testing.assert_array_equal(mixed.y[1::3], school_path.lines.end[at])
    assert pooled.name == "pooled (slope 14.36)"
    ends = school.lines.families["pooled"].iloc[0]
    assert pooled.y.tolist() == [ends["y_from"], ends["y_to"]]
    middle = (school_path.lines.start[at] + school_path.lines.end[at]) / 2
    np.testing.assert_array_equal(handles.y, middle)
    assert own_handles.customdata[0].tolist() == ["1", 11]
    assert len({own.line.dash, mixed.line.dash}) == 2
    assert tuple(scene.figure.layout.yaxis.range) == school_path.lines.readable


def test_only_what_is_switched_on_is_drawn(school, school_path):
    for kind in ALL:
        names = [trace.name for trace in _drawn(school, school_path, visible=(kind,)).figure.data]
        assert any(name.startswith(kind) or kind == "rows" for name in names)
        assert len(names) <= 2
    assert not _drawn(school, school_path, visible=()).figure.data


def test_the_mixed_lines_and_their_handles_move(school, school_path):
    scene = _drawn(school, school_path)
    assert sorted(scene.moving) == [3, 4]
    last = scene.moving[3][-1]
    np.testing.assert_allclose(last[1::3], school_path.lines.end[-1])


def test_a_group_can_be_highlighted(school, school_path):
    scene = _drawn(school, school_path, group="11")
    *others, own, mixed = scene.figure.data
    assert mixed.name.startswith("group 11 (n = ")
    assert own.line.color == mixed.line.color == PURPLE
    (at,) = np.flatnonzero(school_path.lines.table["group"] == "11")
    assert mixed.y.tolist() == [
        school_path.lines.start[school_path.path.at_estimate, at],
        school_path.lines.end[school_path.path.at_estimate, at],
    ]
    assert len(scene.figure.data) - 1 in scene.moving
    assert [trace for trace in others if trace.opacity == scene.strength]
    assert len(_drawn(school, school_path, group="no such").figure.data) == 6


def test_groups_without_length_are_marks(school, school_path):
    lines = school_path.lines
    table = lines.table.assign(x_to=lines.table["x_from"])
    flat = type(lines)(table, lines.start, lines.start, lines.readable, lines.n_total)
    scene = Scene(Sheet(), 0, None)
    add_lines(scene, flat, school.lines.families["pooled"], None, ("mixed",))
    handles = scene.figure.data[1]
    assert set(handles.marker.opacity) == {0.9}
    usual = _drawn(school, school_path, visible=("mixed",)).figure.data[1]
    assert usual.marker.opacity == 0.0


@pytest.mark.parametrize("visible", [("unpooled",), ("mixed",)])
def test_a_click_leaves_the_others_as_they_are(school, school_path, visible):
    handles = _drawn(school, school_path, visible=visible).figure.data[1]
    assert handles.unselected.marker.opacity == 0.0

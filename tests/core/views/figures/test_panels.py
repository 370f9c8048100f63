"""Panels: where they stand, what they share, what stands around them."""

import pytest

from mlm_core.views.figures.panels import COLUMNS, new_panels, panel


@pytest.fixture
def five():
    return new_panels([f"group {number}" for number in range(5)], "across", "up").layout


def test_panels_fill_rows_of_four_from_the_upper_left(five):
    assert five.xaxis.domain[0] == five.xaxis5.domain[0] == 0.0
    assert five.xaxis4.domain[1] == pytest.approx(1.0)
    assert five.yaxis.domain == five.yaxis4.domain
    assert five.yaxis.domain[1] == pytest.approx(1.0)
    assert five.yaxis5.domain[0] == 0.0
    assert five.yaxis5.domain[1] < five.yaxis.domain[0]
    assert five.xaxis.domain[1] < five.xaxis2.domain[0]


def test_all_panels_share_both_axes_and_only_the_outer_ones_are_labelled(five):
    for place in range(2 * COLUMNS):
        across, up = (
            five[f"{axis[0]}axis{axis[1:]}"] for axis in map(panel(place).get, ("xaxis", "yaxis"))
        )
        is_first = place == COLUMNS
        assert (across.matches, up.matches) == ((None, None) if is_first else ("x5", "y5"))
        assert across.showticklabels is (None if place >= COLUMNS else False)
        assert up.showticklabels is (None if place % COLUMNS == 0 else False)


def test_titles_stand_above_their_panels_and_the_axes_are_named_once(five):
    *titles, across, up = five.annotations
    assert [title.text for title in titles] == [f"group {number}" for number in range(5)]
    for place, title in enumerate(titles):
        axis = five[f"xaxis{place + 1 if place else ''}"]
        assert title.x == pytest.approx(sum(axis.domain) / 2)
    assert titles[4].y == five.yaxis5.domain[1]
    assert (across.text, across.y, up.text, up.x, up.textangle) == ("across", 0, "up", 0, -90)


def test_one_panel_is_a_row():
    layout = new_panels(["alone"], "x", "y").layout
    assert layout.yaxis.domain == (0.0, 1.0)
    assert "xaxis5" not in layout
    assert layout.height < new_panels(["a"] * 5, "x", "y").layout.height

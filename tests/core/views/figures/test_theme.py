"""Colours, segments, axis positions, and what a picture carries."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.views.figures import theme
from mlm_core.views.figures.sheet import FAMILY


def test_families_differ_in_more_than_colour():
    families = [theme.POOLED, theme.UNPOOLED, theme.MIXED]
    assert len({family.colour for family in families}) == 3
    assert len({family.symbol for family in families}) == 3
    assert len({(family.dash, family.width) for family in families}) == 3


def test_segments_are_one_line_with_gaps():
    found = theme.segments(np.array([1.0, 2.0]), pd.Series([5.0, 6.0]))
    np.testing.assert_array_equal(found, [1, 5, np.nan, 2, 6, np.nan])
    assert theme.repeated(np.array(["a", "b"], dtype=object), 2).tolist() == list("aaabbb")


@pytest.mark.parametrize(("n", "is_named"), [(20, True), (21, False)])
def test_positions_are_named_while_there_is_room(n, is_named):
    figure = theme.new_figure("", "y")
    theme.name_positions(figure, pd.Series([f"<{k}>" for k in range(n)]), "groups")
    axis = figure.layout.xaxis
    assert axis.title.text == "groups"
    assert axis.range == (0.25, n + 0.75)
    assert (axis.ticktext is not None) == is_named
    if is_named:
        assert axis.ticktext[0] == "&lt;0&gt;"
        assert axis.tickvals.tolist() == list(range(1, n + 1))
        assert figure.layout.margin.b == theme.MARGIN["b"]
    else:
        assert axis.showticklabels is False
        assert figure.layout.margin.b == theme.WITHOUT_LABELS


def test_long_names_beneath_ticks_are_cut():
    most = theme.LONGEST_TICK_LABEL
    found = theme.tick_labels(pd.Series(["<" * most, "<" * (most + 1), 7]))
    assert found.tolist() == ["&lt;" * most, "&lt;" * (most - 1) + "…", "7"]


def test_sizes_are_set_apart_from_the_template():
    figure = theme.new_figure("x", "y")
    assert figure.layout.xaxis.tickfont.size == theme.BASE_SIZE
    assert figure.layout.yaxis.title.font.size == theme.TITLE_SIZE
    assert figure.layout.height == theme.HEIGHT


def test_reference_lines_are_named_and_span_the_axis():
    figure = theme.new_figure("x", "y")
    theme.add_level_line(figure, 3.0, "level", theme.POOLED, span=(0, 9))
    theme.add_upright_line(figure, 4.0, "upright", theme.MIXED, span=(0, 1))
    level, upright = figure.data
    assert (level.name, level.y.tolist(), level.x.tolist()) == ("level", [3, 3], [0, 9])
    assert (upright.name, upright.x.tolist()) == ("upright", [4, 4])
    assert level.line.color == theme.VERMILLION
    dotted = theme.UNPOOLED
    theme.add_level_line(figure, 1.0, "", dotted, span=(0, 1))
    theme.add_upright_line(figure, 1.0, "", dotted, span=(0, 1))
    assert [trace.line.dash for trace in figure.data[2:]] == [dotted.dash, dotted.dash]


def test_labels_are_figure_text():
    assert theme.labels(pd.Series(["<b>", 7])).tolist() == ["&lt;b&gt;", "7"]


def test_a_saved_picture_has_the_name_of_the_figure():
    picture = theme.Picture(theme.new_figure("x", "y"), "alt", "some-name")
    options = picture.config["toImageButtonOptions"]
    assert (options["format"], options["filename"]) == ("svg", "some-name")
    theme.answers_clicks(picture.figure)
    layout = picture.figure.layout
    assert (layout.clickmode, layout.dragmode) == ("event+select", "pan")


def test_a_click_hands_back_the_raw_label():
    data = theme.click_data(pd.DataFrame({"group": ["<a>"], "n": [3]}))
    assert data.tolist() == [["<a>", 3]]


def test_text_stands_out_from_light_and_dark_pages():
    figure = theme.new_figure("x", "y")
    for is_dark, colour, paper in (
        (False, theme.INK, theme.PAPER),
        (True, theme.INK_ON_DARK, theme.PAPER_ON_DARK),
    ):
        theme.ink(figure, is_dark=is_dark)
        layout = figure.to_dict()["layout"]
        assert layout["font"] == {"family": FAMILY, "size": theme.BASE_SIZE, "color": colour}
        assert layout["hoverlabel"]["font"] == {"size": theme.BASE_SIZE, "color": colour}
        assert layout["paper_bgcolor"] == layout["plot_bgcolor"] == paper
        # What has a colour of its own would not follow.
        assert "color" not in layout["legend"]["font"] | layout["xaxis"]["tickfont"]
        assert "color" not in layout["yaxis"]["title"]["font"]


def test_every_second_third_and_eleventh():
    steps = [theme.every(step) for step in (2, 3, 4, 11, 21, 112, 122)]
    assert steps == ["every 2nd", "every 3rd", "every 4th", "every 11th", "every 21st",
                     "every 112th", "every 122nd"]  # fmt: skip


def test_looks_return_after_all_colours_and_shapes():
    look = theme.group_look(np.arange(36))
    pairs = list(zip(look["color"], look["symbol"], strict=True))
    assert len(set(pairs)) == 35
    assert pairs[0] == pairs[35]
    assert theme.POOLED.colour not in set(look["color"])


def test_named_rows_have_room_for_the_longest_line_of_a_name():
    figure = theme.new_figure("x", "")
    theme.name_rows(figure, np.array([2, 1]), ["a<br>twelve &lt; 14", "b"])
    assert figure.layout.yaxis.ticktext.tolist() == ["a<br>twelve &lt; 14", "b"]
    assert figure.layout.margin.l == theme.room_for(["a", "twelve < 14"])
    assert theme.room_for(["ab"]) < theme.room_for(["abc"]) < theme.MOST_ROOM
    assert theme.room_for(["a" * 500]) == theme.MOST_ROOM

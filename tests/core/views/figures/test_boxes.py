"""Boxes and means: data, order, what answers the mouse, very many groups."""

import numpy as np
import pytest

from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.views.figures import boxes
from tests.core.views.figures.summarised import many, trace


def test_boxplots_draw_finished_numbers_in_order_of_median(summaries, keeps_the_rules):
    picture = boxes.boxplots(summaries, outcome="mathkind (points)")
    keeps_the_rules(picture)
    box = next(each for each in picture.figure.data if each.type == "box")
    np.testing.assert_array_equal(box.median, summaries.table["median"])
    np.testing.assert_array_equal(box.q1, summaries.table["q1"])
    assert picture.figure.layout.yaxis.title.text == "mathkind (points)"
    assert picture.figure.layout.xaxis.title.text == "groups of schoolid, lowest median first"
    marks = trace(picture, "median of the group")
    assert marks.text[0] == "18"
    assert marks.customdata[0][:2].tolist() == ["18", 4]
    outliers = trace(picture, "beyond the whiskers")
    assert len(outliers.y) == len(summaries.outliers)
    assert outliers.customdata[0].tolist() == summaries.outliers.loc[0, ["group", "n"]].tolist()
    assert "107 groups of schoolid" in picture.alt
    assert "414.0 (group 18) to 526.5 (group 106)" in picture.alt


def test_the_whole_box_answers_the_mouse(summaries):
    picture = boxes.boxplots(summaries)
    target = next(each for each in picture.figure.data if each.type == "bar")
    base = np.asarray(target.base, dtype=np.float64)
    np.testing.assert_array_equal(base, summaries.table["whisker_low"])
    tops = base + target.y
    np.testing.assert_allclose(tops, summaries.table["whisker_high"])
    assert target.customdata[0][:2].tolist() == ["18", 4]


@pytest.mark.parametrize(("n_groups", "has_boxes"), [(200, True), (201, False)])
def test_very_many_groups_are_drawn_as_one_outline(n_groups, has_boxes, keeps_the_rules):
    picture = boxes.boxplots(many(n_groups))
    keeps_the_rules(picture)
    assert any(each.type == "box" for each in picture.figure.data) == has_boxes
    if not has_boxes:
        outline = trace(picture, "quartiles")
        assert len(outline.x) == 2 * n_groups + 1
        assert (outline.fill, outline.line.shape) == ("toself", "hvh")
    middle = trace(picture, "median of the group")
    assert (middle.mode, len(middle.x)) == ("markers" if has_boxes else "lines", n_groups)


def test_more_outliers_than_can_be_read_are_left_out(summaries, monkeypatch):
    monkeypatch.setattr(boxes, "MOST_OUTLIERS", len(summaries.outliers) - 1)
    names = [each.name for each in boxes.boxplots(summaries).figure.data]
    assert "beyond the whiskers" not in names


def test_means_are_ordered_with_their_intervals(summaries, keeps_the_rules):
    picture = boxes.group_means(summaries)
    keeps_the_rules(picture)
    marks = trace(picture, "mean of the group")
    assert np.all(np.diff(marks.y) >= 0)
    bars = picture.figure.data[1]
    assert len(bars.y) == 3 * 107
    assert tuple(picture.figure.layout.yaxis.range) == summaries.mean_range
    assert "389.5 (group 18)" in picture.alt


def test_intervals_that_do_not_exist_leave_a_gap_in_the_outline(keeps_the_rules):
    summaries = many(250)
    inner = summaries.table["mean"].rank() == 100
    summaries.table.loc[inner, ["lower", "upper"]] = np.nan
    picture = boxes.group_means(summaries)
    keeps_the_rules(picture)
    outline = trace(picture, "95% interval from the group's own spread (cut at the frame)")
    left, gap, right = picture.figure.layout.xaxis.categoryarray[98:101]
    assert gap == summaries.table.loc[inner, "group"].item()
    assert [place for place in outline.x if place in (left, gap, right)] == [left] * 2 + [right] * 2
    assert sum(place is None for place in outline.x) == 2
    assert sum(place is not None for place in outline.x) == 2 * 249


def test_a_marked_group_is_pointed_at_by_its_mean(summaries):
    picture = boxes.group_means(summaries, marked="55")
    mean = summaries.table.set_index("group").loc["55", "mean"]
    (note,) = picture.figure.layout.annotations
    assert note.text == f"<b>55</b>: mean {mean:.1f}, n = 13"
    assert note.y == mean
    assert "Group 55 is marked" in picture.alt


def test_names_are_escaped(hostile, keeps_the_rules):
    outcome, _, level = hostile.data.columns
    summaries = summarise_groups(hostile.data, outcome=outcome, groups=[level])
    marked = summaries.table["group"][0]
    for picture in (boxes.boxplots(summaries, marked=marked), boxes.group_means(summaries)):
        keeps_the_rules(picture)
        assert "&lt;b&gt;*x*" in picture.figure.to_json().replace("\\u0026", "&").replace(
            "\\u003b", ";"
        )

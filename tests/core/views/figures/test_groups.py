"""Boxes, means, sizes and nesting: data, order, escaping, very many groups."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.nesting import nesting_tree
from mlm_core.inference.summaries import size_counts
from mlm_core.views.figures import groups


@pytest.fixture(scope="module")
def summaries(classroom):
    return summarise_groups(classroom, outcome="mathkind", groups=["schoolid"])


def trace(picture, name):
    return next(each for each in picture.figure.data if each.name == name)


def test_boxplots_draw_finished_numbers_in_order_of_median(summaries, keeps_the_rules):
    picture = groups.boxplots(summaries, outcome="mathkind (points)")
    keeps_the_rules(picture)
    box = next(each for each in picture.figure.data if each.type == "box")
    np.testing.assert_array_equal(box.median, summaries.table["median"])
    np.testing.assert_array_equal(box.q1, summaries.table["q1"])
    assert picture.figure.layout.yaxis.title.text == "mathkind (points)"
    assert picture.figure.layout.xaxis.title.text == "groups of schoolid, lowest median first"
    marks = trace(picture, "median of the group")
    assert marks.text[0] == "18"
    assert marks.customdata[0][:2].tolist() == ["18", 4]
    assert len(trace(picture, "beyond the whiskers").y) == len(summaries.outliers)
    assert "107 groups of schoolid" in picture.alt
    assert "414.0 (group 18) to 526.5 (group 106)" in picture.alt


@pytest.mark.parametrize(("n_groups", "has_boxes"), [(150, True), (151, False)])
def test_very_many_groups_are_drawn_as_bars(n_groups, has_boxes, keeps_the_rules):
    y = np.random.default_rng(1).normal(size=4 * n_groups)
    data = pd.DataFrame({"y": y, "g": np.repeat(np.arange(n_groups), 4)})
    picture = groups.boxplots(summarise_groups(data, outcome="y", groups=["g"]))
    keeps_the_rules(picture)
    assert any(each.type == "box" for each in picture.figure.data) == has_boxes
    if not has_boxes:
        assert len(trace(picture, "quartiles").x) == 3 * n_groups
    assert len(trace(picture, "median of the group").x) == n_groups


def test_more_outliers_than_can_be_read_are_left_out(summaries, monkeypatch):
    monkeypatch.setattr(groups, "MOST_OUTLIERS", len(summaries.outliers) - 1)
    names = [each.name for each in groups.boxplots(summaries).figure.data]
    assert "beyond the whiskers" not in names


def test_means_are_ordered_with_their_intervals(summaries, keeps_the_rules):
    picture = groups.group_means(summaries)
    keeps_the_rules(picture)
    marks = trace(picture, "mean of the group")
    assert np.all(np.diff(marks.y) >= 0)
    bars = picture.figure.data[1]
    assert len(bars.y) == 3 * 107
    assert tuple(picture.figure.layout.yaxis.range) == summaries.mean_range
    assert "389.5 (group 18)" in picture.alt


def test_sizes(classroom, keeps_the_rules):
    sizes = size_counts(classroom.groupby("schoolid").size())
    picture = groups.size_histogram(sizes, level="schoolid")
    keeps_the_rules(picture)
    bar = picture.figure.data[0]
    assert bar.y.sum() == 107
    assert bar.customdata[0] == "2"
    assert picture.figure.layout.xaxis.title.text == "rows in a group of schoolid"
    assert "between 2 and 31 rows; the most frequent size is 10 rows (10 groups)" in picture.alt


def test_joined_sizes_and_no_sizes_at_all():
    bar = groups.size_histogram(size_counts(np.arange(1, 101)), level="g").figure.data[0]
    assert bar.customdata[0] == "1 to 3"
    assert "No group" in groups.size_histogram(size_counts([]), level="g").alt


def test_nesting_has_a_block_for_every_inner_group(classroom, keeps_the_rules):
    picture = groups.nesting(nesting_tree(classroom, ["schoolid", "classid"]))
    keeps_the_rules(picture)
    bar = picture.figure.data[0]
    assert picture.figure.layout.yaxis.ticktext[0] == "schoolid 11"
    first = bar.y == 15
    assert first.sum() == 9
    assert bar.x[first].sum() == 31
    np.testing.assert_array_equal(bar.base[first], np.cumsum(bar.x[first]) - bar.x[first])
    assert "15 largest of 107 groups of schoolid" in picture.alt
    assert "has 31 rows in 9 groups of classid" in picture.alt


def test_one_level_has_one_block_a_bar(classroom, keeps_the_rules):
    picture = groups.nesting(nesting_tree(classroom, ["schoolid"], most=3))
    keeps_the_rules(picture)
    assert picture.figure.data[0].x.tolist() == [31, 27, 27]
    assert picture.figure.layout.xaxis.title.text.startswith("rows; the 3 largest of 107")


def test_names_are_escaped(hostile, keeps_the_rules):
    outcome, _, level = hostile.data.columns
    summaries = summarise_groups(hostile.data, outcome=outcome, groups=[level])
    for picture in (
        groups.boxplots(summaries),
        groups.group_means(summaries),
        groups.size_histogram(size_counts([8] * 12), level=level),
        groups.nesting(nesting_tree(hostile.data, [level])),
    ):
        keeps_the_rules(picture)
        assert "&lt;b&gt;*x*" in picture.figure.to_json().replace("\\u0026", "&").replace(
            "\\u003b", ";"
        )

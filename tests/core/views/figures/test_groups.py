"""Sizes and nesting: data, order, escaping."""

import numpy as np

from mlm_core.inference.nesting import nesting_tree
from mlm_core.inference.summaries import size_counts
from mlm_core.views.figures import groups


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


def test_groups_of_one_size_leave_no_fraction_of_a_row():
    axis = groups.size_histogram(size_counts([9] * 12), level="g").figure.layout.xaxis
    assert axis.dtick == 1
    assert axis.range == (6, 12)


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
    level = hostile.data.columns[2]
    for picture in (
        groups.size_histogram(size_counts([8] * 12), level=level),
        groups.nesting(nesting_tree(hostile.data, [level])),
    ):
        keeps_the_rules(picture)
        assert "&lt;b&gt;*x*" in picture.figure.to_json().replace("\\u0026", "&").replace(
            "\\u003b", ";"
        )

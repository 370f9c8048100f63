"""Sentences on groups, with either outcome of every case."""

from dataclasses import replace

import pandas as pd
import pytest

from mlm_core.data.groups import describe_groups
from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.inference.pairs import draw_pairs
from mlm_core.views.narrative import groups


def test_nesting_of_the_classroom(classroom):
    assert groups.nesting(describe_groups(classroom, ["schoolid", "classid"])) == (
        "The 1,190 rows lie in 312 groups of classid, which lie in 107 groups of schoolid. A group"
        " of schoolid has 2 to 31 rows (mean 11.1) and a group of classid has 1 to 10 rows (mean"
        " 3.8)."
    )


def test_equal_sizes_and_rows_without_a_group():
    data = pd.DataFrame({"g": [1, 1, 2, 2, None]})
    sentence = groups.nesting(describe_groups(data, ["g"]))
    assert "has 2 rows (mean 2.0)" in sentence
    assert sentence.endswith("1 row has no group.")


def test_medians(classroom):
    found = summarise_groups(classroom, outcome="mathkind", groups=["schoolid"])
    sentence = groups.medians(found)
    assert "from 414.0 (group 18, 4 rows) to 526.5 (group 106, 2 rows)" in sentence
    assert "the median of all 1,190 rows is 466.0" in sentence


def test_pairs_of_the_classroom(classroom):
    draw = draw_pairs(classroom, outcome="mathkind", groups=["schoolid"])
    sentence = groups.pairs(draw)
    assert f"correlate at {draw.correlation:.2f} in mathkind" in sentence
    assert "scatter around 0.21" in sentence
    assert "no pair" not in sentence


@pytest.mark.parametrize(
    ("limit", "words"),
    [(groups.NO_LIKENESS + 0.01, "are alike"), (groups.NO_LIKENESS, "are not more alike")],
)
def test_likeness_on_either_side_of_none(classroom, limit, words):
    draw = draw_pairs(classroom, outcome="mathkind", groups=["schoolid"])
    assert words in groups.pairs(replace(draw, limit=limit))


def test_groups_of_one_row_are_counted(classroom):
    draw = draw_pairs(classroom, outcome="mathkind", groups=["schoolid", "classid"])
    assert groups.pairs(draw).endswith("groups of one row have no pair.")
    one = groups.pairs(replace(draw, n_skipped=1))
    assert one.endswith("1 group of one row has no pair.")


def test_names_are_escaped(hostile):
    outcome, _, level = hostile.data.columns
    found = summarise_groups(hostile.data, outcome=outcome, groups=[level])
    for sentence in (
        groups.nesting(describe_groups(hostile.data, [level])),
        groups.medians(found),
        groups.pairs(draw_pairs(hostile.data, outcome=outcome, groups=[level])),
    ):
        assert "<b>" not in sentence
        assert r"\<b\>\*x\*" in sentence

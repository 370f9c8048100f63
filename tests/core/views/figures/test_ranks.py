"""The axis of ranks: names, the strip of the whole, a marked group, a choice of very many."""

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.group_summaries import summarise_groups
from mlm_core.views.figures import boxes, ranks
from tests.core.views.figures.summarised import many, trace


def test_places_carry_the_names_of_their_groups(summaries):
    axis = boxes.boxplots(summaries).figure.layout.xaxis
    assert list(axis.categoryarray) == summaries.table["group"].tolist()


def test_long_names_are_cut_on_the_axis_only():
    names = ["a" * 40, "a" * 39, "<b>", "b"]
    data = pd.DataFrame({"y": [1.0, 2, 5, 6, 7, 8, 9, 10], "g": np.repeat(names, 2)})
    picture = boxes.boxplots(summarise_groups(data, outcome="y", groups=["g"]))
    places = picture.figure.layout.xaxis.categoryarray
    assert len(set(places)) == 4  # names that look alike are places of their own
    seen = [place.strip("\u200b\u200c") for place in places]
    assert seen == ["a" * 13 + "…", "a" * 13 + "…", "&lt;b&gt;", "b"]
    medians = trace(picture, "median of the group")
    assert medians.text[:2].tolist() == ["a" * 40, "a" * 39]
    assert medians.x.tolist() == list(places)


@pytest.mark.parametrize(("n_groups", "has_strip"), [(40, False), (41, True)])
def test_a_strip_shows_the_whole_of_many_groups(n_groups, has_strip):
    for picture in (boxes.boxplots(many(n_groups)), boxes.group_means(many(n_groups))):
        assert bool(picture.figure.layout.xaxis.rangeslider.visible) == has_strip


def test_of_more_groups_than_can_be_drawn_every_other_is(monkeypatch):
    monkeypatch.setattr(ranks, "MOST_GROUPS", 50)
    summaries = many(120)
    hidden = summaries.table["group"][1]
    picture = boxes.boxplots(summaries, marked=hidden)
    title = picture.figure.layout.xaxis.title.text
    assert title == "every 3rd of 120 groups of g, lowest median first"
    drawn = trace(picture, "median of the group")
    assert len(drawn.x) == 41
    assert drawn.text[:3].tolist() == [summaries.table["group"][place] for place in (0, 1, 3)]
    assert "120 groups of g" in picture.alt


def test_a_marked_group_is_pointed_at_and_zoomed_to(summaries):
    row = summaries.table.set_index("group").loc["55"]
    picture = boxes.boxplots(summaries, marked="55")
    (note,) = picture.figure.layout.annotations
    assert note.text == f"<b>55</b>: median {row['median']:.1f}, n = {row['n']:.0f}"
    assert note.x == row["position"] - 1
    low, high = picture.figure.layout.xaxis.range
    assert low < note.x < high
    assert high - low < 60
    assert f"Group 55 is marked: rank {row['position']:.0f}" in picture.alt


@pytest.mark.parametrize("end", [0, -1])
def test_the_zoom_stays_inside(summaries, end):
    marked = summaries.table["group"].iloc[end]
    low, high = boxes.boxplots(summaries, marked=marked).figure.layout.xaxis.range
    assert low >= -0.75
    assert high <= 106.75


def test_nothing_is_marked_that_is_not_there(summaries):
    assert not boxes.boxplots(summaries, marked="no such group").figure.layout.annotations

"""Explore, Groups differ: boxes, means and pairs are those of the groups."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from mlm_core.inference.pairs import draw_pairs, pair_correlations
from tests.pages.view import View, numbers_in

PAGE = "explore/groups_differ"
OpenView = Callable[..., View]
FIGURES = ("boxplots", "group-means", "pairs", "pair-correlations")
ASKED = {"outcome": "mathkind", "groups": ["schoolid"]}


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, view: OpenView) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Groups differ"
    assert not page.notes("stop")
    assert page.answer
    assert all(page.has_figure(name) for name in FIGURES)


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    page = view(PAGE, data="classroom", method="ML")
    assert not page.notes("stop")
    assert "outcome" in page.notes("note")[0]


def test_the_first_sentence_spans_the_medians(view: OpenView, classroom: pd.DataFrame) -> None:
    said = numbers_in(view(PAGE, data="classroom").answer)
    medians = classroom.groupby("schoolid")["mathkind"].median()
    assert {medians.min(), medians.max(), classroom["mathkind"].median(), 107.0} <= set(said)


def test_boxes_and_means_are_drawn_in_order(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    groups = classroom.groupby(classroom["schoolid"].astype(str))["mathkind"]
    drawn = page.trace("boxplots", "median of the group")
    assert drawn["y"] == pytest.approx(groups.median().sort_values().to_numpy())
    assert groups.median()[list(drawn["text"])].to_numpy() == pytest.approx(drawn["y"])
    means = page.trace("group-means", "mean of the group")
    assert groups.mean()[list(means["text"])].to_numpy() == pytest.approx(means["y"])
    whole = page.trace("group-means", "mean of all rows")
    assert whole["y"][0] == pytest.approx(classroom["mathkind"].mean())


def test_pairs_scatter_around_the_value_of_the_handout(
    view: OpenView, classroom: pd.DataFrame
) -> None:
    page = view(PAGE, data="classroom")
    draw = draw_pairs(classroom, **ASKED, seed=1)
    many = pair_correlations(classroom, **ASKED, draws=1000)
    assert "around 0.21" in page.sentences
    assert f"at {draw.correlation:.2f}" in page.sentences
    limit = page.trace("pair-correlations", "value the draws scatter around")
    assert limit["x"] == pytest.approx(many.limit)
    assert page.trace("pair-correlations", "this draw")["x"] == pytest.approx(draw.correlation)
    pairs = page.trace("pairs", "one pair from each")
    assert pairs["x"] == pytest.approx(draw.pairs["first"].to_numpy())
    assert pairs["y"] == pytest.approx(draw.pairs["second"].to_numpy())


def test_drawing_again_takes_the_next_seed(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    for seed in (2, 3):
        page.app.button(key="draw-pairs").click()
        drawn = page.run().trace("pairs", "one pair from each")
        own = draw_pairs(classroom, **ASKED, seed=seed)
        assert drawn["x"] == pytest.approx(own.pairs["first"].to_numpy())


def test_the_inner_level_can_be_chosen(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="of").set_value("classid")
    page.run()
    assert numbers_in(page.answer)[0] == 312
    draw = draw_pairs(classroom, outcome="mathkind", groups=["schoolid", "classid"])
    assert f"around {draw.limit:.2f}" in page.sentences
    assert "42 groups of one row" in page.sentences
    told = page.answer
    assert page.go("model/mixed").go(PAGE).answer == told


def test_rows_that_are_alone_in_their_groups_say_nothing_of_likeness(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="mathkind", predictor="ses", level="childid")
    assert "not more alike" not in page.sentences

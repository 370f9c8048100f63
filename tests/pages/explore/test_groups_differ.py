"""Explore, Groups differ: boxes, means and pairs are those of the groups."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.inference.pairs import draw_pairs
from tests.pages.view import View, numbers_in

PAGE = "explore/groups_differ"
OpenView = Callable[..., View]
FIGURES = ("boxplots", "group-means", "pairs", "pair-experiment")
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
    assert "around 0.21" in page.sentences
    assert f"Draw 1: correlation {draw.correlation:.3f}." in page.sentences
    assert f"{draw.limit:.3f}" in page.trace("pair-experiment", "from all pairs")["name"]
    pairs = page.trace("pairs", "a pair from each")
    assert pairs["x"] == pytest.approx(draw.pairs["first"].to_numpy())
    assert pairs["y"] == pytest.approx(draw.pairs["second"].to_numpy())


def test_the_likeness_is_the_intraclass_correlation(
    view: OpenView, classroom: pd.DataFrame
) -> None:
    model = mlm.Model("mathkind ~ 1 + (1 | schoolid)")
    found = mlm.icc(mlm.fit_mixed(model, classroom)).correlations["icc"].iloc[0]
    assert f"(ICC), {found:.3f}" in view(PAGE, data="classroom").sentences


def test_drawing_again_takes_the_next_seed(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    for seed in (2, 3):
        page.app.button(key="draw-pairs").click()
        drawn = page.run().trace("pairs", "a pair from each")
        own = draw_pairs(classroom, **ASKED, seed=seed)
        assert drawn["x"] == pytest.approx(own.pairs["first"].to_numpy())
    assert len(page.trace("pair-experiment", "one draw")["y"]) == 3


def test_all_draws_have_the_mean_and_spread_of_the_handout(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.button(key="draw-pairs-many").click()
    drawn = page.run().trace("pair-experiment", "one draw")["y"]
    assert len(drawn) == 200
    # mean 0.212 and sd 0.087 over 4,000 draws: four and three standard errors of 200
    assert drawn.mean() == pytest.approx(0.212, abs=4 * 0.087 / 200**0.5)
    assert drawn.std(ddof=1) == pytest.approx(0.087, abs=3 * 0.087 / 400**0.5)
    assert f"Mean of the 200 draws so far: {drawn.mean():.3f}" in page.sentences
    page.app.button(key="draw-pairs-one").click()
    assert len(page.run().trace("pair-experiment", "one draw")["y"]) == 1


def test_a_group_can_be_found(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.selectbox(key="group").set_value("55")
    median = classroom.loc[classroom["schoolid"] == 55, "mathkind"].median()
    assert f"<b>55</b>: median {median:.1f}, n = 13" in page.run().annotations("boxplots")


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
    assert "0 groups have so many" in page.sentences
    assert not page.has_figure("pairs")

"""Explore, Lines differ: one line, every group's line, and twelve groups one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlm_core as mlm
from mlm_core.inference.own_slopes import own_slopes
from mlm_core.views.narrative import lines as narrative
from tests.pages.view import View, numbers_in, plain

PAGE = "explore/lines_differ"
OpenView = Callable[..., View]
FIGURES = ("pooled-line", "own-lines", "small-multiples")
MODEL = mlm.Model("mathkind ~ ses + (1 | schoolid/classid)")


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, view: OpenView) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Lines differ"
    assert not page.notes("stop")
    assert page.answer
    assert all(page.has_figure(name) for name in FIGURES)


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    assert "predictor" in view(PAGE, data="classroom", outcome="mathkind").notes("note")[0]


def test_the_first_sentence_counts_the_slopes(view: OpenView, classroom: pd.DataFrame) -> None:
    pooled, unpooled = mlm.fit_pooled(MODEL, classroom), mlm.fit_unpooled(MODEL, classroom)
    told = view(PAGE, data="classroom").answer
    assert told == plain(narrative.own_slopes(own_slopes("ses", pooled=pooled, unpooled=unpooled)))
    assert numbers_in(told)[:4] == [14.4, 72, 35, 107]


def test_every_group_has_its_own_line(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    estimates = mlm.fit_unpooled(MODEL, classroom).coefficients
    expected = estimates[estimates["term"] == "ses"].set_index("group")["estimate"]
    drawn: dict[str, float] = {}
    for trace in page.figure("own-lines"):
        if trace["mode"] == "lines" and "text" in trace:
            rise = (trace["y"][2::4] - trace["y"][::4]) / (trace["x"][2::4] - trace["x"][::4])
            drawn |= dict(zip(trace["text"][::4], rise, strict=True))
    assert drawn == pytest.approx(expected.to_dict())
    whole = page.trace("pooled-line", "pooled")
    rise = (whole["y"][2] - whole["y"][0]) / (whole["x"][2] - whole["x"][0])
    assert rise == pytest.approx(mlm.fit_pooled(MODEL, classroom).estimate("ses"))


def _panels(page: View) -> list[Any]:
    marks = [each for each in page.figure("small-multiples") if each["mode"] == "markers"]
    return [sorted(zip(each["x"], each["y"], strict=True)) for each in marks]


def _rows(data: pd.DataFrame, group: int) -> list[Any]:
    own = data[data["schoolid"] == group]
    return sorted(zip(own["ses"], own["mathkind"], strict=True))


def test_panels_hold_the_rows_of_their_groups(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    assert _panels(page) == [_rows(classroom, group) for group in range(1, 13)]
    page.app.segmented_control(key="groups-by").set_value("largest")
    sizes = classroom["schoolid"].value_counts()
    assert [len(rows) for rows in _panels(page.run())] == sizes.head(12).tolist()


def test_groups_can_be_searched_for(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.multiselect(key="only").set_value(["76", "7"])
    assert _panels(page.run()) == [_rows(classroom, group) for group in (76, 7)]


def test_the_steepest_go_down_and_up(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="groups-by").set_value("steepest")
    rises = [
        (each["y"][2] - each["y"][0]) / (each["x"][2] - each["x"][0])
        for each in page.run().figure("small-multiples")
        if each.get("name") == "unpooled"
    ]
    own = mlm.fit_unpooled(MODEL, classroom).coefficients
    slopes = np.sort(own.loc[own["term"] == "ses", "estimate"])
    assert rises == pytest.approx([*slopes[:6], *slopes[-6:]])


def test_a_predictor_of_schools_says_that_its_slope_cannot_vary(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="mathkind", predictor="housepov", level="schoolid")
    assert "cannot vary" in page.answer
    assert not page.notes("stop")
    assert all(page.has_figure(name) for name in FIGURES)


def test_other_predictors_are_held_at_their_means(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(
        PAGE, data="classroom", outcome="mathkind", predictor=["ses", "sex"], level="schoolid"
    )
    assert f"sex at {classroom['sex'].mean():.3f}" in page.sentences
    page.app.segmented_control(key="slope-of").set_value("sex")
    assert "unit of sex" in page.run().answer

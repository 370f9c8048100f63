"""Inference, Effects: order, the one looked up, intervals, predictions."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from mlm_core import fit_mixed, group_effects, prediction_intervals
from mlm_core.data.model import Model
from tests.pages.view import View, numbers_in

PAGE = "inference/effects"
OpenView = Callable[..., View]
CLASSROOM = Model("mathkind ~ ses + (1 | schoolid/classid)")


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, view: OpenView) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Effects"
    assert not page.notes("stop")
    assert "stand" in page.sentences or "leave" in page.answer
    assert page.has_figure("group-effects")


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="mathkind")
    assert "grouping level" in page.notes("note")[0]


def test_the_schools_in_order(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    own = group_effects(fit_mixed(CLASSROOM, classroom), "schoolid")
    drawn = page.trace("group-effects", "conditional mode")
    assert list(drawn["y"]) == pytest.approx(sorted(own.table["mode"]))
    assert numbers_in(page.answer)[:3] == [107, own.n_apart, 95]
    grid = page.grid("group-standing")
    assert grid["Raw"].to_numpy() == pytest.approx(
        own.table.sort_values("mode", ascending=False)["raw"].to_numpy()
    )
    raw = page.trace("raw-against-shrunk", "a group")
    assert list(raw["x"]) == pytest.approx(own.table["raw"].tolist())


def test_one_school_is_looked_up(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    page.app.selectbox(key="group").set_value("27")
    page.run()
    assert "Group 27 is number 13 of 107" in page.sentences
    assert page.trace("group-effects", "group 27")["y"][0] == pytest.approx(21.56, abs=0.01)
    page.app.segmented_control(key="effects-of").set_value("classid:schoolid")
    page.run()
    assert page.app.selectbox(key="group").value is None


def test_intervals_for_comparing(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    wide = page.trace("group-effects", "95% interval")["y"]
    page.app.segmented_control(key="intervals").set_value("comparison")
    page.run()
    narrow = page.trace("group-effects", "comparison interval")["y"]
    assert (narrow[1] - narrow[0]) / (wide[1] - wide[0]) == pytest.approx(1.40 / 1.96, abs=0.01)


def test_slopes_and_predictions(view: OpenView, sleepstudy: pd.DataFrame) -> None:
    page = view(PAGE, data="sleepstudy", group="335")
    page.app.segmented_control(key="effect").set_value("Days")
    page.run()
    fit = fit_mixed(Model("Reaction ~ Days + (1 + Days | Subject)"), sleepstudy)
    own = group_effects(fit, "Subject", "Days").table["mode"]
    drawn = page.trace("group-effects", "conditional mode")
    assert list(drawn["y"]) == pytest.approx(sorted(own))
    both = page.figure("two-effects")[0]
    assert list(both["x"]) == pytest.approx(own.tolist())
    line = page.trace("prediction-bands", "group 335")
    rows = sleepstudy[sleepstudy["Subject"] == 335].iloc[[0, -1]]
    expected = prediction_intervals(fit, rows)
    assert [line["y"][0], line["y"][-1]] == pytest.approx(expected["estimate"].tolist())
    assert line["customdata"][0][1] == pytest.approx(expected["upper"][0])


def test_without_numeric_predictors_there_is_nothing_to_predict_along(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="mathkind", level=["schoolid"])
    page.app.session_state["tab"] = "What to expect"
    page.run()
    assert "choose one" in page.sentences
    page.app.session_state["tab"] = "One effect against another"
    page.run()
    assert "Only one effect" in page.sentences

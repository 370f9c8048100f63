"""Model, Pooling: sentence, table and figures carry the numbers of the three fits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core import (
    MixedFit,
    PooledFit,
    UnpooledFit,
    compare_with_pooled,
    fit_mixed,
    fit_pooled,
    fit_unpooled,
)
from mlm_core.data.model import Model
from tests.pages.view import View, agrees, decoded, numbers_in

PAGE = "model/pooling"
MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")
OpenView = Callable[..., View]


@pytest.fixture(scope="module")
def pooled(classroom: pd.DataFrame) -> PooledFit:
    return fit_pooled(MODEL, classroom)


@pytest.fixture(scope="module")
def unpooled(classroom: pd.DataFrame) -> UnpooledFit:
    return fit_unpooled(MODEL, classroom)


@pytest.fixture(scope="module")
def mixed(classroom: pd.DataFrame) -> MixedFit:
    return fit_mixed(MODEL, classroom)


def _of(frame: pd.DataFrame, term: str) -> pd.Series:
    return frame[frame["term"] == term].iloc[0]


def _own(fit: UnpooledFit, term: str) -> pd.Series:
    frame = fit.coefficients
    return frame[frame["term"] == term].set_index("group")["estimate"]


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, view: OpenView) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Pooling"
    assert not page.notes("stop")
    assert page.answer
    assert len(page.table("slopes-compared")) == 6
    for figure in ("pooling", "slopes", "slope-density"):
        assert page.figure(figure)


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    page = view(PAGE, data="classroom", method="ML")
    assert not page.notes("stop")
    assert "outcome" in page.notes("note")[0]


def test_the_first_sentence_has_the_slopes_of_all_three(
    view: OpenView, pooled: PooledFit, unpooled: UnpooledFit, mixed: MixedFit
) -> None:
    said = numbers_in(view(PAGE, data="classroom").answer)
    one, between = _of(pooled.coefficients, "ses"), _of(mixed.coefficients, "ses")
    bounds = (one["robust_lower"], one["robust_upper"], between["lower"], between["upper"])
    own, average = _own(unpooled, "ses"), _of(unpooled.averages, "ses")
    assert {round(each, 1) for each in (one["estimate"], between["estimate"], *bounds)} <= set(said)
    assert {float(round(own.min())), float(round(own.max()))} <= set(said)
    assert {round(average["mean"], 2), round(average["median"], 2)} <= set(said)
    assert said[0] == 14.4  # the handout's 14.359


def test_six_slopes_stand_in_one_table(
    view: OpenView, pooled: PooledFit, unpooled: UnpooledFit, mixed: MixedFit
) -> None:
    average = _of(unpooled.averages, "ses")
    expected = [
        pooled.estimate("ses"),
        average["mean"],
        average["median"],
        average["size_weighted"],
        average["precision_weighted"],
        mixed.estimate("ses"),
    ]
    printed = [row["Slope"] for row in view(PAGE, data="classroom").table("slopes-compared")]
    assert printed[:2] == ["14.359", "8.635"]
    assert printed[3] == "10.270"
    assert all(map(agrees, printed, expected))


def test_the_picture_draws_every_row_and_every_line(
    view: OpenView, classroom: pd.DataFrame, pooled: PooledFit, mixed: MixedFit
) -> None:
    page = view(PAGE, data="classroom", show=["unpooled", "mixed", "pooled", "rows"])
    points = page.trace("pooling", "1,190 rows")
    assert np.sort(points["y"]) == pytest.approx(np.sort(classroom["mathkind"]))
    line = page.trace("pooling", "pooled")
    fitted = pooled.estimate("(Intercept)") + pooled.estimate("ses") * line["x"]
    assert line["y"] == pytest.approx(fitted, nan_ok=True)
    drawn = page.trace("pooling", "mixed (107 lines)")
    modes = mixed.group_coefficients("schoolid").pivot(
        index="group", columns="term", values="estimate"
    )
    groups = [row[0] for row in page.trace("pooling", "mixed, to click")["customdata"]]
    own = modes.loc[np.repeat(groups, 3)]
    expected = own["(Intercept)"].to_numpy() + own["ses"].to_numpy() * drawn["x"]
    is_line = ~np.isnan(drawn["x"])
    assert is_line.sum() == 2 * 107
    assert drawn["y"][is_line] == pytest.approx(expected[is_line])


def test_each_kind_of_line_has_a_switch(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    names = [trace["name"] for trace in page.figure("pooling")]
    assert "1,190 rows" not in names
    page.app.button_group(key="show").set_value(["pooled"])
    names = [trace["name"] for trace in page.run().figure("pooling")]
    assert not any(name.startswith(("unpooled (", "mixed (")) for name in names)
    assert "pooled (slope 14.36)" in names


def test_the_slider_leads_from_the_own_lines_to_the_one_line(
    view: OpenView, pooled: PooledFit, mixed: MixedFit
) -> None:
    spec = view(PAGE, data="classroom").spec("pooling")
    (slider,) = spec["layout"]["sliders"]
    frames = spec["frames"]
    assert len(frames) == len(slider["steps"]) >= 40
    assert slider["steps"][slider["active"]]["label"] == "30%, the REML estimate"
    places = [trace.get("name", "").startswith("mixed (") for trace in spec["data"]]
    trace = frames[-1]["traces"].index(places.index(True))
    last = decoded(frames[-1]["data"][trace])["y"]
    x = decoded(spec["data"][places.index(True)])["x"]
    expected = pooled.estimate("(Intercept)") + pooled.estimate("ses") * x
    assert last == pytest.approx(expected, nan_ok=True, rel=1e-6)  # single precision
    here = decoded(frames[slider["active"]]["data"][trace])["y"]
    drawn = decoded(spec["data"][places.index(True)])["y"]
    assert here == pytest.approx(drawn, nan_ok=True, rel=1e-6)
    cost = compare_with_pooled(mixed).like_with_like.statistic
    assert agrees(slider["steps"][-1]["label"].split("criterion ")[1].split(" ")[0], cost)


def test_the_slopes_are_drawn_in_order_with_both_summaries(
    view: OpenView, pooled: PooledFit, unpooled: UnpooledFit, mixed: MixedFit
) -> None:
    page = view(PAGE, data="classroom")
    drawn = page.trace("slopes", "own slope")
    own = _own(unpooled, "ses").dropna()
    assert drawn["y"] == pytest.approx(np.sort(own))
    assert own[list(drawn["text"])].to_numpy() == pytest.approx(drawn["y"])
    assert page.trace("slopes", "pooled")["y"][0] == pytest.approx(pooled.estimate("ses"))
    assert page.trace("slopes", "mixed")["y"][0] == pytest.approx(mixed.estimate("ses"))
    assert page.trace("slope-density", "mixed")["x"][0] == pytest.approx(mixed.estimate("ses"))


def test_arrows_lead_from_the_own_to_the_mixed_estimate(
    view: OpenView, unpooled: UnpooledFit, mixed: MixedFit
) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="arrows-of").set_value("ses")
    raw = page.run().trace("pooling", "own estimate")
    shrunk = page.trace("pooling", "partially pooled")
    groups = [row[0] for row in raw["customdata"]]
    assert raw["y"] == pytest.approx(_own(unpooled, "ses")[groups].to_numpy())
    assert shrunk["y"] == pytest.approx(mixed.estimate("ses"))  # parallel lines: one slope
    assert "parallel" in page.sentences


def test_a_picked_group_is_highlighted_everywhere(view: OpenView, unpooled: UnpooledFit) -> None:
    page = view(PAGE, data="classroom", group="11")
    assert page.trace("pooling", "group 11 (n = ")
    assert page.trace("pooling", "arrow of 11")
    own = _own(unpooled, "ses")["11"]
    assert page.trace("slopes", "group 11")["y"][1] == pytest.approx(own)
    assert page.trace("slope-density", "group 11")["x"][0] == pytest.approx(own)
    assert "**Group 11** of schoolid has" in page.sentences


def test_a_group_of_another_level_is_let_go(view: OpenView) -> None:
    page = view(PAGE, data="classroom", group="11")
    page.app.segmented_control(key="lines-of").set_value("classid:schoolid")
    assert page.run().app.selectbox(key="group").value is None


def test_lines_of_the_inner_level(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="lines-of").set_value("classid:schoolid")
    page.run()
    own = fit_unpooled(MODEL, classroom, level="classid:schoolid")
    average = _of(own.averages, "ses")
    printed = page.table("slopes-compared")
    assert agrees(printed[1]["Slope"], average["mean"])
    assert printed[1]["From"] == f"{average['n_groups']} groups"
    assert page.trace("pooling", f"unpooled ({average['n_groups']} lines)")


def test_the_regressions_stand_below(
    view: OpenView, pooled: PooledFit, unpooled: UnpooledFit
) -> None:
    page = view(PAGE, data="classroom")
    rows = page.table("pooled-coefficients")
    for row, own in zip(rows, pooled.coefficients.itertuples(), strict=True):
        assert row["Term"] == own.term
        assert agrees(row["Estimate"], own.estimate)
        assert agrees(row["SE"], own.se)
        assert agrees(row["Robust SE"], own.robust_se)
    assert rows[0]["Estimate"] == "466.845"
    facts = {row[""]: row["Value"] for row in page.table("pooled-facts")}
    assert agrees(facts["Residual standard error"], pooled.sigma)
    assert agrees(facts["R²"], pooled.r2)
    grid = page.grid("group-regressions").set_index("Group")
    assert len(grid) == unpooled.n_groups
    assert grid["Estimate of ses"].to_numpy() == pytest.approx(
        _own(unpooled, "ses")[grid.index].to_numpy(), nan_ok=True
    )


def test_rows_with_missing_values_are_counted(view: OpenView) -> None:
    page = view(
        PAGE, data="classroom", outcome="mathkind", predictor=["ses", "mathknow"], level="schoolid"
    )
    assert any("109 of" in note and "mathknow 109" in note for note in page.notes("note"))
    assert page.table("slopes-compared")[0]["From"] == "1,081 rows"
    page.app.segmented_control(key="slope-of").set_value("mathknow")
    assert "mathknow" in page.run().answer


def test_opposite_signs_within_and_between_are_told(view: OpenView) -> None:
    rows = [
        f"{10 * g - 2 * w + (g * w) % 3 / 10},{g + w},g{g}" for g in range(12) for w in range(6)
    ]
    page = view("data/load", data="upload", file="s.csv", outcome="y", predictor="x", level="g")
    page.upload(("y,x,g\n" + "\n".join(rows)).encode(), "s.csv").go(PAGE)
    assert any("Simpson" in note for note in page.notes("caution"))

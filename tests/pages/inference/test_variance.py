"""Inference, Variance: sentence, bars and tables carry the shares of the two fits."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from mlm_core import VarianceShares, fit_mixed, icc, share_intervals, variance_function
from mlm_core.data.model import Model
from mlm_core.inference import bootstrap
from mlm_core.inference.variance_function import round_values
from tests.pages.view import View, agrees, numbers_in

PAGE = "inference/variance"
OpenView = Callable[..., View]
CONDITIONAL = "mathkind ~ ses + (1 | schoolid/classid)"
BARE = "mathkind ~ 1 + (1 | schoolid/classid)"


def _shares(formula: str, data: pd.DataFrame, method: str = "REML") -> VarianceShares:
    return icc(fit_mixed(Model(formula), data, method=method))


def _agrees_with(page: View, result: VarianceShares, *, of: str = "") -> None:
    """Check the tables and the bar of one model."""
    rows = page.table(f"shares{of}")
    for row, part in zip(rows[:-1], result.shares.itertuples(), strict=True):
        assert agrees(row["Variance"], part.variance)
        # Percentages are made to add to 100, which may move one by a digit.
        assert numbers_in(row["Share"])[0] == pytest.approx(100 * part.share, abs=0.1)
    assert agrees(rows[-1]["Variance"], result.total_variance)
    for row, own in zip(page.table(f"icc{of}"), result.correlations["icc"], strict=True):
        assert agrees(row["ICC"], own)
    bar = 1 if of else 0
    drawn = [float(trace["x"][bar]) for trace in page.figure("variance-shares")]
    assert drawn == pytest.approx(result.shares["share"].tolist())
    assert sum(drawn) == pytest.approx(1)


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, view: OpenView) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Variance"
    assert not page.notes("stop")
    assert sum(numbers_in(page.answer)) == 100
    assert page.table("shares")[-1]["Share"] == "100.0%"
    assert len(page.figure("variance-shares")) == len(page.table("shares")) - 1


def test_it_says_what_is_still_to_choose(view: OpenView) -> None:
    page = view(PAGE, data="classroom", method="ML")
    assert not page.notes("stop")
    assert "outcome" in page.notes("note")[0]


def test_the_shares_of_the_handout(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    assert numbers_in(page.answer) == [21, 2, 77]
    assert "at 0.21 and" in page.sentences
    assert "at 0.19 and" in page.sentences
    _agrees_with(page, _shares(BARE, classroom))
    _agrees_with(page, _shares(CONDITIONAL, classroom), of="-conditional")


def test_the_switch_to_ml_refits_both(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.segmented_control(key="method").set_value("ML")
    page.run()
    _agrees_with(page, _shares(BARE, classroom, "ML"))
    _agrees_with(page, _shares(CONDITIONAL, classroom, "ML"), of="-conditional")


def test_without_predictors_there_is_one_model(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.multiselect(key="predictors").set_value([])
    page.run()
    assert {len(trace["x"]) for trace in page.figure("variance-shares")} == {1}
    _agrees_with(page, _shares(BARE, classroom))
    with pytest.raises(AssertionError, match="no table"):
        page.table("shares-conditional")


def test_with_slopes_it_says_where_the_shares_hold(
    view: OpenView, sleepstudy: pd.DataFrame
) -> None:
    page = view(PAGE, data="sleepstudy")
    assert any("Days = 4.5" in note for note in page.notes("note"))
    formula = "Reaction ~ Days + (1 + Days | Subject)"
    _agrees_with(page, _shares(formula, sleepstudy), of="-conditional")


def test_both_models_stand_on_the_same_rows(view: OpenView, classroom: pd.DataFrame) -> None:
    predictors = ["ses", "mathknow"]
    levels = ["schoolid", "classid"]
    page = view(PAGE, data="classroom", outcome="mathkind", predictor=predictors, level=levels)
    rows = classroom.dropna(subset=["mathknow"]).reset_index(drop=True)
    _agrees_with(page, _shares(BARE, rows))
    conditional = "mathkind ~ ses + mathknow + (1 | schoolid/classid)"
    _agrees_with(page, _shares(conditional, rows), of="-conditional")


@pytest.mark.parametrize("page", ["inference/variance", "inference/tests"])
def test_rows_lost_are_told(view: OpenView, page: str) -> None:
    shown = view(
        page,
        data="classroom",
        outcome="mathkind",
        predictor=["ses", "mathknow"],
        level=["schoolid", "classid"],
    )
    assert any("109 of 1,190 rows are left out" in note for note in shown.notes("note"))


def test_quick_intervals_are_there_at_once(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    fit = fit_mixed(Model(CONDITIONAL), classroom)
    for of, conditional in (("", False), ("-conditional", True)):
        own = share_intervals(fit, 1000, seed=1, conditional=conditional)
        for row, expected in zip(
            page.table(f"shares{of}")[:-1], own.shares.itertuples(), strict=True
        ):
            assert agrees(row["95% from"], expected.lower)
            assert agrees(row["95% to"], expected.upper)
        for row, expected in zip(
            page.table(f"icc{of}"), own.correlations.itertuples(), strict=True
        ):
            assert agrees(row["ICC"], expected.icc)
            assert agrees(row["95% to"], expected.upper)


@pytest.mark.parametrize("is_quick", [True, False])
def test_intervals_wait_until_they_are_asked_for(
    is_quick: bool, view: OpenView, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow ones from the start, quick ones once they were cancelled."""
    if not is_quick:
        monkeypatch.setattr(bootstrap, "_QUICK", 0)
    page = view(PAGE, data="sleepstudy")
    assert ("95% to" in page.table("icc")[0]) == is_quick
    if is_quick:
        page.app.session_state["share-intervals"] = False
    page.app.session_state["intervals"] = "comparison"  # a choice of another page
    for _ in range(2):
        page.run()
        assert "95% to" not in page.table("icc")[0]
    page.app.button(key="share-intervals-ask").click()
    page.run()
    assert "95% to" in page.table("icc")[0]


def test_what_grouping_costs(view: OpenView) -> None:
    page = view(PAGE, data="classroom")
    assert page.table("design-effect")[-1]["Where"] == "Design effect"
    assert "the 1,190 rows are worth about 312" in page.sentences
    schools = page.table("reliability")[0]
    assert (schools["Mean"], schools["Least"], schools["Most"]) == ("0.67", "0.31", "0.87")


def test_variance_along_a_slope(view: OpenView, sleepstudy: pd.DataFrame) -> None:
    page = view(PAGE, data="sleepstudy")
    fit = fit_mixed(Model("Reaction ~ Days + (Days | Subject)"), sleepstudy)
    own = variance_function(fit, "Days")
    assert page.trace("variance-function", "between Subject")["y"] == pytest.approx(
        own.table["variance"][:41].tolist()
    )
    for row, expected in zip(
        page.table("variance-points"),
        variance_function(fit, "Days", round_values(fit, "Days")).table.itertuples(),
        strict=True,
    ):
        assert agrees(row["Days"], expected.x)
        assert agrees(row["Variance"], expected.variance)
    assert not view(PAGE, data="classroom").has_figure("variance-function")

"""Inference, Checks: residuals, quantiles, influence, standard errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from mlm_core import cluster_robust, fit_mixed, influence, kenward_roger, residuals
from mlm_core.data.model import Model
from mlm_core.inference import refits
from mlm_core.inference.residual_checks import residual_correlations, residual_heterogeneity
from pages._ui import long_work
from tests.pages.view import View, agrees

PAGE = "inference/checks"
OpenView = Callable[..., View]
CLASSROOM = Model("mathkind ~ ses + (1 | schoolid/classid)")


@pytest.mark.parametrize("data", ["classroom", "hsb82", "sleepstudy"])
def test_it_is_whole(data: str, view: OpenView) -> None:
    page = view(PAGE, data=data)
    assert page.app.title[0].value == "Checks"
    assert not page.notes("stop")
    assert "are correlated by" in page.answer


def test_correlations_of_residuals(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    found = residual_correlations(fit_mixed(CLASSROOM, classroom))
    rows = page.table("residual-correlations")
    for row, own in zip(rows, found.itertuples(), strict=True):
        assert agrees(row["Fixed part taken out"], own.fixed_only)
        assert agrees(row["Groups' effects too"], own.with_effects)


def test_residuals_of_both_kinds(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    fit = fit_mixed(CLASSROOM, classroom)
    assert page.trace("residuals-over-fitted", "a row")["y"] == pytest.approx(
        residuals(fit, classroom)
    )
    page.app.segmented_control(key="fitted").set_value("none")
    page.run()
    assert page.trace("residuals-over-fitted", "a row")["y"] == pytest.approx(
        residuals(fit, classroom, effects="none")
    )


def test_quantiles(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    fit = fit_mixed(CLASSROOM, classroom)
    rest = np.sort(residuals(fit, classroom))
    drawn = page.trace("residual-quantiles", "residuals")["y"]
    assert [drawn[0], drawn[-1]] == pytest.approx([rest[0] / rest.std(), rest[-1] / rest.std()])
    modes = page.trace("mode-quantiles", "conditional modes")["y"]
    assert len(modes) == 107
    assert "The conditional modes look normal" in page.sentences


def test_influence(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    page.app.session_state["tab"] = "Influence"
    page.run()
    assert "group 52 moves the fixed effects most" in page.sentences
    own = influence(fit_mixed(CLASSROOM, classroom), "schoolid").table
    top = own.nlargest(10, "cooks_distance")
    rows = page.table("influence")
    assert [row["Left out"] for row in rows] == top["group"].tolist()
    for row, distance in zip(rows, top["cooks_distance"], strict=True):
        assert agrees(row["Cook's distance"], distance)
    page.app.segmented_control(key="left-out").set_value("classid:schoolid")
    page.run()
    assert len(page.figure("influence")[1]["y"]) == 40


def test_one_variance(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    found = residual_heterogeneity(fit_mixed(CLASSROOM, classroom), "schoolid")
    drawn = page.trace("residual-spread", "a group")
    assert list(drawn["y"]) == pytest.approx(found.table["sd"].tolist())


def test_three_standard_errors(view: OpenView, classroom: pd.DataFrame) -> None:
    page = view(PAGE, data="classroom")
    fit = fit_mixed(CLASSROOM, classroom)
    kr, robust = kenward_roger(fit).coefficients, cluster_robust(fit).coefficients
    for place, row in enumerate(page.table("standard-errors")):
        assert agrees(row["SE, model"], fit.coefficients["se"][place])
        assert agrees(row["SE, Kenward-Roger"], kr["se"][place])
        assert agrees(row["df, Kenward-Roger"], kr["df"][place])
        assert agrees(row["SE, robust (CR2)"], robust["se"][place])
        assert agrees(row["df, robust (CR2)"], robust["df"][place])


def test_a_singular_fit_can_be_checked_too(view: OpenView) -> None:
    page = view(PAGE, data="classroom", outcome="mathkind", predictor="ses", level="schoolid",
                slope="1:ses")  # fmt: skip
    assert any("estimated as minus one" in note for note in page.notes("caution"))
    for tab in ("Are the groups?", "Influence", "Standard errors"):
        page.app.session_state["tab"] = tab
        page.run()
        assert not page.notes("stop")
    assert any("Kenward and Roger's method counts 62.9" in note for note in page.notes("caution"))


def test_long_work_is_shown_and_drawn_again(
    view: OpenView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", 0.0)
    monkeypatch.setattr(refits, "_AT_ONCE", 312 * 3 * 10)
    page = view(PAGE, data="classroom", outcome="mathgain", predictor="sex", level="schoolid")
    page.app.session_state["tab"] = "Influence"
    for _ in range(2):
        page.run()
        assert "moves the fixed effects most" in page.sentences


def test_very_many_groups_are_refitted_when_asked(
    view: OpenView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refits, "_QUICK", 1000)
    page = view(PAGE, data="classroom")
    page.app.session_state["tab"] = "Influence"
    page.run()
    assert not page.has_figure("influence")
    page.app.button(key="refitted-ask").click()
    page.run()
    assert page.has_figure("influence")

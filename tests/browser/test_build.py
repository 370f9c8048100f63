"""Building models in a real browser: a list grows by clicks, a group is looked up by one."""

from __future__ import annotations

from typing import Any

import pandas as pd
from playwright.sync_api import expect

from mlm_core import fit_mixed, influence
from mlm_core.data.model import Model

ASKED = "data=classroom&outcome=mathkind&predictor=ses&predictor=housepov&level=schoolid"


def test_models_are_built_level_by_level(same_screen: Any) -> None:
    screen = same_screen.open(f"/build?{ASKED}&level=classid")
    screen.main.get_by_role("button", name="Build it up level by level").click()
    screen.main.get_by_text("From + ses to + housepov (schoolid)").wait_for()
    screen.main.get_by_role("button", name="✕").first.click()
    screen.main.get_by_label("Model 3").wait_for(state="detached")
    expect(screen.main.get_by_label("Model 2")).to_have_value("+ housepov (schoolid)")
    assert len(screen.settle().traces("variance-paths")) == 3


def test_a_singular_fit_is_mended(same_screen: Any) -> None:
    screen = same_screen.open(
        "/build?data=classroom&outcome=mathkind&predictor=ses&level=schoolid&slope=1:ses"
    )
    screen.main.get_by_role("button", name="Add the model in the sidebar").click()
    screen.main.get_by_text("estimated as minus one").wait_for()
    screen.main.get_by_role("button", name="without correlations").click()
    screen.main.get_by_role("button", name="without the slope of ses").click()
    screen.main.get_by_text("mathkind ~ ses + (1 | schoolid)").last.wait_for()
    screen.main.get_by_text("estimated as").wait_for(state="detached")


def test_influence_is_there_at_once(same_screen: Any, classroom: pd.DataFrame) -> None:
    screen = same_screen.open("/checks?data=classroom&tab=Influence")
    screen.main.get_by_text("group 52 moves the fixed effects most").wait_for()
    fit = fit_mixed(Model("mathkind ~ ses + (1 | schoolid/classid)"), classroom)
    largest = influence(fit).table["cooks_distance"].max()
    drawn = screen.traces("influence")[1]["y"]
    assert max(drawn) == largest or abs(max(drawn) - largest) < 1e-9

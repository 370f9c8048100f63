"""The tour in a real browser: question, answer, the picture of the step, and its link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from playwright.sync_api import expect

from mlm_core import fit_unpooled
from mlm_core.data.model import Model

MODEL = Model("mathkind ~ ses + (1 | schoolid/classid)")


def test_a_walk_through_the_tour(same_screen: Any, classroom: pd.DataFrame) -> None:
    same_screen.open("/tour")
    same_screen.main.get_by_role("button", name="Begin").click()
    same_screen.main.get_by_role("heading", name="Groups", level=1, exact=True).wait_for()
    strip = same_screen.main.locator(".st-key-tour-strip")
    expect(strip).to_contain_text("How many of each")
    strip.get_by_text("Show the answer").click()
    strip.get_by_text("312 groups of classid").wait_for()
    for title in ("Lines differ", "Groups differ", "Groups differ", "Lines differ", "Pooling"):
        strip.get_by_role("button", name="Next").click()
        same_screen.settle()
        same_screen.main.get_by_role("heading", name=title, level=1, exact=True).wait_for()
    assert same_screen.query["tour"] == ["6"]
    assert same_screen.traces("pooling")
    strip.get_by_text("Show the answer").click()
    own = fit_unpooled(MODEL, classroom).averages.set_index("term").loc["ses"]
    strip.get_by_text(f"the median {own['median']:.2f}").wait_for()


def test_a_step_can_be_sent(open_screen: Callable[[str], Any], server: str) -> None:
    screen = open_screen(server).open("/variance?data=classroom&level=schoolid&tour=11"
                                      "&outcome=mathkind")  # fmt: skip
    expect(screen.main.locator(".st-key-tour-strip")).to_contain_text("Tour, 11 of")
    assert "21%" not in screen.answer
    screen.main.locator(".st-key-tour-strip").get_by_text("Show the answer").click()
    expect(screen.main.locator(".st-key-answer")).to_contain_text("21%")
    assert screen.traces("variance-shares")
    screen.main.get_by_role("button", name="Leave the tour").click()
    screen.settle()
    expect(screen.main.locator(".st-key-tour-strip")).to_have_count(0)
    assert "tour" not in screen.query


def test_the_question_stays_in_the_presenters_view(same_screen: Any) -> None:
    same_screen.open("/pooling?data=classroom&tour=7&presenter=true")
    strip = same_screen.main.locator(".st-key-tour-strip")
    strip.get_by_text("Move the slider to both ends").wait_for()
    expect(same_screen.main.locator(".stPlotlyChart")).to_have_count(1)


def test_a_walk_in_the_presenters_view(open_screen: Callable[[str], Any], server: str) -> None:
    screen = open_screen(server).open("/tour?presenter=true")
    screen.main.get_by_role("button", name="Begin").click()
    screen.main.get_by_role("heading", name="Groups", level=1, exact=True).wait_for()
    strip = screen.main.locator(".st-key-tour-strip")
    for title in ("Lines differ", "Groups differ", "Groups differ"):
        strip.get_by_role("button", name="Next").click()
        screen.settle()
        screen.main.get_by_role("heading", name=title, level=1, exact=True).wait_for()
    assert screen.traces("pairs")
    expect(screen.main.locator(".stPlotlyChart")).to_have_count(1)
    assert screen.query["presenter"] == ["true"]


def test_an_example_opens_in_the_presenters_view(
    open_screen: Callable[[str], Any], server: str
) -> None:
    screen = open_screen(server).open("/?presenter=true")
    screen.main.get_by_role("button", name="Open classroom").click()
    screen.main.get_by_role("heading", name="Pooling", level=1, exact=True).wait_for()
    assert screen.traces("pooling-lines")
    assert screen.query["presenter"] == ["true"]

"""Drawn data in a real browser: what is offered, refused, explained and handed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from playwright.sync_api import expect

from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_draws import draw_table
from mlm_core.inference.simulation_lines import MOST_POINTS
from tests.browser.lessons import lesson, move

CLASSES = PRESETS["100 classes of 200 pupils"]
(LEVEL,) = CLASSES.levels
# What is offered and explained, whichever slider was moved.
STANDING = ("use-drawn", "save-simulated", "how")


def test_a_drawn_table_goes_to_the_other_pages_and_into_the_link(
    open_screen: Callable[[str], Any], server: str
) -> None:
    screen = lesson(open_screen(server), "simulate", "Draw data")
    assert screen.answer.startswith("Seed 1 draws 20,000 rows in 100 groups of class.")
    assert len(screen.traces("many-lines")[1]["x"]) == MOST_POINTS
    screen.main.get_by_role("button", name="Use this table on all pages").click()
    screen.sidebar.get_by_text("y ~ x + w_class + (1 | class)").wait_for()
    screen.main.get_by_role("link", name="Look at it in Pooling").click()
    screen.main.get_by_role("heading", name="Pooling", level=1, exact=True).wait_for()
    screen.settle()
    told, link = screen.answer, screen.page.url.removeprefix(server)
    assert screen.query["data"] == ["simulated"]
    other = open_screen(server).open(link)
    other.sidebar.get_by_text("y ~ x + w_class + (1 | class)").wait_for()
    assert other.answer == told


def test_a_design_that_cannot_be_fitted_takes_the_figures_away(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Draw data")
    told = same_screen.answer
    same_screen.main.get_by_text("Change the design").click()
    charts = same_screen.main.locator(".stPlotlyChart")
    move(same_screen, "Pupils in each class", "Home")  # one row a group
    refused = "take at least two rows a group"
    expect(same_screen.main.locator(".st-key-answer")).to_contain_text(refused)
    standing = (charts, *(same_screen.main.locator(f".st-key-{key}") for key in STANDING))
    for each in standing:
        expect(each).to_have_count(0)
    move(same_screen, "Pupils in each class", "End")
    for each in standing:
        expect(each).to_have_count(1)
    assert same_screen.answer.startswith("Seed 1 draws 30,000 rows")
    assert same_screen.answer != told


def test_what_stands_is_about_the_moved_design(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Draw data")
    same_screen.main.get_by_text("Change the design").click()
    how = same_screen.main.locator(".st-key-how")
    move(same_screen, "Pupils in each class", "End")
    how.locator("summary").click()
    expect(how).to_contain_text(_in_r(classes=100, pupils=300))
    move(same_screen, "Number of classes", "End")  # while the box is open
    expect(how).to_contain_text(_in_r(classes=200, pupils=300))
    move(same_screen, "Pupils in each class", "ArrowLeft")
    expect(how).to_contain_text(_in_r(classes=200, pupils=299))
    how.locator("summary").click()
    same_screen.settle()
    move(same_screen, "Number of classes", "Home")
    with same_screen.page.expect_download() as download:
        same_screen.main.get_by_role("button", name="Download the table as CSV").click()
    table = pd.read_csv(download.value.path())
    pd.testing.assert_frame_equal(
        table,
        draw_table(replace(CLASSES, levels=(replace(LEVEL, groups=2.0),), rows=299.0), seed=1),
    )
    how.locator("summary").click()
    expect(how).to_contain_text(_in_r(classes=2, pupils=299))


def _in_r(*, classes: int, pupils: int) -> re.Pattern[str]:
    return re.compile(rf"seq_len\({classes}\)\)\s+dat <- inside\(dat, rep\({pupils}, ")


def test_slopes_that_differ_bring_their_correlation(same_screen: Any) -> None:
    lesson(same_screen, "simulate", "Draw data")
    same_screen.main.get_by_text("Change the design").click()
    correlation = same_screen.main.get_by_role("slider", name="Correlation of intercepts")
    expect(correlation).to_have_count(0)
    slopes = "SD of the slopes of x between classes"
    move(same_screen, slopes, "ArrowRight")
    expect(correlation).to_have_count(1)
    told = same_screen.answer
    correlation.focus()
    correlation.press("End")
    same_screen.settle()
    assert same_screen.answer != told
    move(same_screen, slopes, "Home")
    expect(correlation).to_have_count(0)


def test_the_moved_design_is_what_goes_to_the_other_pages(
    open_screen: Callable[[str], Any], server: str
) -> None:
    screen = lesson(open_screen(server), "simulate", "Draw data")
    screen.main.get_by_text("Change the design").click()
    move(screen, "Pupils in each class", "End")
    move(screen, "Number of classes", "Home")
    assert screen.answer.startswith("Seed 1 draws 600 rows in 2 groups of class.")
    screen.main.get_by_role("button", name="Use this table on all pages").click()
    screen.main.get_by_text("This table is in use on all pages now").wait_for()
    screen.main.get_by_role("link", name="Look at it in Pooling").click()
    screen.main.get_by_role("heading", name="Pooling", level=1, exact=True).wait_for()
    screen.settle()
    assert screen.query["data"] == ["simulated"]
    other = open_screen(server).open(f"/load{screen.page.url[screen.page.url.index('?') :]}")
    assert "600 rows" in other.answer

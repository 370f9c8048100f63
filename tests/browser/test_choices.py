"""A person's way through the app: choices beside and on the pages, the link, the picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

FORMULA = "mathkind ~ ses + sex + (1 | schoolid/classid)"


def _pick(screen: Any, option: str) -> None:
    """Choose one of the options a page shows side by side."""
    screen.main.get_by_role("radio", name=option, exact=True).click()
    screen.settle()


def test_choices_survive_page_changes_and_can_be_sent_as_a_link(
    open_screen: Callable[[str], Any], server: str
) -> None:
    screen = open_screen(server).open("/groups-differ?data=classroom")
    screen.choose("Predictors", "sex")
    _pick(screen, "classid")
    assert "312 groups" in screen.answer
    told, link = screen.answer, screen.page.url.removeprefix(server)
    assert screen.query["predictor"] == ["ses", "sex"]
    assert screen.query["of"] == ["classid"]

    screen.page.reload()  # a new session: only the link is left
    screen.settle()
    assert screen.answer == told
    screen.sidebar.get_by_text(FORMULA).wait_for()

    screen.go_to("Model", "Mixed")
    screen.sidebar.get_by_text(FORMULA).wait_for()
    assert screen.query["predictor"] == ["ses", "sex"]
    screen.page.go_back()
    screen.main.get_by_role("heading", name="Groups differ", level=1).wait_for()
    screen.settle()
    screen.sidebar.get_by_text(FORMULA).wait_for()
    assert screen.query["predictor"] == ["ses", "sex"]

    _is_restored(open_screen(server).open(link), told)


def _is_restored(other: Any, told: str) -> None:
    """Check what another person sees who opens the link, and that they can draw anew."""
    other.sidebar.get_by_text(FORMULA).wait_for()
    assert other.answer == told
    assert other.query["of"] == ["classid"]
    before = other.traces("pairs")[0]
    assert len(before["x"]) == 270
    other.main.get_by_role("button", name="Draw again").click()
    other.settle()

    def are_others() -> None:
        after = other.traces("pairs")[0]
        assert (before["x"], before["y"]) != (after["x"], after["y"])

    other.soon(are_others)
    assert other.answer == told


def test_quick_choices_are_all_kept(same_screen: Any) -> None:
    same_screen.open("/groups?data=classroom")
    box = same_screen.sidebar.get_by_role("combobox", name="Predictors")
    box.click()
    for name in ("sex", "minority", "mathgain"):  # no waiting between the clicks
        same_screen.page.get_by_role("option", name=name, exact=True).click()
    same_screen.sidebar.get_by_text("mathkind ~ ses + sex + minority + mathgain").wait_for()
    same_screen.settle()
    assert same_screen.query["predictor"] == ["ses", "sex", "minority", "mathgain"]


def test_a_predictor_more_redraws_the_page(same_screen: Any) -> None:
    same_screen.open("/mixed?data=classroom")
    before = same_screen.traces("conditional-modes")
    same_screen.sidebar.get_by_role("combobox", name="Predictors").click()
    option = same_screen.page.get_by_role("option", name="minority", exact=True)
    option.click()
    rows = same_screen.main.locator(".mlm-table")
    rows.get_by_text("minority", exact=True).first.wait_for()

    def is_redrawn() -> None:
        assert same_screen.traces("conditional-modes") != before

    same_screen.soon(is_redrawn)


def test_an_example_is_one_click_away(same_screen: Any) -> None:
    same_screen.open("/")
    same_screen.main.get_by_role("button", name="Open sleepstudy").click()
    same_screen.sidebar.get_by_text("Reaction ~ Days + (1 + Days | Subject)").wait_for()
    same_screen.settle()
    expect(same_screen.main.get_by_role("heading", level=1)).not_to_have_text("Data in groups")
    assert same_screen.query["data"] == ["sleepstudy"]

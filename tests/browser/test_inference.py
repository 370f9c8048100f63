"""Intervals and simulated tests in the browser: asked for, shown, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect


def test_simulated_tests_and_profiles(open_screen: Callable[[str], Any], server: str) -> None:
    screen = open_screen(server).open("/tests?data=classroom")
    screen.main.get_by_role("heading", name="Intervals by profile likelihood").wait_for()
    assert screen.traces("profile")[0]["y"][0] > 3.84
    screen.main.get_by_role("button", name="Simulate", exact=True).click()
    screen.main.get_by_text("Random terms tested in four ways").wait_for()
    screen.settle()
    assert len(screen.traces("null-distribution")[0]["x"]) == 40


def test_long_work_can_be_cancelled(open_screen: Callable[[str], Any], server: str) -> None:
    screen = open_screen(server).open("/tests?data=classroom&samples=5000&test-seed=77")
    screen.main.get_by_role("button", name="Simulate", exact=True).click()
    cancel = screen.main.get_by_role("button", name="Cancel", exact=True)
    cancel.wait_for()
    cancel.click()
    cancel.wait_for(state="detached")
    screen.settle()
    expect(screen.main.get_by_text("Random terms tested in four ways")).to_have_count(0)
    # The page is as usable as before.
    screen.main.get_by_role("heading", name="Intervals by profile likelihood").wait_for()


def test_intervals_of_shares(open_screen: Callable[[str], Any], server: str) -> None:
    screen = open_screen(server).open("/variance?data=sleepstudy")
    screen.main.get_by_text("Intervals from 1,000 samples drawn").first.wait_for()
    screen.settle()
    assert len(screen.traces("variance-function")[0]["x"]) == 41

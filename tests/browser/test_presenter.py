"""The presenter's view in a real browser: larger, one panel, moved on by a remote control."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

WIDTHS = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  return [plot._fullData.find(each => each.name.startsWith('pooled')).line.width,
          plot._fullLayout.font.size];
}"""
SIZE = "() => parseFloat(getComputedStyle(document.querySelector('.st-key-answer p')).fontSize)"


def test_the_switch_enlarges_and_shows_one_panel(same_screen: Any) -> None:
    same_screen.open("/pooling?data=classroom")
    page = same_screen.page
    expect(same_screen.main.locator(".stPlotlyChart")).to_have_count(3)
    same_screen.main.locator(".js-plotly-plot svg.main-svg").first.wait_for()
    line, type_ = page.evaluate(WIDTHS)
    text = page.evaluate(SIZE)
    same_screen.sidebar.get_by_text("Presenter", exact=True).click()
    same_screen.settle()
    expect(same_screen.main.locator(".stPlotlyChart")).to_have_count(1)
    same_screen.traces("pooling-lines")
    expect(same_screen.main.locator(".mlm-table")).to_have_count(0)
    larger_line, larger_type = page.evaluate(WIDTHS)
    assert larger_line > 1.3 * line
    assert larger_type > 1.2 * type_
    assert page.evaluate(SIZE) > 1.2 * text
    assert same_screen.query["presenter"] == ["true"]


def test_a_remote_control_goes_from_panel_to_panel(same_screen: Any) -> None:
    same_screen.open("/pooling?data=classroom&presenter=true")
    same_screen.traces("pooling-lines")
    box = same_screen.main.locator(".st-key-figure-pooling-lines").bounding_box()
    assert box["y"] + box["height"] < 800  # the whole figure is on the screen
    same_screen.page.keyboard.press("PageDown")
    same_screen.settle()
    assert same_screen.traces("pooling-arrows")
    expect(same_screen.main.locator(".stPlotlyChart")).to_have_count(1)
    same_screen.page.keyboard.press("PageDown")
    same_screen.settle()
    expect(same_screen.main.locator(".stPlotlyChart")).to_have_count(0)
    same_screen.main.get_by_text("14.359").wait_for()
    same_screen.page.keyboard.press("PageUp")
    same_screen.settle()
    assert same_screen.traces("pooling-arrows")

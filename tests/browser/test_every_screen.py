"""What holds for every screen: whole by its own link, pictures with words, no serious barrier.

The screens are those of the sitemap, so that a new one is tested without being named here. Nothing
is fetched from elsewhere, and nothing is said on the console (see ``conftest``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import violations
from tests.browser.sites import SITES, Site

SCHEMES = ("light", "dark")
IS_DARK = """() => {
  const colour = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
  return Math.max(...colour.match(/\\d+/g).slice(0, 3).map(Number)) < 128;
}"""
# Titles of axes that a figure has and the screen does not show.
UNTITLED = """() => [...document.querySelectorAll(".js-plotly-plot")].flatMap(plot => {
  const seen = [...plot.querySelectorAll(".infolayer text")].map(each => each.textContent);
  const shown = text => new DOMParser().parseFromString(text, "text/html").body.textContent;
  return Object.keys(plot.layout).filter(key => /^[xy]axis/.test(key))
    .map(key => plot.layout[key].title?.text).filter(text => text)
    .filter(text => !seen.includes(shown(text)));
})"""
MOST_STOPS = 400
# Marks where the focus is; tells whether it can be seen there. None where the page ends.
VISIT = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  node.dataset.visited = "yes";
  const style = getComputedStyle(node);
  const isRinged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {name: `${node.tagName} ${node.getAttribute("aria-label") || node.textContent}`,
          isRinged};
}"""
# Controls in sight that the focus never came to, unless they are reached by arrow keys from one of
# their group that it did come to.
UNVISITED = """() => {
  const kinds = "button, a[href], input, select, textarea, summary, [role=button], [role=slider]";
  const group = "[role=radiogroup], [role=group], [role=tablist], [role=grid], [role=combobox]";
  const isVisited = node => node.matches("[data-visited]") || node.querySelector("[data-visited]");
  return [...document.querySelectorAll(kinds)].filter(node => {
    const box = node.getBoundingClientRect();
    const around = node.closest(group);
    const isInSight = node.checkVisibility({visibilityProperty: true, opacityProperty: true});
    return box.width > 1 && box.height > 1 && !node.disabled && isInSight &&
      !isVisited(node) && !node.closest("[data-visited]") && !(around && isVisited(around));
  }).map(node => node.outerHTML.slice(0, 160));
}"""


@pytest.fixture(scope="module", params=SITES, ids=lambda site: site.name)
def site(request: pytest.FixtureRequest) -> Site:
    return request.param


def test_it_is_whole(site: Site, same_screen: Any) -> None:
    same_screen.stay_at(site.address)
    page, main = same_screen.page, same_screen.main
    expect(main.get_by_role("heading", level=1)).to_have_count(1)
    assert main.locator(".mlm-question").first.inner_text().endswith(("?", "."))
    page.get_by_role("link", name="Start", exact=True).wait_for()
    assert page.get_by_role("dialog").count() == 0  # "Page not found"
    assert page.get_by_test_id("stException").count() == 0
    assert main.get_by_text("Stop.", exact=True).count() == 0


def test_its_pictures_are_drawn_and_told(site: Site, same_screen: Any) -> None:
    same_screen.stay_at(site.address)
    figures = same_screen.main.get_by_test_id("stPlotlyChart")
    for place in range(figures.count()):
        figure = figures.nth(place)
        figure.scroll_into_view_if_needed()
        figure.locator("svg.main-svg").first.wait_for()
        box = figure.bounding_box()
        assert box["width"] > 100
        assert box["height"] > 60
        told = figure.get_attribute("aria-label")
        assert told
        assert any(character.isdigit() for character in told), told


def test_the_axes_of_its_pictures_have_their_titles(site: Site, same_screen: Any) -> None:
    same_screen.stay_at(site.address)
    same_screen.settle()
    for plot in same_screen.main.locator(".js-plotly-plot").all():
        plot.locator("svg.main-svg").first.wait_for()
    same_screen.page.wait_for_timeout(500)  # a title may be taken away again
    assert same_screen.page.evaluate(UNTITLED) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_it_has_no_serious_barrier(site: Site, scheme: str, same_screen: Any) -> None:
    same_screen.stay_at(site.address)
    same_screen.page.emulate_media(color_scheme=scheme)
    same_screen.settle()
    assert same_screen.page.evaluate(IS_DARK) == (scheme == "dark")
    found = violations(same_screen.page)
    same_screen.page.emulate_media(color_scheme="light")
    assert not found, "\n".join(found)


def test_every_control_is_reached_by_keyboard_and_seen_to_be(site: Site, same_screen: Any) -> None:
    same_screen.stay_at(site.address)
    page = same_screen.page
    hidden = [stop["name"] for stop in _stops(page) if not stop["isRinged"]]
    assert not hidden, f"the focus cannot be seen on {hidden}"
    missed = page.evaluate(UNVISITED)
    assert not missed, "\n".join(missed)


def _stops(page: Any) -> Iterator[dict[str, Any]]:
    """Go through the page with the Tab key."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(VISIT)
        if stop is None:
            return
        yield stop
    raise AssertionError(f"more than {MOST_STOPS} stops: the focus goes in circles")

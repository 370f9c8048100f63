"""The app in a real browser: every page whole by its own link, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# path -> title
PAGES = {
    "/": "Data in groups",
    "/load": "Load",
    "/groups": "Groups",
    "/groups-differ": "Groups differ",
    "/pooling": "Pooling",
    "/mixed": "Mixed",
    "/variance": "Variance",
    "/tests": "Tests",
}
NEVER_VISITED_BEFORE = ("/groups", "/pooling", "/tests")


def _is_whole(screen: Any, title: str) -> None:
    page = screen.page
    assert screen.main.get_by_role("heading", level=1).inner_text() == title
    screen.sidebar.get_by_role("combobox", name="Outcome").wait_for()
    page.get_by_role("link", name="Start", exact=True).wait_for()
    assert page.get_by_role("dialog").count() == 0  # "Page not found"
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("path", NEVER_VISITED_BEFORE)
def test_first_visitor_of_a_server_may_come_by_any_link(
    path: str, fresh_server: str, open_screen: Callable[[str], Any]
) -> None:
    _is_whole(open_screen(fresh_server).open(path), PAGES[path])


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_by_its_link(path: str, screen: Any) -> None:
    _is_whole(screen.open(path), PAGES[path])

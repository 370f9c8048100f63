"""A server and a browser for the browser tests.

``server`` is one app for all tests, ``fresh_server`` starts another one that nobody has visited.
``open_screen(server)`` opens a tab in which every request to another host, every message on the
console's error channel and every uncaught error fails the test when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.app_server import running_app
from tests.browser.chromium import CHROMIUM
from tests.browser.tab import Screen, running_browser

ARTIFACTS = Path(__file__).resolve().parent / "artifacts"


# --- with a browser -------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    CHROMIUM.mark_tests(items, Path(__file__).parent)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """See to it that there is a browser for the test."""
    CHROMIUM.demand()


_FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember whether a test failed, for a picture of its screen."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


# --- servers --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of one running app, shared by all tests."""
    with running_app(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[str]:
    """Address of an app that nobody has visited yet."""
    with running_app(tmp_path) as url:
        yield url


# --- screens --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests."""
    with running_browser() as running:
        yield running


@pytest.fixture
def open_screen(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], Screen]]:
    """Give a function that opens a tab on the app at an address, in a profile of its own."""
    opened: list[Screen] = []

    def open_one(url: str) -> Screen:
        opened.append(_new_tab(browser, url))
        return opened[-1]

    yield open_one
    problems = _look_back(request, opened)
    for screen in opened:
        screen.page.context.close()
    assert not problems, "\n".join(problems)


@pytest.fixture
def screen(open_screen: Callable[[str], Screen], server: str) -> Screen:
    """A tab on the shared app."""
    return open_screen(server)


@pytest.fixture(scope="module")
def _kept_tab(browser: Browser, server: str) -> Iterator[Screen]:
    tab = _new_tab(browser, server)
    yield tab
    tab.page.context.close()


@pytest.fixture
def same_screen(_kept_tab: Screen, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A tab that the tests of a module share: every address opened in it is a new session."""
    _kept_tab.problems.clear()
    yield _kept_tab
    assert not _look_back(request, [_kept_tab]), "\n".join(_kept_tab.problems)


def _new_tab(browser: Browser, url: str) -> Screen:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    return Screen(context.new_page(), url)


def _look_back(request: pytest.FixtureRequest, screens: list[Screen]) -> list[str]:
    """Return what went wrong in the tabs of a test, which are photographed if it failed."""
    problems = [problem for screen in screens for problem in screen.problems]
    if problems or request.node.stash.get(_FAILED, False):
        ARTIFACTS.mkdir(exist_ok=True)
        for number, screen in enumerate(screens):
            name = "".join(c if c.isalnum() else "-" for c in request.node.name)
            screen.page.screenshot(path=ARTIFACTS / f"{name}-{number}.png", full_page=True)
    return problems

"""A server and a browser for the browser tests.

``server`` is one app for all tests, ``fresh_server`` starts another one that nobody has visited.
``open_screen(server)`` opens a tab in which every request to another host, every message on the
console's error channel and every uncaught error fails the test when it ends.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import chromium
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
ARTIFACTS = Path(__file__).resolve().parent / "artifacts"
START_LIMIT = 60  # seconds; about 3 on an idle machine
STEP_LIMIT = 30_000  # milliseconds for anything a tab waits for
MISSING = "no Chromium on this machine: the browser tests did not run"
# Seen in every Streamlit app, harmless: the security policy stops a script it does without, and a
# page's link first looks for the server beneath its own path.
TOLERATED_TEXT = "Content Security Policy directive 'script-src"
TOLERATED_PLACES = ("/_stcore/health", "/_stcore/host-config")

TRACES = """plot => plot._fullData.map(trace => ({
  name: trace.name, x: Array.from(trace.x || []), y: Array.from(trace.y || [])}))"""

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


# --- without a browser ----------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; without a browser skip them, or fail where CI asks for all."""
    here = [item for item in items if Path(item.path).is_relative_to(Path(__file__).parent)]
    for item in here:
        item.add_marker(pytest.mark.browser)
    if here and chromium.find() is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            raise pytest.UsageError(MISSING)
        for item in here:
            item.add_marker(pytest.mark.skip(reason=MISSING))
        config.stash[_SKIPPED] = len(here)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say loudly, after everything else, that the browser tests did not run."""
    if count := config.stash.get(_SKIPPED, 0):
        print(f"\n!!! {count} browser tests SKIPPED: {MISSING} (set CHROMIUM to its path) !!!")


_SKIPPED: pytest.StashKey[int] = pytest.StashKey()
_FAILED: pytest.StashKey[bool] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember whether a test failed, for a picture of its screen."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


# --- servers --------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError("the app did not start:\n" + log.read_text(errors="replace"))


@contextmanager
def _running_app(folder: Path) -> Iterator[str]:
    port, log = _free_port(), folder / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_healthy(url, process, log)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of one running app, shared by all tests."""
    with _running_app(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[str]:
    """Address of an app that nobody has visited yet."""
    with _running_app(tmp_path) as url:
        yield url


# --- screens --------------------------------------------------------------------------------------


class Screen:
    """One tab of the browser, and what it should not have done."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        page.set_default_timeout(STEP_LIMIT)
        page.on("request", lambda request: self._note_request(request.url))
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))

    def open(self, path: str = "/") -> Screen:
        """Go to an address of the app and wait until it is drawn."""
        self.page.goto(self.url + path)
        return self.settle()

    def settle(self) -> Screen:
        """Wait until the script has run and runs no more."""
        idle = self.page.locator(
            "[data-testid=stApp][data-test-script-state=notRunning]"
            "[data-test-connection-state=CONNECTED]"
        )
        for _ in range(2):
            idle.wait_for()
            self.page.wait_for_timeout(200)
        idle.wait_for()
        return self

    @property
    def main(self) -> Any:
        """The page beside the sidebar."""
        return self.page.get_by_test_id("stMain")

    @property
    def answer(self) -> str:
        """The first sentence of the page, without the joiners that keep names from being links."""
        return str(self.main.locator(".st-key-answer").inner_text()).replace("\u2060", "")

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters of the link in the address bar."""
        return parse_qs(urlsplit(self.page.url).query)

    @property
    def sidebar(self) -> Any:
        """The choices."""
        return self.page.get_by_test_id("stSidebar")

    def go_to(self, section: str, title: str) -> Screen:
        """Open a page through the menu above."""
        self.page.get_by_test_id("stTopNav").get_by_role("button", name=section).click()
        self.page.get_by_role("menuitem", name=title, exact=True).click()
        self.main.get_by_role("heading", name=title, level=1, exact=True).wait_for()
        return self.settle()

    def traces(self, figure: str) -> list[dict[str, Any]]:
        """Return the traces of a figure that is drawn: name, and what plotly made of x and y."""
        plot = self.main.locator(f".st-key-figure-{figure} .js-plotly-plot")
        plot.locator("svg.main-svg").first.wait_for()
        box = plot.bounding_box()
        assert box["width"] > 100 and box["height"] > 100
        return list(plot.evaluate(TRACES))

    def upload(self, name: str, content: bytes) -> Screen:
        """Hand a file to the uploader of the page."""
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.main.locator("input[type=file]").set_input_files(file)
        return self.settle()

    def choose(self, label: str, option: str) -> Screen:
        """Pick an option of a select box or a multiselect of the sidebar."""
        box = self.sidebar.get_by_role("combobox", name=label)
        box.click()
        box.fill(option)
        self.page.get_by_role("option", name=option, exact=True).first.click()
        if self.page.get_by_role("listbox").count():  # Escape empties a box that is closed
            self.page.keyboard.press("Escape")
        return self.settle()

    def _note_request(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.problems.append(f"request to another host: {address}")

    def _note_console(self, message: ConsoleMessage) -> None:
        place = urlsplit(message.location["url"]).path
        is_known = TOLERATED_TEXT in message.text or place.endswith(TOLERATED_PLACES)
        if message.type == "error" and not is_known:
            self.problems.append(f"console: {message.text} ({place})")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*ARGUMENTS, *root]
        )
        yield running
        running.close()


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

"""One tab of the browser: what a person does in it, what it shows, and what it should not do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.browser import chromium

STEP_LIMIT = 60_000  # milliseconds for anything a tab waits for; a second or two on an idle machine
LOOK = 100  # milliseconds between two looks at the same thing
HOVER = 150  # milliseconds within which plotly may look only once for what the mouse is on
HELD_BACK = (
    200  # milliseconds for which a slider waits for the next step before it tells the server
)
expect.set_options(timeout=STEP_LIMIT)
# Seen in every Streamlit app, harmless: the security policy stops a script it does without, and a
# page's link first looks for the server beneath its own path.
TOLERATED_TEXT = "Content Security Policy directive 'script-src"
TOLERATED_PLACES = ("/_stcore/health", "/_stcore/host-config")

TRACES = """plot => plot._fullData.map(trace => ({
  name: trace.name, x: Array.from(trace.x || []), y: Array.from(trace.y || [])}))"""

# Remembers whether the server has replied to what the tab last told it: on a busy machine a script
# that has not begun to run looks like one that has ended.
LISTEN = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...message) {
    window.isUnanswered = true;
    this.addEventListener("message", () => { window.isUnanswered = false; }, {once: true});
    return send.apply(this, message);
  };
}"""
# Leaves the milliseconds from the next key to the change of the answer that follows.
ANSWERED = """() => {
  window.waited = 0;
  let start = NaN;
  document.addEventListener('keydown', () => { start = performance.now(); },
                            {once: true, capture: true});
  const watch = new MutationObserver(() => {
    watch.disconnect();
    window.waited = performance.now() - start;
  });
  watch.observe(document.querySelector('.st-key-answer'),
                {childList: true, subtree: true, characterData: true});
}"""

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start a Chromium that talks to nobody by itself."""
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*ARGUMENTS, *root]
        )
        yield running
        running.close()


class Screen:
    """One tab of the browser, and what it should not have done."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        self._opened = ""
        page.set_default_timeout(STEP_LIMIT)
        page.add_init_script(f"({LISTEN})()")
        page.on("request", lambda request: self._note_request(request.url))
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))

    def open(self, path: str = "/") -> Screen:
        """Go to an address of the app and wait until it is drawn."""
        self.page.goto(self.url + path)
        self._opened = path
        return self.settle()

    def stay_at(self, path: str) -> Screen:
        """Go to an address, unless it was the last one opened."""
        return self if self._opened == path else self.open(path)

    def settle(self) -> Screen:
        """Wait until the script has run and runs no more."""
        idle = self.page.locator(
            "[data-testid=stApp][data-test-script-state=notRunning]"
            "[data-test-connection-state=CONNECTED]"
        )
        for pause in (HELD_BACK, LOOK):
            idle.wait_for()
            self.page.wait_for_timeout(pause)
            self.page.wait_for_function("() => !window.isUnanswered")
        idle.wait_for()
        return self

    def until_filled(self, path: str) -> float:
        """Open an address; return the milliseconds until its first sentence was there."""
        self.page.goto(self.url + path)
        self.main.locator(".st-key-answer").wait_for()
        waited = float(self.page.evaluate("() => performance.now()"))
        self.settle()
        return waited

    def until_answered(self, press: Callable[[], None]) -> float:
        """Return the milliseconds from pressing a key to another first sentence."""
        self.page.evaluate(ANSWERED)
        press()
        waited = float(self.page.wait_for_function("() => window.waited").json_value())
        self.settle()
        return waited

    def soon(self, check: Callable[[], None]) -> None:
        """Repeat a check until it holds; where it never does, its own words fail the test."""
        for _ in range(STEP_LIMIT // LOOK):
            try:
                check()
            except AssertionError:
                self.page.wait_for_timeout(LOOK)
            else:
                return
        check()

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

    def point_at(self, figure: str, place: Callable[[], tuple[float, float]]) -> Screen:
        """Move the mouse onto a mark of a figure, until the figure has noticed it there."""
        plot = self.main.locator(f".st-key-figure-{figure} .js-plotly-plot")

        def is_noticed() -> None:
            x, y = place()
            self.page.mouse.move(x - 6, y - 6)
            self.page.mouse.move(x, y, steps=4)
            self.page.wait_for_timeout(HOVER)
            assert plot.evaluate("plot => (plot._hoverdata || []).length") > 0
            assert [x, y] == list(place())  # and it has not moved away meanwhile

        self.soon(is_noticed)
        return self

    def upload(self, name: str, content: bytes) -> Screen:
        """Hand a file to the uploader of the page."""
        file = {"name": name, "mimeType": "text/csv", "buffer": content}
        self.main.locator("input[type=file]").set_input_files(file)
        return self.settle()

    def choose(self, label: str, option: str) -> Screen:
        """Add an option to a list of several in the sidebar."""
        box = self.sidebar.get_by_role("combobox", name=label)
        box.click()
        box.fill(option)
        self.page.get_by_role("option", name=option, exact=True).first.click()
        self.settle()
        expect(self.page.get_by_role("listbox")).to_be_visible()  # Escape empties a closed one
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_role("listbox")).to_have_count(0)
        return self

    def _note_request(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.problems.append(f"request to another host: {address}")

    def _note_console(self, message: ConsoleMessage) -> None:
        place = urlsplit(message.location["url"]).path
        is_known = TOLERATED_TEXT in message.text or place.endswith(TOLERATED_PLACES)
        if message.type == "error" and not is_known:
            self.problems.append(f"console: {message.text} ({place})")

"""How long people wait for the app: ``python -m benchmarks.app_times``, or ``make bench-app``.

A server is started for every cold time, and the browser opens it with an empty cache; a page is
filled when its script has run and every figure on it is drawn. Warm times run in one tab, from the
press of the key or the mouse button to the last change of a figure on the page: a change is warm
when the tab has shown both pages before. The first time around a tab, when the browser still
fetches and compiles what the pages need, is stated beside it. The sliders of the lessons are timed
in :mod:`benchmarks.slider_times`.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import scale_tables, slider_times
from tests.browser.chromium import find

_ROOT = Path(__file__).resolve().parent.parent
_LIMIT = 60.0
_QUIET = 600  # milliseconds without a change after which nothing more is expected

# What people were promised, in seconds.
PROMISES = {
    "server start to filled Start": 5.0,
    "server start to filled Pooling, by its own link": 5.0,
    "Mixed to Pooling": 0.7,
    "Pooling to Mixed": 0.7,
    "Groups differ to Pooling": 0.7,
    "one more predictor on Pooling": 1.0,
    "a step of the slider, painted": 0.15,
    "1,000,000 rows: Groups differ": 3.0,
    "1,000,000 rows: Lines differ": 3.0,
    "1,000,000 rows: Pooling": 3.0,
}
FIRST = ", first in a tab"
"""What is added to the name of a change of page that is stated only."""
_MILLION = {"Groups differ": "Explore", "Lines differ": "Explore", "Pooling": "Model"}

# First addresses, and the figures that must be there.
_FIRST = {
    "server start to filled Start": ("/", 0),
    "server start to filled Pooling, by its own link": ("/pooling", 1),
}

_FILLED = """figures => {
  const app = document.querySelector('[data-testid=stApp]');
  const plots = [...document.querySelectorAll('.stPlotlyChart')];
  return app?.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && document.querySelector('h1')
    && plots.length >= figures
    && plots.every(plot => plot.querySelector('svg.main-svg .scatterlayer .trace'));
}"""

_IS_TITLE = "title => document.querySelector('h1')?.textContent === title"

# Remembers when a person last acted and when a figure last changed.
_WATCH = """() => {
  window.watch = {acted: 0, changed: 0};
  for (const kind of ['pointerup', 'keydown'])
    addEventListener(kind, () => { watch.acted = watch.changed = performance.now(); }, true);
  const isFigure = node => node.nodeType === 1
    && (node.closest('.stPlotlyChart') || node.querySelector('.stPlotlyChart'));
  new MutationObserver(changes => {
    for (const change of changes)
      if (isFigure(change.target) && change.target.closest('.stPlotlyChart')
          || [...change.addedNodes].some(isFigure)) {
        watch.changed = performance.now();
        return;
      }
  }).observe(document.documentElement, {childList: true, subtree: true, attributes: true});
}"""
_SETTLED = f"""figures => ({_FILLED})(figures) && watch.changed > watch.acted
  && performance.now() - watch.changed > {_QUIET}"""

# From the hand's move to the frame on the screen in which the lines have followed it.
_WATCH_SLIDER = """() => {
  window.steps = [];
  let moved = 0;
  addEventListener('mousemove', () => { moved = performance.now(); }, true);
  new MutationObserver(() => {
    const since = moved;
    moved = 0;
    if (since) requestAnimationFrame(() => {
      const {port1, port2} = new MessageChannel();  // its turn comes when the frame is painted
      port1.onmessage = () => steps.push(performance.now() - since);
      port2.postMessage(0);
    });
  }).observe(document.querySelector('.st-key-figure-pooling .cartesianlayer'),
             {subtree: true, attributes: true, attributeFilter: ['d']});
}"""


# --- servers and tabs -----------------------------------------------------------------------------


@contextmanager
def _server(script: str = "app.py", **environment: str) -> Iterator[str]:
    """Start the app, or another script; it is told where it will live, not waited for."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    app = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | environment,
    )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(timeout=10)


def _until_healthy(url: str) -> None:
    deadline = time.monotonic() + _LIMIT
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("the app did not start")


@contextmanager
def _tab(browser: Browser) -> Iterator[Page]:
    """Open a tab in a profile of its own, so that nothing is cached."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        yield context.new_page()
    finally:
        context.close()


# --- measures -------------------------------------------------------------------------------------


def _cold(browser: Browser, path: str, *, figures: int) -> float:
    start = time.perf_counter()
    with _server() as url, _tab(browser) as page:
        _until_healthy(url)
        page.goto(url + path, wait_until="commit")
        page.wait_for_function(_FILLED, arg=figures, polling=20)
        return time.perf_counter() - start


def _waited(page: Page, act: Callable[[], Any], *, figures: int = 1) -> float:
    """Return the seconds from an action to the last change of a figure."""
    page.evaluate("() => { watch.acted = watch.changed = performance.now(); }")
    act()
    page.wait_for_function(_SETTLED, arg=figures, polling=100)
    return float(page.evaluate("() => watch.changed - watch.acted")) / 1000


def _go(page: Page, section: str, title: str) -> Callable[[], None]:
    def click() -> None:
        page.get_by_test_id("stTopNav").get_by_role("button", name=section).click()
        page.get_by_role("menuitem", name=title, exact=True).click()
        # Not by its role: who asks for that again and again keeps the page from drawing.
        page.wait_for_function(_IS_TITLE, arg=title, polling=100)

    return click


def _predictor(page: Page, name: str) -> Callable[[], None]:
    page.get_by_test_id("stSidebar").get_by_role("combobox", name="Predictors").click()
    option = page.get_by_role("option", name=name, exact=True)
    option.wait_for()
    return option.click


def _around(page: Page, found: dict[str, list[float]], which: str = "") -> None:
    """Go once around the pages of one tab; ``which`` time it is stands behind the names."""
    for title in ("Mixed", "Pooling"):
        before = "Pooling" if title == "Mixed" else "Mixed"
        waited = _waited(page, _go(page, "Model", title))
        found.setdefault(f"{before} to {title}{which}", []).append(waited)
    _waited(page, _go(page, "Explore", "Groups differ"))
    waited = _waited(page, _go(page, "Model", "Pooling"))
    found.setdefault(f"Groups differ to Pooling{which}", []).append(waited)


def _slide(page: Page, found: dict[str, list[float]]) -> None:
    """Take the slider from end to end, slowly enough for every step to be seen."""
    plot = page.locator(".st-key-figure-pooling .js-plotly-plot")
    plot.locator(".slider-grip-rect").scroll_into_view_if_needed()
    grip = plot.locator(".slider-grip-rect").bounding_box()
    rail = plot.locator(".slider-rail-touch-rect").bounding_box()
    assert grip is not None and rail is not None
    y = grip["y"] + grip["height"] / 2
    page.mouse.move(grip["x"] + grip["width"] / 2, y)
    page.mouse.down()
    page.evaluate(_WATCH_SLIDER)
    for step in range(40):
        page.mouse.move(rail["x"] + 20 + (rail["width"] - 40) * step / 39, y)
        page.wait_for_timeout(100)
    page.mouse.up()
    seconds = [each / 1000 for each in page.evaluate("() => steps")]
    found.setdefault("a step of the slider, painted", []).extend(seconds)


def _million(browser: Browser, folder: Path, found: dict[str, list[float]]) -> None:
    """Open the pictures of a million rows that nobody has looked at before."""
    (folder / "sources.toml").write_text('[million]\nfiles = "million.parquet"\n')
    with _server(MLM_SOURCES=str(folder / "sources.toml")) as url, _tab(browser) as page:
        _until_healthy(url)
        page.goto(f"{url}/load?data=million&outcome=y&predictor=x&level=school&level=class")
        page.get_by_role("heading", name="First rows").wait_for()
        page.evaluate(_WATCH)
        for title, section in _MILLION.items():
            waited = _waited(page, _go(page, section, title))
            found.setdefault(f"1,000,000 rows: {title}", []).append(waited)


def measure(repeats: int) -> dict[str, list[float]]:
    """Return all times by what was waited for."""
    found: dict[str, list[float]] = {}
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=root)
        for _ in range(repeats):
            for name, (path, figures) in _FIRST.items():
                found.setdefault(name, []).append(_cold(browser, path, figures=figures))
        with tempfile.TemporaryDirectory() as folder:
            scale_tables.write(Path(folder) / "million.parquet", 1_000_000, 40_000)
            for _ in range(repeats):
                _million(browser, Path(folder), found)
        with _server() as url:
            _until_healthy(url)
            for number in range(1 + repeats):
                with _tab(browser) as page:
                    page.goto(f"{url}/pooling?data=classroom")
                    page.wait_for_function(_FILLED, arg=1, polling=20)
                    page.evaluate(_WATCH)
                    times = found if number else {}  # the server is not warm before
                    _around(page, times, FIRST)
                    _around(page, times)
                    _slide(page, times)
                    choose = _predictor(page, "minority")
                    times.setdefault("one more predictor on Pooling", []).append(
                        _waited(page, choose)
                    )
            with _tab(browser) as page:
                found.update(slider_times.slider_times(page, url))
        with _server("benchmarks/bare_page.py") as url, _tab(browser) as page:
            _until_healthy(url)
            found[slider_times.BARE] = slider_times.bare_times(page, url)
        browser.close()
    return found


def main() -> None:
    """Print best and median of every time beside its promise; fail where the median breaks it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.app_times", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="times everything is measured (5)")
    found = measure(parser.parse_args().repeats)
    print(f"{'seconds':75s}  {'best':>6s}  {'median':>6s}  promised")
    broken = []
    for name, times in found.items():
        if name.endswith((FIRST, slider_times.LAST, slider_times.BARE)):
            print(f"{name:75s}  {min(times):6.3f}  {median(times):6.3f}  stated only")
            continue
        promise = PROMISES.get(name, slider_times.PROMISE)
        mark = "" if median(times) < promise else "  BROKEN"
        broken += [name] if mark else []
        print(f"{name:75s}  {min(times):6.3f}  {median(times):6.3f}  < {promise:g}{mark}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()

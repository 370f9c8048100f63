"""How fast the lessons answer their sliders: from the key to the last change of what is seen.

Every slider of the Learn pages is moved by its arrow key, always on, so that no value is met twice
and none is known before. The clock runs in the page, from the key's press on; a step is over when
the script has run and nothing has changed for a while. Two times are taken of it: to the last
change of the answer and of the leading figure, which is the first on the page, and to the last
change of the last figure. The promise is judged by the first, by its median. The second is stated
beside it for lessons of several figures: a browser without a graphics card draws one after the
other, on the processors that it shares with the server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from playwright.sync_api import Page

STEPS = 9
PROMISE = 0.15
"""Seconds within which a slider was promised to answer, by its sentence and the leading figure."""
LAST = ", to the last figure"
"""What is added to the name of a slider for the time that is stated only."""
BARE = "Streamlit by itself: a slider, a sentence, a figure"
"""What the machine and the framework take, stated beside the lessons."""
_QUIET = 250  # milliseconds without a change after which nothing more is expected
_PATIENCE = 5000  # milliseconds after which no change is expected at all

LESSONS = (
    ("likelihood", "A probability"),
    ("likelihood", "A sample"),
    ("simulate", "Ignore the groups"),
    ("simulate", "Draw data"),
    ("simulate", "Missing data"),
    ("simulate", "Power"),
)

_WATCH = """() => {
  window.slider = {acted: 0, led: 0, changed: 0};
  addEventListener('keydown', () => {
    slider.acted = slider.led = slider.changed = performance.now();
  }, true);
  const seen = '.stPlotlyChart, .st-key-answer';
  new MutationObserver(changes => {
    const now = performance.now(), first = document.querySelector('.stPlotlyChart');
    const parts = new Set();
    for (const {target, addedNodes} of changes) {
      const part = (target.parentElement ?? target).closest(seen);
      if (part) parts.add(part);
      else for (const node of addedNodes)
        if (node.nodeType === 1)
          for (const each of [node, ...node.querySelectorAll(seen)])
            if (each.matches(seen)) parts.add(each);
    }
    if (!parts.size) return;
    slider.changed = now;
    if ([...parts].some(part => part === first || part.matches('.st-key-answer')))
      slider.led = now;
  }).observe(document.documentElement,
             {childList: true, subtree: true, attributes: true, characterData: true});
}"""
_IDLE = """() => document.querySelector('[data-testid=stApp]')
  ?.dataset.testScriptState === 'notRunning'"""
_OVER = f"""() => ({_IDLE})() && (slider.changed > slider.acted
  ? performance.now() - slider.changed > {_QUIET}
  : performance.now() - slider.acted > {_PATIENCE})"""


def slider_times(page: Page, url: str, *, steps: int = STEPS) -> Iterator[tuple[str, list[float]]]:
    """Yield for every slider its name (lesson and label) and the seconds of its steps.

    Lessons of several figures have the times to the last figure besides, under a name that ends in
    :data:`LAST`.
    """
    for screen, tab in LESSONS:
        page.goto(f"{url}/{screen}?data=classroom&tab={quote(tab)}")
        page.locator(".st-key-answer").wait_for()
        page.wait_for_function(_IDLE)
        design = page.get_by_text("Change the design")
        if design.count():
            design.click()
        page.wait_for_timeout(1000)
        page.evaluate(_WATCH)
        measured: list[str] = []
        while left := [label for label in _labels(page) if label not in measured]:
            measured.append(left[0])  # a slider may bring another: that of a correlation
            name, times = f"{tab}: {left[0]}", _times(page, left[0], steps)
            yield name, [led for led, _ in times]
            if page.locator(".stPlotlyChart").count() > 1:
                yield name + LAST, [changed for _, changed in times]


def bare_times(page: Page, url: str, *, steps: int = STEPS) -> list[float]:
    """Return the seconds of the steps of the slider of :mod:`benchmarks.bare_page`."""
    page.goto(url)
    page.locator(".stPlotlyChart svg.main-svg").first.wait_for()
    page.wait_for_function(_IDLE)
    page.wait_for_timeout(1000)
    page.evaluate(_WATCH)
    return [led for led, _ in _times(page, "Mean", steps)]


def _labels(page: Page) -> list[str]:
    sliders = page.get_by_test_id("stMain").get_by_role("slider").all()
    return [slider.get_attribute("aria-label") or "" for slider in sliders]


def _times(page: Page, label: str, steps: int) -> list[tuple[float, float]]:
    """Move a slider on, step by step.

    Returns the seconds to the last change of answer and leading figure, and of anything.
    """
    slider = page.locator(f"input[type=range][aria-label={json.dumps(label, ensure_ascii=False)}]")
    slider.focus()
    times: list[tuple[float, float]] = []
    for _ in range(steps + 1):
        slider.press("ArrowRight")
        page.wait_for_function(_OVER, polling=50)
        led, changed = page.evaluate(
            "() => [slider.led, slider.changed].map(t => t - slider.acted)"
        )
        times.append((led / 1000, changed / 1000))
    # The first step meets code that was never used; one at the slider's end takes no time.
    return [each for each in times[1:] if each[1] > 0.0]

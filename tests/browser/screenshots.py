"""Photograph every screen of the app: ``make screenshots``.

Each screen of the sitemap is opened with the example in a light, a dark and a presenter's view and
photographed as a window of 1280 x 800 and of 1920 x 1080, once more in its whole length. Names of
screens may be given to photograph only these. What a screen says on the console's error channel is
printed, and makes the command fail.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.app_server import ROOT, running_app
from tests.browser.sites import SITES, Site
from tests.browser.tab import Screen, running_browser

WINDOWS = ((1280, 800), (1920, 1080))
LOOKS = {"light": ("light", ""), "dark": ("dark", ""), "presenter": ("light", "&presenter=true")}
LONGEST = 8000  # pixels of a whole page


def photograph(browser: Browser, url: str, site: Site, look: str, folder: Path) -> list[str]:
    """Take all pictures of one screen in one look; return what went wrong."""
    problems = []
    for width, height in WINDOWS:
        screen = _opened(browser, url, site, look, width, height)
        screen.page.screenshot(path=folder / f"{site.name}-{width}x{height}-{look}.png")
        if (width, height) == WINDOWS[0]:
            screen.page.set_viewport_size({"width": width, "height": _length(screen)})
            _wait_for_pictures(screen)
            screen.page.screenshot(path=folder / f"{site.name}-whole-{look}.png")
        if not screen.main.get_by_role("heading", level=1).count():
            screen.problems.append("the page is not whole: it has no heading")
        problems += [f"{site.name}, {look}: {problem}" for problem in screen.problems]
        screen.page.context.close()
    return problems


def _opened(browser: Browser, url: str, site: Site, look: str, width: int, height: int) -> Screen:
    scheme, more = LOOKS[look]
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": height})
    screen = Screen(context.new_page(), url).open(site.address + more)
    _wait_for_pictures(screen)
    return screen


def _wait_for_pictures(screen: Screen) -> None:
    """Wait until all figures are drawn in the size of the window."""
    screen.settle()
    for figure in screen.main.get_by_test_id("stPlotlyChart").all():
        figure.locator("svg.main-svg").first.wait_for(state="attached")
    screen.page.wait_for_timeout(500)


def _length(screen: Screen) -> int:
    height = screen.main.evaluate("page => page.scrollHeight")
    return min(int(height) + 1, LONGEST)


def main() -> int:
    """Photograph the screens named on the command line, or all."""
    parser = argparse.ArgumentParser(description="Photograph the screens of the app.")
    parser.add_argument("names", nargs="*", help="screens, by their path (all unless given)")
    parser.add_argument("--folder", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--look", choices=tuple(LOOKS), action="append")
    asked = parser.parse_args()
    known = {site.name: site for site in SITES}
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"no screen {', '.join(unknown)}; there are {', '.join(known)}")
    asked.folder.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    with (
        tempfile.TemporaryDirectory() as log,
        running_app(Path(log)) as url,
        running_browser() as browser,
    ):
        for site in [known[name] for name in asked.names] or SITES:
            for look in asked.look or LOOKS:
                problems += photograph(browser, url, site, look, asked.folder)
            print(f"{site.name}: {asked.folder}/{site.name}-*.png", flush=True)
    print("\n".join(problems), file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())

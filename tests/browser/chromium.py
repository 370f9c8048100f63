"""Find a Chromium on this machine, or install one.

Printed path or nothing: ``python -m tests.browser.chromium [--install]``. Looked for are the
variable CHROMIUM, the usual commands, and the browser Playwright keeps for itself. With
``--install`` a missing one is installed from the distribution (as root on Debian or Ubuntu), else
by Playwright.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.programs import Program

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    for command in (*([named] if named else []), *COMMANDS):
        if path := shutil.which(command):
            return path
    return _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Error:
        return None
    return path if path and Path(path).exists() else None


CHROMIUM = Program(
    name="Chromium",
    mark="browser",
    advice="install it, or name one by the variable CHROMIUM",
    package="chromium",
    find=find,
    otherwise=(sys.executable, "-m", "playwright", "install", "chromium"),
)

if __name__ == "__main__":
    CHROMIUM.main()

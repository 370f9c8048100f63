"""Find a Chromium on this machine, or install one.

Printed path or nothing: ``python tests/browser/chromium.py [--install]``. Looked for are the
variable CHROMIUM, the usual commands, and the browser Playwright keeps for itself. With
``--install`` a missing one is installed from the distribution (as root on Debian or Ubuntu), else
by Playwright.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LIMIT = 600  # seconds for any one installation


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    if named and shutil.which(named):
        return shutil.which(named)
    for command in COMMANDS:
        if path := shutil.which(command):
            return path
    return _of_playwright()


def install() -> None:
    """Try the distribution's package, then Playwright's own download; failing is not an error."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
    if find() is None:
        _try([sys.executable, "-m", "playwright", "install", "chromium"])


def _of_playwright() -> str | None:
    from playwright.sync_api import Error, sync_playwright

    try:
        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
    except Error:
        return None
    return path if path and Path(path).exists() else None


def _try(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("  " + " ".join(command), file=sys.stderr)
    try:
        subprocess.run(
            command,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            timeout=LIMIT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {error}", file=sys.stderr)


if __name__ == "__main__":
    if find() is None and "--install" in sys.argv:
        print("No Chromium found for the browser tests: trying to install one ...", file=sys.stderr)
        install()
    print(find() or "")

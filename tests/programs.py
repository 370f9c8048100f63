"""Programs the tests need beside Python: found, installed where that can be done, missed loudly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

LIMIT = 600  # seconds for any one installation


@dataclass(frozen=True)
class Program:
    """A program of the machine that the tests of one folder need.

    Attributes
    ----------
    name : str
        What people call it.
    mark : str
        The mark of the tests that need it.
    advice : str
        How to come by it.
    package : str
        Its package in Debian and Ubuntu.
    find : callable
        Return its path, or None.
    otherwise : sequence of str
        A command that installs it where the distribution's package cannot be had; none if empty.
    """

    name: str
    mark: str
    advice: str
    package: str
    find: Callable[[], str | None]
    otherwise: Sequence[str] = ()

    def mark_tests(self, items: Sequence[pytest.Item], folder: Path) -> None:
        """Mark the tests of a folder, so that they can be asked for and left out."""
        for item in items:
            if item.path.is_relative_to(folder):
                item.add_marker(self.mark)

    def demand(self) -> None:
        """Without the program skip the test that begins, or fail it where CI is set."""
        if not self._is_there:
            missing = f"no {self.name} on this machine: {self.advice}"
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)

    @cached_property
    def _is_there(self) -> bool:
        return self.find() is not None

    def main(self) -> None:
        """Print its path or nothing; with ``--install`` try to install a missing one first."""
        if "--install" in sys.argv and self.find() is None:
            print(f"No {self.name} for the tests: trying to install one ...", file=sys.stderr)
            self._install()
        print(self.find() or "")

    def _install(self) -> None:
        """Try the distribution's package (as root), then the other way; failing is no error."""
        if shutil.which("apt-get") and os.geteuid() == 0:
            _try("apt-get", "update", "-qq")
            _try("apt-get", "install", "-y", "-qq", "--no-install-recommends", self.package)
        if self.otherwise and self.find() is None:
            _try(*self.otherwise)


def _try(*command: str) -> None:
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

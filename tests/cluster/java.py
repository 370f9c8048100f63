"""Find a Java that Spark can run on, or install one.

Printed path or nothing: ``python tests/cluster/java.py [--install]``. Looked for are JAVA_HOME and
the command ``java``, of version 17 or newer. With ``--install`` a missing one is installed from the
distribution (as root on Debian or Ubuntu).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 17  # what Spark 4 asks for
LIMIT = 600  # seconds for the installation


def find() -> str | None:
    """Return the path of a Java that is new enough, or None."""
    home = os.environ.get("JAVA_HOME")
    named = [str(Path(home) / "bin" / "java")] if home else []
    for candidate in (*named, shutil.which("java")):
        if candidate and Path(candidate).exists() and _version(candidate) >= OLDEST:
            return candidate
    return None


def install() -> None:
    """Try the distribution's package; failing is not an error."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        _try(["apt-get", "update", "-qq"])
        _try(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "default-jre-headless"])


def _version(java: str) -> int:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else 0


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
        print("No Java found for the Spark tests: trying to install one ...", file=sys.stderr)
        install()
    print(find() or "")

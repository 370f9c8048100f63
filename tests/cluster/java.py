"""Find a Java that Spark can run on, or install one.

Printed path or nothing: ``python -m tests.cluster.java [--install]``. Looked for are JAVA_HOME and
the command ``java``, of version 17 or newer. With ``--install`` a missing one is installed from the
distribution (as root on Debian or Ubuntu).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.programs import Program

OLDEST = 17  # what Spark 4 asks for


def find() -> str | None:
    """Return the path of a Java that is new enough, or None."""
    home = os.environ.get("JAVA_HOME")
    named = [str(Path(home) / "bin" / "java")] if home else []
    for candidate in (*named, shutil.which("java")):
        if candidate and Path(candidate).exists() and _version(candidate) >= OLDEST:
            return candidate
    return None


def _version(java: str) -> int:
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else 0


JAVA = Program(
    name=f"Java {OLDEST} or newer",
    mark="cluster",
    advice="install it, or name one by the variable JAVA_HOME",
    package="default-jre-headless",
    find=find,
)

if __name__ == "__main__":
    JAVA.main()

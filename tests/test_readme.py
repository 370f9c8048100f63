"""What the README promises is true: its example runs, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_example_runs_as_it_stands() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "REML criterion at convergence: 12038.4" in ran.stdout
    assert "schoolid" in ran.stdout


def test_the_commands_exist() -> None:
    named = set(re.findall(r"make ([a-z]+)", README.replace("make PYTHON", "")))
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, flags=re.MULTILINE))
    assert {"run", "test"} <= named
    assert named - targets <= {"may", "is"}, named - targets


def test_every_page_is_listed() -> None:
    from pages._ui.sitemap import SECTIONS

    for section, pages in SECTIONS.items():
        for _, title, _ in pages:
            assert not section or f"| {section}, {title} |" in README


def test_the_files_named_exist() -> None:
    for path in re.findall(r"`((?:tests|data|pages|mlm_core)/[\w/.]+)`", README):
        assert (ROOT / path).exists(), path

"""What the README promises is true: its example runs, its commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import mlm_core as mlm

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


EXAMPLE, SITES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def printed(example: str, folder: Path) -> str:
    """Run an example as it stands, in a folder of its own."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    text = printed(EXAMPLE, tmp_path)
    assert "REML criterion at convergence: 12038.4" in text
    assert "schoolid" in text


def test_sites_that_share_no_row_find_the_fit_of_all_rows(tmp_path: Path) -> None:
    text = printed(SITES, tmp_path)
    pupils = mlm.load("classroom")
    sizes = pupils.groupby("schoolid")["mathkind"].transform("size")
    fit = mlm.fit_mixed(mlm.Model("mathkind ~ ses + (1 | schoolid)"), pupils[sizes >= 5])
    assert fit.n_obs < len(pupils)
    assert f"REML criterion at convergence: {fit.criterion:.1f}" in text
    assert "with fewer than 5 rows" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["north.parquet", "south.parquet"]


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

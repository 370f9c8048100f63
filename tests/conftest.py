"""What every test shares: the three bundled tables and the numbers R printed for them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "tests" / "reference"

# Two shared cores make single examples slow now and then; a failure must repeat to be looked at.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly, at the end, which tests did not run for want of a program."""
    skipped = terminalreporter.getreports("skipped")
    for reason, count in Counter(report.longrepr[2] for report in skipped).items():
        terminalreporter.write_line(f"!!! {count} tests {reason} !!!", red=True, bold=True)


@cache
def _read_reference(name: str) -> Any:
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Any]:
    """Give the content of ``tests/reference/<name>.json`` (numbers from R, provenance inside)."""
    return _read_reference


@pytest.fixture(scope="session")
def classroom() -> pd.DataFrame:
    """1190 pupils in 312 classes in 107 schools; treat as read-only."""
    return pd.read_csv(ROOT / "data" / "classroom.csv")


@pytest.fixture(scope="session")
def sleepstudy() -> pd.DataFrame:
    """18 subjects measured on ten days; treat as read-only."""
    return pd.read_csv(ROOT / "data" / "sleepstudy.csv")


@pytest.fixture(scope="session")
def hsb82() -> pd.DataFrame:
    """7185 pupils in 160 schools; treat as read-only."""
    return pd.read_csv(ROOT / "data" / "hsb82.csv")

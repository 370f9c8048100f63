"""Sources in a real browser: a million rows on every screen, a pass that is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.browser.tab import Screen

PUPILS = """
COPY (
  SELECT class % 4000 AS school, class, noise * 4 - 2 AS x,
         50 + (hash(class % 4000) % 9) - 4 + (hash(class) % 7) - 3 + noise * 8
           + (hash(range) % 100) / 10 AS score
  FROM (SELECT range, hash(range, 1) % 40000 AS class, (hash(range, 2) % 1000) / 1000 AS noise
        FROM range(1000000))
) TO '{path}'
"""
SLOW = """
CREATE VIEW pupils AS
SELECT a.range % 1000 AS school, (a.range * 7 % 13 + b.range % 5)::DOUBLE AS score
FROM range(1000000) a, range(100000) b
"""
SCREENS = {"groups": 2, "groups-differ": 3, "lines-differ": 3, "pooling": 2, "variance": 1}
CHOICES = "data=pupils&outcome=score&predictor=x&level=school&level=class"


@pytest.fixture
def offering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> str:
    """Address of an app that offers a million rows, and a table that takes for ever."""
    duckdb.execute(PUPILS.format(path=tmp_path / "pupils.parquet"))
    with duckdb.connect(str(tmp_path / "slow.duckdb")) as connection:
        connection.execute(SLOW)
    listing = '[pupils]\nfiles = "pupils.parquet"\n[slow]\ndatabase = "slow.duckdb"\n'
    (tmp_path / "list.toml").write_text(listing)
    monkeypatch.setenv("MLM_SOURCES", str(tmp_path / "list.toml"))
    return str(request.getfixturevalue("fresh_server"))


def test_a_million_rows_are_drawn_on_every_screen(
    offering: str, open_screen: Callable[[str], Screen]
) -> None:
    screen = open_screen(offering)
    for name, figures in SCREENS.items():
        screen.open(f"/{name}?{CHOICES}")
        drawn = screen.page.locator(".js-plotly-plot")
        drawn.nth(figures - 1).wait_for()
        assert screen.page.get_by_text("Stop.").count() == 0


def test_a_pass_is_cancelled_and_the_page_stays_usable(
    offering: str, open_screen: Callable[[str], Screen]
) -> None:
    screen = open_screen(offering)
    page = screen.page
    screen.page.goto(f"{offering}/load?data=slow.pupils")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("nothing of it was kept").wait_for()
    page.get_by_role("button", name="Start again").click()
    page.get_by_text("Working through the table where it lies").wait_for()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_text("nothing of it was kept").wait_for()
    screen.page.goto(f"{offering}/mixed?data=classroom")
    page.get_by_text("1,190").first.wait_for()

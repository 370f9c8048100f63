"""The presenter's view: one panel at a time on every page, in order, and all of them reachable."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pages._ui.sitemap import SECTIONS
from tests.pages.view import View

OpenView = Callable[..., View]
SCRIPTS = [script.removesuffix(".py") for pages in SECTIONS.values() for script, *_ in pages]


def _panels(page: View) -> list[str]:
    """Return what is drawn: figures, printed tables and grids."""
    drawn = page.app.main.get("plotly_chart")
    tables = [each for each in page.app.main.get("html") if "<table" in each.proto.body]
    grids = [each for each in page.app.main.get("arrow_data_frame") if "grid-" in each.proto.id]
    return [str(each) for each in (*drawn, *tables, *grids)]


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_page_shows_one_panel_at_most(script: str, view: OpenView) -> None:
    page = view(script, data="classroom", presenter="true")
    assert not page.notes("stop")
    assert len(_panels(page)) <= 1


def test_the_panels_of_pooling_come_one_after_the_other(view: OpenView) -> None:
    page = view("model/pooling", data="classroom", presenter="true")
    seen = []
    while True:
        (place,) = [text.value for text in page.app.main.markdown if " of 5: " in text.value]
        seen.append(place)
        assert len(_panels(page)) == 1
        button = page.app.button(key="panel-next")
        if button.disabled:
            break
        button.click()
        page.run()
    assert [text.split(" ")[0] for text in seen] == ["1", "2", "3", "4", "5"]
    assert "pooling lines" in seen[0]
    assert "pooling arrows" in seen[1]
    assert "Slope of ses, six ways" in seen[2]
    page.app.button(key="panel-previous").click()
    assert not page.run().app.button(key="panel-next").disabled


def test_another_page_begins_with_its_first_panel(view: OpenView) -> None:
    page = view("model/pooling", data="classroom", presenter="true")
    page.app.button(key="panel-next").click()
    page.run().go("model/mixed")
    assert len(_panels(page)) == 1
    assert page.app.button(key="panel-previous").disabled


def test_without_the_switch_everything_is_there(view: OpenView) -> None:
    page = view("model/pooling", data="classroom")
    assert len(_panels(page)) == 4
    page.app.toggle(key="presenter").set_value(True)
    assert len(_panels(page.run())) == 1

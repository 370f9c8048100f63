"""A page sends its figures as they were written: asked of plotly, they take ten times as long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlm_core.views.figures.sheet import Sheet
from tests.pages.view import View

FIGURES = (
    ("explore/groups_differ", "pair-experiment"),
    ("explore/lines_differ", "small-multiples"),
    ("model/pooling", "slope-density"),
    ("model/mixed", "conditional-modes"),
    ("learn/likelihood", "normal-density"),
    ("learn/simulate", "intervals-mixed"),
)


@pytest.mark.parametrize(("name", "figure"), FIGURES)
def test_no_page_asks_plotly_for_anything(
    name: str, figure: str, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Sheet] = []

    def noted(figure: Sheet) -> Sheet:
        opened.append(figure)
        return original(figure)

    original = Sheet.opened
    monkeypatch.setattr(Sheet, "opened", noted)
    assert view(name, data="classroom").spec(figure)["data"]
    assert not opened

"""Learn, Simulate: while work goes on that was asked for, the lesson still says what it said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import streamlit as st

from pages._ui import long_work
from tests.pages.view import View


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let work that was asked for with a button (it can be taken back) go on and on."""
    computed = long_work.computed

    def compute(key, label, call, on_cancel=None, *, is_watched=False):
        if on_cancel is None:
            return computed(key, label, call, is_watched=is_watched)

        def look() -> None:
            st.caption(f"{label}: 1 of 9")
            st.button("Cancel", key="cancel", on_click=on_cancel)

        raise long_work.UnfinishedError(look)

    monkeypatch.setattr(long_work, "computed", compute)


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize(
    ("tab", "ask", "bar", "figures"),
    [
        ("Ignore the groups", "repeat-many", "Repeats", ("estimators", "claims")),
        ("Missing data", "lose-many", "Tables", ("before-after", "loss")),
        ("Power", "power", "Sizes", ()),
    ],
)
def test_what_stood_there_stays_while_work_goes_on(
    tab: str, ask: str, bar: str, figures: tuple[str, ...], view: Callable[..., View]
) -> None:
    page = view("learn/simulate", data="classroom")
    page.app.session_state["tab"] = tab
    page.run()
    before, closing = page.answer, len(page.app.expander)
    page.app.button(key=f"{ask}-ask").click()
    page.run()
    assert f"{bar}: 1 of 9" in [each.value for each in page.app.caption]
    assert page.answer == before
    assert all(page.figure(name) for name in figures)
    assert len(page.app.expander) == closing
    page.app.button(key="cancel").click()
    page.run()
    assert f"{bar}: 1 of 9" not in [each.value for each in page.app.caption]
    assert page.answer == before

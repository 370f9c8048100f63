"""Showing: user text is shown letter by letter, and a refusal stops nothing else."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mlm_core.views.figures.theme import PAPER, PAPER_ON_DARK
from pages._ui import cache


def _page_with_tables() -> None:
    import pandas as pd

    from mlm_core.errors import UnknownColumnError
    from mlm_core.notes import Note
    from mlm_core.views.tables.table import Table
    from pages._ui import show

    hostile = "<img src=x onerror=alert(1)>"
    frame = pd.DataFrame(
        {"term": ["(Intercept)", hostile], "estimate": [466.8, -14.36], "p": ["<.001", ".030"]}
    )
    show.heading(hostile, hostile)
    show.table(Table(frame, caption=hostile, footnotes=(hostile,), name="coefficients"))
    show.notes([Note("a", "note", "*first*"), Note("b", "stop", "last\n   ^ here")])
    with show.guard():
        raise UnknownColumnError(hostile, ["a"])
    show.answer("still here")


def test_a_page_shows_user_text_letter_by_letter_and_goes_on_after_a_refusal() -> None:
    app = AppTest.from_function(_page_with_tables).run()
    assert not app.exception
    bodies = [each.proto.body for each in app.get("html")]
    assert all("<img" not in body for body in bodies)
    table = next(body for body in bodies if "<table>" in body)
    assert table.count('<th scope="col" class="number">') == 2
    assert "−14.4<" in table
    assert app.error[0].value == "**Stop.** last"
    grades = [each.type for each in app.main.children.values() if each.type in ("error", "info")]
    assert grades == ["error", "info", "error"]  # the gravest first; then what was refused
    assert app.code[0].value == "   ^ here"
    assert app.info[0].value == r"**Note.** \*first\*"
    assert "still here" in [each.value for each in app.markdown]


def _page_that_keeps_figures() -> None:
    from collections.abc import Callable

    import streamlit as st

    from mlm_core.views.figures.theme import Picture, new_figure
    from pages._ui import opening, presenter, show
    from pages._ui.dataset import Dataset

    drawn = st.session_state.setdefault("drawn", [])

    def drawing(data: Dataset, *, of: str) -> Callable[[], Picture]:
        def draw() -> Picture:
            drawn.append(f"{of} of {data.name}")
            return Picture(new_figure("x", of), of, f"{of}-{data.name}")

        return draw

    presenter.begin()
    show.kept_figure(drawing, opening.bundled("classroom"), of="a")
    show.kept_figure(drawing, opening.bundled("classroom"), of="b", on_click=print)
    show.kept_figure(drawing, opening.bundled("hsb82"), of="b", on_click=print)


def test_a_kept_figure_is_drawn_once_for_what_it_shows_and_how() -> None:
    cache.remember_large.clear()
    three = ["a of classroom", "b of classroom", "b of hsb82"]
    app = AppTest.from_function(_page_that_keeps_figures).run()
    first = [each.proto.spec for each in app.get("plotly_chart")]
    app.run()
    assert not app.exception
    assert app.session_state["drawn"] == three
    assert [each.proto.spec for each in app.get("plotly_chart")] == first
    clickmodes = [json.loads(spec)["layout"].get("clickmode") for spec in first]
    assert clickmodes == [None, "event+select", "event+select"]
    app.session_state["presenter"] = True  # drawn larger, one panel at a time
    app.run()
    assert app.session_state["drawn"] == three * 2


def test_light_and_dark_screens_keep_figures_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.remember_large.clear()
    app = AppTest.from_function(_page_that_keeps_figures)
    papers = []
    for theme in ("light", "dark", "light"):
        monkeypatch.setattr(type(st.context), "theme", SimpleNamespace(type=theme))
        app.run()
        specs = [json.loads(each.proto.spec) for each in app.get("plotly_chart")]
        papers += [spec["layout"]["paper_bgcolor"] for spec in specs]
    assert not app.exception
    assert papers == [PAPER] * 3 + [PAPER_ON_DARK] * 3 + [PAPER] * 3
    assert len(app.session_state["drawn"]) == 6  # the light ones were there already

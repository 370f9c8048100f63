"""Figures that follow a slider: which chart stands, and what it is told to show."""

from __future__ import annotations

import json

from streamlit.testing.v1 import AppTest

from mlm_core.views.figures.theme import Picture, new_figure
from pages._ui import live


def _run_of_a_page() -> None:
    import streamlit as st

    from mlm_core.views.figures.theme import Picture, new_figure
    from pages._ui import live

    def picture(height: int = 300) -> Picture:
        return Picture(new_figure("x", "y", height=height), "", "curve")

    live.begin()
    first, second, taller, last = picture(), picture(), picture(400), picture(400)
    charts = [live.chart_of(each) for each in (first, second, taller, last)]
    st.text([charts[0] is first, charts[1] is first, charts[2] is taller, charts[3] is taller])
    live.begin()
    st.text(live.chart_of(last) is last)


def test_a_chart_stays_until_the_whole_page_runs_or_its_height_changes() -> None:
    app = AppTest.from_function(_run_of_a_page).run()
    assert not app.exception
    assert [each.value for each in app.text] == ["[True, True, True, True]", "True"]


def test_a_chart_is_told_of_another_figure_only() -> None:
    chart = Picture(new_figure("x", "y"), "before", "curve")
    later = Picture(new_figure("x > 1 <b> &amp; 'y'", "y"), "after\n\"all\" of O'Hara's", "curve")
    assert live.message(chart, chart) == "figure-curve"
    key, alt, figure = live.message(chart, later).split("\n")
    assert (key, alt) == ("figure-curve", "after \"all\" of O'Hara's")
    assert json.loads(figure)["layout"]["xaxis"]["title"]["text"] == "x > 1 <b> &amp; 'y'"

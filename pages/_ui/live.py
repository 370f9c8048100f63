"""Figures that follow a slider: changed where they stand, not drawn anew.

To Streamlit a chart with other numbers is another chart: the old one is thrown away and all is
drawn from nothing, at several times the cost of a change. So while a part of a page runs by itself,
the chart stays the one that this run of the page began with. What it is to show now travels beside
it, in an element that ``figures.js`` reads and hands to the drawing library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages._ui import state

if TYPE_CHECKING:
    from mlm_core.views.figures.theme import Picture

_BEGUN = "mlm.figures"


def begin() -> None:
    """Begin a run of the whole page: every chart is what it shows."""
    state.seed(_BEGUN, {})


def chart_of(picture: Picture) -> Picture:
    """Return the figure that this run of the page began with, which the chart stays."""
    begun: dict[str, Picture] = state.value_of(_BEGUN)
    if picture.name in begun:
        chart = begun[picture.name]
        if chart.figure.height == picture.figure.height:
            return chart
    picture.figure.keep()  # it is handed over again in every run
    begun[picture.name] = picture  # one of another height needs a chart of that height
    return picture


def message(chart: Picture, picture: Picture) -> str:
    """Return the text that says what a chart is to show: nothing but itself, or another figure.

    A line each: the chart's key, and unless it is to show itself the other's description and JSON.
    """
    if picture is chart:
        return chart.key
    return "\n".join((chart.key, " ".join(picture.alt.split()), picture.json))

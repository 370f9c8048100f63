"""Lost outcomes in pictures: what drives the loss, and the estimates before and after."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.simulation_missing import DRIVERS, Estimate, MissingData
from mlm_core.views.figures.likelihood import TRUTH, Floats
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.simulation import FARTHEST, written
from mlm_core.views.figures.theme import (
    BLUE,
    VERMILLION,
    Family,
    Picture,
    add_upright_line,
    name_rows,
    new_figure,
    segments,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, percent

BEFORE = Family("before", BLUE, "solid", "circle", 3.0)
AFTER = Family("after", VERMILLION, "solid", "diamond", 3.0)


def loss(found: MissingData) -> Picture:
    """Draw how likely an outcome gets lost, over what drives the loss."""
    driver = DRIVERS[found.mechanism] or "x"
    figure = new_figure(driver, "probability of being lost", height=330)
    figure.add_trace(
        scatter(
            x=found.probability["driver"].to_numpy(),
            y=found.probability["probability"].to_numpy(),
            mode="lines",
            line={"color": BLUE, "width": 3},
            hovertemplate="%{x:.3~g}: %{y:.2~g}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    alt = (
        f"Probability that an outcome is lost over {driver}:"
        f" {percent(found.probability['probability'].min())} to"
        f" {percent(found.probability['probability'].max())}, {percent(found.share)} on average."
    )
    return Picture(figure, alt, "loss")


def before_after(found: MissingData) -> Picture:
    """Draw each estimate with its interval before and after, relative to the truth."""
    figure = new_figure("distance from the truth, in standard errors", "", height=330)
    places = np.arange(len(found.before), 0, -1, dtype=float)
    unit = np.array([each.se for each in found.before])
    reach = 0.0
    for estimates, shift, family in ((found.before, 0.15, BEFORE), (found.after, -0.15, AFTER)):
        ends = _add_estimates(figure, estimates, unit, places + shift, family)
        reach = max(reach, 1.08 * ends)
    reach = min(reach, FARTHEST)
    figure.update_xaxes(range=[-reach, reach])
    span = (0.4, len(places) + 0.6)
    add_upright_line(figure, 0.0, "truth", TRUTH, span=span)
    name_rows(figure, places, [written(each.term) for each in found.before])
    figure.update_yaxes(range=span)
    missed = sum(not each.covers for each in found.after)
    alt = (
        f"Estimates with 95% intervals before and after {count(found.n_lost)} outcomes were lost;"
        f" {missed} of {len(found.after)} intervals miss the truth afterwards."
    )
    return Picture(figure, alt, "before-after")


def _add_estimates(
    figure: Sheet,
    estimates: tuple[Estimate, ...],
    unit: Floats,
    places: Floats,
    family: Family,
) -> float:
    """Draw estimates and intervals, in units of ``unit`` from the truth; return their reach."""
    off = [(e.lower - e.truth, e.upper - e.truth, e.estimate - e.truth) for e in estimates]
    lower, upper, middle = (
        np.clip(np.array(part) / unit, -FARTHEST, FARTHEST) for part in zip(*off, strict=True)
    )
    figure.add_trace(
        scatter(
            x=segments(lower, upper),
            y=segments(places, places),
            mode="lines",
            line={"color": family.colour, "width": family.width},
            hoverinfo="skip",
            showlegend=False,
        )
    )
    figure.add_trace(
        scatter(
            x=middle,
            y=places,
            mode="markers",
            marker={"color": family.colour, "symbol": family.symbol, "size": 11},
            hoverinfo="skip",
            name=family.name,
        )
    )
    return float(np.abs([lower, upper]).max())

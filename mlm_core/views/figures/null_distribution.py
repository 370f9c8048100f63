"""Simulated likelihood-ratio statistics under a null hypothesis, and the observed one."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.null_distribution import NullDistribution
from mlm_core.views.escape import plain
from mlm_core.views.figures.theme import (
    POOLED,
    SKY,
    VERMILLION,
    Picture,
    add_upright_line,
    new_figure,
)
from mlm_core.views.figures.written import bar, scatter
from mlm_core.views.numbers import count, number, p_equals, percent


def null_distribution(found: NullDistribution, *, what: str) -> Picture:
    """Draw simulated statistics as bars, with the observed statistic among them.

    Parameters
    ----------
    found : NullDistribution
    what : str
        What is left out under the null hypothesis, in words.
    """
    figure = new_figure("likelihood-ratio statistic", "share of simulated samples")
    middles = (found.edges[:-1] + found.edges[1:]) / 2.0
    figure.add_trace(
        bar(
            x=middles,
            y=found.shares,
            width=np.diff(found.edges),
            marker={"color": SKY, "line": {"color": "white", "width": 0.5}},
            hovertemplate="about %{x:.3~g}: %{y:.2~g}<extra></extra>",
            name=f"above zero: {percent(1.0 - found.share_at_zero)}",
        )
    )
    top = float(max(found.shares.max(), 1e-9))
    if found.share_at_zero > 0.0:
        figure.add_trace(
            scatter(
                x=np.zeros(1),
                y=np.zeros(1),
                mode="markers",
                marker={"color": VERMILLION, "size": 13, "symbol": "triangle-up"},
                hoverinfo="skip",
                cliponaxis=False,
                name=f"exactly zero: {percent(found.share_at_zero)}",
            )
        )
    add_upright_line(
        figure, found.statistic, f"observed: {number(found.statistic, 4)}", POOLED, span=(0.0, top)
    )
    figure.update_yaxes(tickformat=".0%")
    alt = (
        f"{count(found.n)} likelihood-ratio statistics simulated without {plain(what)}:"
        f" {percent(found.share_at_zero)} are zero. The observed one is"
        f" {number(found.statistic, 4)}, p {p_equals(found.p)}."
    )
    return Picture(figure, alt, "null-distribution")

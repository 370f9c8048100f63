"""Pairs of rows of the same group: one draw, and how the correlation varies over many draws."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from mlm_core.inference.pairs import PairCorrelations, PairDraw
from mlm_core.inference.summaries import Histogram
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.theme import (
    BLUE,
    GREY,
    POOLED,
    SKY,
    Family,
    Picture,
    add_upright_line,
    labels,
    new_figure,
)
from mlm_core.views.numbers import count, fixed

_LIMIT = Family("limit", BLUE, "dash", "circle", 2.5)


def pair_scatter(draw: PairDraw) -> Picture:
    """Draw one random pair from every group, first member against second.

    Parameters
    ----------
    draw : PairDraw
        See :func:`mlm_core.inference.pairs.draw_pairs`.
    """
    name, level = for_figure(draw.outcome), for_figure(draw.level)
    figure = new_figure(f"{name}, first of the pair", f"{name}, second of the pair")
    figure.add_trace(
        go.Scatter(
            x=draw.pairs["first"].to_numpy(),
            y=draw.pairs["second"].to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": 8, "opacity": 0.7},
            text=labels(draw.pairs["group"]),
            customdata=draw.pairs[["group"]].to_numpy(object),
            hovertemplate="<b>%{text}</b><br>%{x:.5~g} and %{y:.5~g}<extra></extra>",
            name=f"one pair from each of {count(draw.n_groups)} groups of {level}:"
            f" correlation {fixed(draw.correlation, 2)}",
        )
    )
    both = draw.pairs[["first", "second"]].to_numpy()
    if len(both):
        ends = np.array([both.min(), both.max()])
        figure.add_trace(
            go.Scatter(
                x=ends,
                y=ends,
                mode="lines",
                line={"color": GREY, "dash": "dot", "width": 1.5},
                hoverinfo="skip",
                name="both alike",
            )
        )
    alt = (
        f"Scatter plot of {plain(draw.outcome)} for one random pair of rows from each of"
        f" {count(draw.n_groups)} groups of {plain(draw.level)}; their correlation is"
        f" {fixed(draw.correlation, 2)}."
    )
    return Picture(figure, alt, "pairs")


def pair_histogram(
    correlations: PairCorrelations, bins: Histogram, *, current: float | None = None
) -> Picture:
    """Draw the correlations of many draws with the value they scatter around.

    Parameters
    ----------
    correlations : PairCorrelations
        See :func:`mlm_core.inference.pairs.pair_correlations`.
    bins : Histogram
        Of ``correlations.values``.
    current : float, optional
        Correlation of the draw on show.
    """
    draws = len(correlations.values)
    figure = new_figure("correlation of the pairs in one draw", f"draws (of {count(draws)})")
    figure.add_trace(
        go.Bar(
            x=(bins.edges[1:] + bins.edges[:-1]) / 2,
            y=bins.counts,
            width=np.diff(bins.edges),
            marker={"color": SKY, "line": {"color": BLUE, "width": 1}},
            hovertemplate="about %{x:.2f}: %{y} draws<extra></extra>",
            showlegend=False,
        )
    )
    span = (0.0, 1.05 * float(bins.counts.max()))
    figure.update_yaxes(rangemode="tozero")
    text = f"value the draws scatter around: {fixed(correlations.limit, 2)}"
    add_upright_line(figure, correlations.limit, text, _LIMIT, span=span)
    if current is not None:
        text = f"this draw: {fixed(current, 2)}"
        add_upright_line(figure, current, text, POOLED, span=span)
    alt = (
        f"Histogram of the correlations of {count(draws)} draws of pairs within groups of"
        f" {plain(correlations.level)}: mean {fixed(correlations.mean, 2)}, standard deviation"
        f" {fixed(correlations.sd, 2)}, scattering around {fixed(correlations.limit, 2)}."
    )
    return Picture(figure, alt, "pair-correlations")

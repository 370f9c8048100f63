"""How far partial pooling moves each group's own estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.theme import (
    GREY,
    MIXED,
    POOLED,
    UNPOOLED,
    Picture,
    add_level_line,
    labels,
    new_figure,
    segments,
)
from mlm_core.views.numbers import count, number
from mlm_core.views.words import term_words

_HOVER = (
    "<b>%{text}</b><br>n = %{customdata[1]}<br>own estimate %{customdata[2]:.4~g}"
    "<br>mixed model %{customdata[3]:.4~g}<extra></extra>"
)


def shrinkage(
    table: pd.DataFrame,
    *,
    overall: float,
    term: str,
    level: str,
    readable: tuple[float, float] | None = None,
) -> Picture:
    """Draw an arrow from each group's own estimate to its partially pooled one, by group size.

    Parameters
    ----------
    table : DataFrame
        ``group``, ``n``, ``raw``, ``shrunk``, ``place``, see
        :func:`mlm_core.inference.group_estimates.shrinkage`.
    overall : float
        Fixed effect of the mixed model, towards which the estimates move.
    term, level : str
        The coefficient and the level of the groups.
    readable : tuple of float, optional
        Limits of the vertical axis.
    """
    title = for_figure(term_words(term))
    figure = new_figure(f"rows in the group of {for_figure(level)}", title)
    _add_arrows(figure, table)
    place = table["place"]
    span = (float(place.min()) - 0.5, float(place.max()) + 0.5) if len(place) else (0.0, 1.0)
    add_level_line(figure, overall, f"fixed effect: {number(overall, 4)}", POOLED, span=span)
    figure.data[-1].line.update(color=MIXED.colour, dash="dash")
    if readable is not None:
        figure.update_yaxes(range=readable)
    return Picture(figure, _alt(table, overall, term, level), "shrinkage")


def _add_arrows(figure: go.Figure, table: pd.DataFrame) -> None:
    """Draw both estimates of every group and the way from one to the other."""
    place = table["place"].to_numpy(dtype=np.float64)
    data = table[["group", "n", "raw", "shrunk"]].to_numpy(object)
    figure.add_trace(
        go.Scatter(
            x=segments(place, place),
            y=segments(table["raw"], table["shrunk"]),
            mode="lines",
            line={"color": GREY, "width": 1},
            opacity=0.7,
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for column, family, name in (
        ("raw", UNPOOLED, "own estimate of a group (unpooled)"),
        ("shrunk", MIXED, "partially pooled (mixed)"),
    ):
        figure.add_trace(
            go.Scatter(
                x=place,
                y=table[column].to_numpy(),
                mode="markers",
                marker={"color": family.colour, "symbol": family.symbol, "size": 7},
                text=labels(table["group"]),
                customdata=data,
                hovertemplate=_HOVER,
                name=name,
            )
        )


def _alt(table: pd.DataFrame, overall: float, term: str, level: str) -> str:
    if table.empty:
        return f"No group of {plain(level)} has an estimate of its own."
    raw, shrunk = table["raw"], table["shrunk"]
    return (
        f"Arrows from the own estimate ({plain(term_words(term))}) to the partially pooled one in"
        f" {count(len(table))} groups of {plain(level)}, by group size. Own estimates run from"
        f" {number(raw.min(), 4)} to {number(raw.max(), 4)}, partially pooled ones from"
        f" {number(shrunk.min(), 4)} to {number(shrunk.max(), 4)}, around the fixed effect of"
        f" {number(overall, 4)}."
    )

"""Where the variation lies: the shares of the levels in one bar, one bar a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mlm_core.inference.shares import VarianceShares
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    LEVEL_COLOURS,
    LEVEL_PATTERNS,
    RESIDUAL_COLOUR,
    Picture,
    new_figure,
    room_for,
)
from mlm_core.views.figures.written import bar
from mlm_core.views.numbers import number, percents
from mlm_core.views.words import RESIDUAL, level_words

SMALLEST_LABELLED = 0.06
"""Shares below are too narrow for their label, which then stands in the legend and hover only."""


def share_bars(models: Mapping[str, VarianceShares], *, outcome: str) -> Picture:
    """Draw the variance shares of one or several models as stacked bars.

    Parameters
    ----------
    models : Mapping[str, VarianceShares]
        Label of the bar to the shares of that model.
    outcome : str
        Name of the outcome.
    """
    figure = new_figure(f"share of the variance of {for_figure(outcome)}", "", height=140)
    figure.update_layout(height=140 + 60 * len(models), barmode="stack", bargap=0.2)
    bars = np.array([for_figure(label) for label in models], dtype=object)
    found = dict.fromkeys(level for each in models.values() for level in each.shares["level"])
    levels = sorted(found, key=lambda level: level == RESIDUAL)
    for place, level in enumerate(levels):
        _add_level(figure, models, bars, place, level)
    figure.update_xaxes(
        range=[0, 1.002], tickformat=".0%", tickvals=np.linspace(0, 1, 6), showgrid=False
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="", showline=False)
    figure.update_yaxes(showticklabels=len(models) > 1)
    margin = {"l": room_for(bars) if len(models) > 1 else 12, "r": 32}
    figure.update_layout(legend={"traceorder": "normal"}, margin=margin)
    parts = [f"{plain(label)}: {_in_words(each)}" if len(models) > 1 else _in_words(each)
             for label, each in models.items()]  # fmt: skip
    alt = f"Shares of the variance of {plain(outcome)}. {'; '.join(parts)}."
    return Picture(figure, alt, "variance-shares")


def _add_level(
    figure: Sheet,
    models: Mapping[str, VarianceShares],
    bars: np.ndarray[tuple[int], np.dtype[np.object_]],
    place: int,
    level: str,
) -> None:
    is_residual = level == RESIDUAL
    share, variance, text = [], [], []
    for each in models.values():
        frame = each.shares
        found = np.flatnonzero(frame["level"].to_numpy() == level)
        share.append(float(frame["share"].iloc[found[0]]) if len(found) else 0.0)
        variance.append(float(frame["variance"].iloc[found[0]]) if len(found) else 0.0)
        text.append(percents(frame["share"].tolist())[found[0]] if len(found) else "")
    labelled = zip(text, share, strict=True)
    shown = [label if size >= SMALLEST_LABELLED else "" for label, size in labelled]
    hover = [f"{label} (variance {number(v, 4)})" for label, v in zip(text, variance, strict=True)]
    single = f": {text[0]}" if len(models) == 1 else ""
    figure.add_trace(
        bar(
            x=np.array(share),
            y=bars,
            orientation="h",
            name=f"{for_figure(level_words(level))}{single}",
            marker=_fill(place, is_residual=is_residual),
            text=np.array(shown, dtype=object),
            textposition="inside",
            constraintext="none",
            insidetextanchor="middle",
            textfont={"size": 17},
            hovertext=np.array(hover, dtype=object),
            hovertemplate="%{fullData.name}<br>%{hovertext}<extra></extra>",
        )
    )


def _fill(place: int, *, is_residual: bool) -> dict[str, object]:
    """Return colour and hatching of a level: no level is told by its colour alone."""
    line = {"color": "white", "width": 1.5}
    if is_residual:
        return {"color": RESIDUAL_COLOUR, "line": line}
    pattern = {
        "shape": LEVEL_PATTERNS[place % len(LEVEL_PATTERNS)],
        "fillmode": "overlay",
        "fgcolor": "rgba(255, 255, 255, 0.6)",
        "solidity": 0.2,
    }
    return {"color": LEVEL_COLOURS[place % len(LEVEL_COLOURS)], "pattern": pattern, "line": line}


def _in_words(shares: VarianceShares) -> str:
    frame = shares.shares
    named = zip(frame["level"], percents(frame["share"].tolist()), strict=True)
    return ", ".join(f"{plain(level_words(level))} {text}" for level, text in named)

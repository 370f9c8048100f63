"""Each variance component from model to model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlm_core.inference.variance_paths import VariancePaths
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    GREY,
    GROUP_SYMBOLS,
    LEVEL_COLOURS,
    ORANGE,
    VERMILLION,
    Picture,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import number, percent
from mlm_core.views.words import INTERCEPT, RESIDUAL, level_words, term_words

Floats = NDArray[np.float64]
_COLOURS = (*LEVEL_COLOURS, ORANGE, VERMILLION)
_DASHES = ("solid", "dash", "dot", "dashdot")


def variance_paths(paths: VariancePaths, names: Sequence[str]) -> Picture:
    """Draw the variance of every component over the models, each as a share of its first value.

    Parameters
    ----------
    paths : VariancePaths
    names : sequence of str
        What the models are called.
    """
    table = paths.table
    figure = new_figure("", "variance, first model with it = 100%")
    place = np.arange(1, len(names) + 1, dtype=np.float64)
    keys = list(dict.fromkeys(zip(table["level"], table["term"], strict=True)))
    told = []
    for look, key in enumerate(keys):
        own = table[(table["level"] == key[0]) & (table["term"] == key[1])]
        variance = own.sort_values("model")["variance"].to_numpy(dtype=np.float64)
        told.append(_add_component(figure, place, variance, key, look))
    figure.update_xaxes(
        tickmode="array",
        tickvals=place,
        ticktext=np.array([for_figure(name) for name in names], dtype=object),
        range=[0.7, len(names) + 0.3],
    )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return Picture(figure, f"Variances from model to model: {'; '.join(told)}.", "variance-paths")


def _add_component(
    figure: Sheet, place: Floats, variance: Floats, key: tuple[str, str], look: int
) -> str:
    """Draw one component as a line; return it in words."""
    known = variance[np.isfinite(variance)]
    first = float(known[0]) if len(known) and known[0] > 0.0 else np.nan
    share = variance / first
    hover = [f"{number(v, 4)} ({percent(s, 1)})" for v, s in zip(variance, share, strict=True)]
    label = _label(*key)
    colour = GREY if key[0] == RESIDUAL else _COLOURS[look % len(_COLOURS)]
    figure.add_trace(
        scatter(
            x=place,
            y=share,
            mode="lines+markers",
            name=for_figure(label),
            line={"color": colour, "dash": _DASHES[look % len(_DASHES)], "width": 3},
            marker={"size": 11, "symbol": GROUP_SYMBOLS[look % len(GROUP_SYMBOLS)]},
            customdata=np.array(hover, dtype=object),
            hovertemplate="variance %{customdata}<extra>%{fullData.name}</extra>",
        )
    )
    steps = " to ".join(number(value, 4) for value in known)
    left = percent(known[-1] / first) if len(known) else "n/a"
    return f"{plain(label)} {steps} ({left} of the first)"


def _label(level: str, term: str) -> str:
    if level == RESIDUAL:
        return level_words(level)
    return level_words(level) if term == INTERCEPT else f"{level_words(level)}: {term_words(term)}"

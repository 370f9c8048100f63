"""The variance of every level along a slope variable."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.variance_function import VarianceFunction
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.theme import (
    GROUP_DASHES,
    LEVEL_COLOURS,
    RESIDUAL_COLOUR,
    Picture,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import number
from mlm_core.views.words import RESIDUAL, level_words


def variance_curves(found: VarianceFunction, *, outcome: str) -> Picture:
    """Draw each level's variance as a function of the slope variable."""
    figure = new_figure(for_figure(found.column), f"variance of {for_figure(outcome)}")
    texts = []
    for place, (level, part) in enumerate(found.table.groupby("level", sort=False)):
        is_residual = level == RESIDUAL
        x, variance = part["x"].to_numpy(), part["variance"].to_numpy()
        words = level_words(str(level))
        figure.add_trace(
            scatter(
                x=x,
                y=variance,
                mode="lines",
                line={
                    "color": RESIDUAL_COLOUR if is_residual else LEVEL_COLOURS[place % 4],
                    "dash": "dot" if is_residual else GROUP_DASHES[place % len(GROUP_DASHES)],
                    "width": 3,
                },
                name=for_figure(words),
                hovertemplate="%{fullData.name}<br>%{x:.3~g}: %{y:.4~g}<extra></extra>",
            )
        )
        if not is_residual:
            texts.append(
                f"{plain(words)} from {number(float(np.min(variance)))} to"
                f" {number(float(np.max(variance)))}"
            )
    figure.update_yaxes(rangemode="tozero")
    lowest, highest = float(found.table["x"].min()), float(found.table["x"].max())
    alt = (
        f"Variance of {plain(outcome)} by {plain(found.column)} from {number(lowest)} to"
        f" {number(highest)}: {'; '.join(texts)}."
    )
    return Picture(figure, alt, "variance-function")

"""A search's way over the criterion's surface."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.search_path import SearchPath
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.likelihood import LIKELIHOOD, contours
from mlm_core.views.figures.theme import VERMILLION, Picture, new_figure
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, fixed, number
from mlm_core.views.words import level_words

CONTOURS = 12


def search_path(found: SearchPath) -> Picture:
    """Draw the surface as contours, the steps as a line from the start to the minimum."""
    first, second = (for_figure(level_words(level)) for level in found.levels)
    figure = new_figure(f"SD {first}, in residual SDs", f"SD {second}, in residual SDs", height=480)
    loss = found.surface
    at = np.geomspace(max(np.sort(loss, axis=None)[len(loss)], 1e-6), loss.max(), CONTOURS)
    figure.add_trace(contours(*found.grids, loss, at))
    x, y = found.steps.T
    texts = [f"step {place}: criterion {fixed(value, 3)}"
             for place, value in enumerate(found.values)]  # fmt: skip
    figure.add_trace(
        scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": VERMILLION, "width": 2.5},
            marker={"color": VERMILLION, "size": 9, "symbol": "circle-open", "line": {"width": 2}},
            text=np.array(texts, dtype=object),
            hovertemplate="%{text}<extra></extra>",
            name=f"{count(len(x) - 1)} steps of the search",
        )
    )
    figure.add_trace(
        scatter(
            x=x[-1:],
            y=y[-1:],
            mode="markers",
            marker={"color": LIKELIHOOD.colour, "symbol": "star", "size": 15},
            hoverinfo="skip",
            name=f"minimum: {fixed(float(x[-1]), 3)}, {fixed(float(y[-1]), 3)}",
        )
    )
    alt = (
        f"Contours of the criterion over the standard deviations {plain(found.levels[0])} and"
        f" {plain(found.levels[1])} relative to the residual one; a search from"
        f" {number(float(x[0]))} and {number(float(y[0]))} takes {count(len(x) - 1)} steps to the"
        f" minimum at {fixed(float(x[-1]), 3)} and {fixed(float(y[-1]), 3)}."
    )
    return Picture(figure, alt, "search-path")

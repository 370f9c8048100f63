"""Power over numbers of groups and group sizes: a heat map with the contour of what is wanted."""

from __future__ import annotations

import numpy as np

from mlm_core.inference.simulation_power import WANTED, PowerGrid
from mlm_core.views.figures.likelihood import Floats
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import VERMILLION, Picture, new_figure
from mlm_core.views.figures.written import contour, heatmap
from mlm_core.views.numbers import chosen, count, percent, percent_below


def power_map(found: PowerGrid) -> Picture:
    """Draw power as a heat map with the contour of what is wanted."""
    figure = new_figure("number of groups", "rows in each group", height=480)
    x = np.arange(len(found.groups), dtype=float)
    y = np.arange(len(found.rows), dtype=float)
    texts = [[percent_below(value, WANTED) for value in row] for row in found.power]
    figure.add_trace(
        heatmap(
            x=x,
            y=y,
            z=found.power,
            zmin=0,
            zmax=1,
            colorscale=[[0, "#f7fbff"], [0.5, "#9ecae1"], [1, "#08519c"]],
            text=np.array(texts, dtype=object),
            texttemplate="%{text}",
            textfont={"size": 15},
            colorbar={"title": {"text": "power"}, "tickformat": ".0%", "outlinewidth": 0},
            hoverinfo="skip",
        )
    )
    _add_contour(figure, x, y, found)
    for axis, values in (("xaxis", found.groups), ("yaxis", found.rows)):
        names = np.array([count(value) for value in values], dtype=object)
        places = np.arange(len(values), dtype=float)
        figure.update_layout({axis: {"tickvals": places, "ticktext": names, "showgrid": False}})
    alt = (
        f"Power to find an effect of {chosen(found.effect)} over numbers of groups and rows a"
        f" group: from {percent(found.power.min())} to {percent(found.power.max())}."
    )
    return Picture(figure, alt, "power")


def _add_contour(figure: Sheet, x: Floats, y: Floats, found: PowerGrid) -> None:
    """Draw where the power wanted is reached."""
    figure.add_trace(
        contour(
            x=x,
            y=y,
            z=found.power,
            contours={"start": WANTED, "end": WANTED, "size": 1, "coloring": "none"},
            line={"color": VERMILLION, "width": 4, "dash": "dash"},
            showscale=False,
            hoverinfo="skip",
            name=f"{percent(WANTED)} power",
            showlegend=True,
        )
    )

"""The outcome on a predictor, coloured by group, with the line every group has of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.fitted_lines import Points
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    GROUP_COLOURS,
    GROUP_DASHES,
    POOLED,
    Picture,
    click_data,
    group_look,
    labels,
    new_figure,
    repeated,
    segments,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number

MOST_NAMED = 12
"""Up to so many lines carry the name of their group at their end."""
LONGEST = 8
"""Names of more characters would lie over each other, and over the edge of the figure."""
MANY = 200
"""More lines than this are drawn thinner."""

_POINT_HOVER = "<b>%{text}</b><br>n = %{customdata[1]}<br>%{x:.4~g}, %{y:.5~g}<extra></extra>"
_LINE_HOVER = "<b>%{text}</b><br>n = %{customdata[1]}<br>slope %{customdata[2]:.4~g}<extra></extra>"


def own_lines(
    points: Points,
    own: pd.DataFrame,
    whole: pd.DataFrame,
    *,
    sizes: pd.Series,
    outcome: str,
    predictor: str,
    level: str,
    n_lines: int,
) -> Picture:
    """Draw rows and lines of all groups, each group in a colour and shape of its own.

    Parameters
    ----------
    points : Points
        Rows, or a sample of them.
    own : DataFrame
        The groups' own lines, or a sample of them, as
        :func:`mlm_core.inference.fitted_lines.line_ends` gives them.
    whole : DataFrame
        The line of all rows, in the same form.
    sizes : Series
        Rows of every group, by its label; their order gives the groups their colours.
    outcome, predictor, level : str
        Axis titles, with units where they are known, and the name of the level.
    n_lines : int
        Groups that have a line of their own.
    """
    figure = new_figure(for_figure(predictor), for_figure(outcome))
    order = pd.Series(np.arange(len(sizes)), index=sizes.index)
    _add_points(figure, points, order, sizes)
    codes = order.reindex(own["group"]).to_numpy(dtype=np.intp)
    title, width = _lines_title(own, n_lines), 1.6 if len(own) <= MANY else 0.8
    for place, colour in enumerate(GROUP_COLOURS):
        chosen = own[codes % len(GROUP_COLOURS) == place]
        if len(chosen):
            _add_lines(figure, chosen, colour, GROUP_DASHES[place], width, title)
            title = ""  # one entry in the legend stands for all
    if len(own) <= MOST_NAMED and all(len(str(group)) <= LONGEST for group in own["group"]):
        _name_ends(figure, own)
    if len(whole):
        _add_whole(figure, whole)
    return Picture(
        figure, _alt(points, own, whole, outcome, predictor, level, n_lines), "own-lines"
    )


def _add_points(figure: Sheet, points: Points, order: pd.Series, sizes: pd.Series) -> None:
    table = points.table
    groups = table["group"].map(str)
    codes: NDArray[np.intp] = order.reindex(groups).to_numpy(dtype=np.intp)
    total, drawn = count(points.n_total), count(len(table))
    figure.add_trace(
        scatter(
            x=table["x"].to_numpy(),
            y=table["y"].to_numpy(),
            mode="markers",
            marker={**group_look(codes), "size": 5, "opacity": 0.55},
            text=labels(groups),
            customdata=np.column_stack(
                [groups.to_numpy(object), sizes.reindex(groups).to_numpy(object)]
            ),
            hovertemplate=_POINT_HOVER,
            name=f"{drawn} of {total} rows, drawn at random"
            if points.is_sample
            else f"{total} rows, in the colour and shape of their group",
        )
    )


def _add_lines(
    figure: Sheet, own: pd.DataFrame, colour: str, dash: str, width: float, title: str
) -> None:
    middle_x, middle_y = (own["x_from"] + own["x_to"]) / 2, (own["y_from"] + own["y_to"]) / 2
    data = np.column_stack([click_data(own), own["slope"].to_numpy(object)])
    figure.add_trace(
        scatter(
            x=segments(own["x_from"], middle_x, own["x_to"]),
            y=segments(own["y_from"], middle_y, own["y_to"]),
            mode="lines",
            line={"color": colour, "dash": dash, "width": width},
            text=repeated(labels(own["group"]), 3),
            customdata=repeated(data, 3),
            hovertemplate=_LINE_HOVER,
            name=title,
            legendgroup="own",
            showlegend=bool(title),
        )
    )


def _name_ends(figure: Sheet, own: pd.DataFrame) -> None:
    figure.add_trace(
        scatter(
            x=own["x_to"].to_numpy(),
            y=own["y_to"].to_numpy(),
            mode="text",
            text=labels(own["group"]),
            textposition="middle right",
            hoverinfo="skip",
            legendgroup="own",
            showlegend=False,
            cliponaxis=False,
        )
    )


def _add_whole(figure: Sheet, whole: pd.DataFrame) -> None:
    ends = whole.iloc[0]
    figure.add_trace(
        scatter(
            x=np.array([ends["x_from"], ends["x_to"]]),
            y=np.array([ends["y_from"], ends["y_to"]]),
            mode="lines",
            line={"color": POOLED.colour, "dash": POOLED.dash, "width": POOLED.width},
            hoverinfo="skip",
            name=f"pooled, slope {number(float(ends['slope']), 4)}",
        )
    )


def _lines_title(own: pd.DataFrame, n_lines: int) -> str:
    if len(own) < n_lines:
        return f"own lines of {count(len(own))} of {count(n_lines)} groups, drawn at random"
    return f"own lines of {count(n_lines)} groups"


def _alt(
    points: Points,
    own: pd.DataFrame,
    whole: pd.DataFrame,
    outcome: str,
    predictor: str,
    level: str,
    n_lines: int,
) -> str:
    rows = (
        f"a random {count(len(points.table))} of {count(points.n_total)} rows"
        if points.is_sample
        else f"{count(points.n_total)} rows"
    )
    text = f"Scatter plot of {plain(outcome)} on {plain(predictor)}, {rows}, coloured by group."
    if len(own):
        low, high = float(own["slope"].min()), float(own["slope"].max())
        text += (
            f" The {_lines_title(own, n_lines)} of {plain(level)} have slopes from"
            f" {number(low, 4)} to {number(high, 4)}."
        )
    if len(whole):
        text += f" The pooled slope is {number(float(whole['slope'].iloc[0]), 4)}."
    return text

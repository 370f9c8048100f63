"""The outcome by category of a predictor: of all rows, of every group, of some groups singly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.category_means import CategoryMeans
from mlm_core.inference.own_slopes import MOST_LINES
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.lines import FAMILIES
from mlm_core.views.figures.panels import new_panels, panel
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    GROUP_COLOURS,
    GROUP_DASHES,
    POOLED,
    Picture,
    click_data,
    labels,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number

_HOVER = "<b>%{text}</b><br>%{x}: %{y:.4~g}<br>n = %{customdata[1]}<extra></extra>"


def category_lines(means: CategoryMeans, *, most: int = MOST_LINES, seed: int = 1) -> Picture:
    """Join every group's own means, in the colour and dash of the group, and those of all rows.

    Parameters
    ----------
    means : CategoryMeans
    most : int
        Of more groups a random sample is drawn.
    seed : int
        Seed of that sample.
    """
    figure = new_figure(for_figure(means.predictor), f"mean of {for_figure(means.outcome)}")
    places = np.arange(means.n_groups)
    if len(places) > most:
        places = np.sort(np.random.default_rng(seed).choice(len(places), most, replace=False))
    some = "" if len(places) == means.n_groups else f"{count(len(places))} of "
    title = f"own means of {some}{count(means.n_groups)} groups" + (
        ", drawn at random" if some else ""
    )
    for look, colour in enumerate(GROUP_COLOURS):
        chosen = places[places % len(GROUP_COLOURS) == look]
        if len(chosen):
            _add_groups(figure, means, chosen, colour, GROUP_DASHES[look], title)
            title = ""  # one entry in the legend stands for all
    figure.add_trace(
        scatter(
            x=_names(means),
            y=means.overall["mean"].to_numpy(),
            mode="lines+markers",
            line={"color": POOLED.colour, "width": POOLED.width},
            marker={"size": 11, "symbol": POOLED.symbol},
            customdata=means.overall["n"].to_numpy(),
            hovertemplate="all rows, %{x}: %{y:.4~g}<br>n = %{customdata}<extra></extra>",
            name="mean of all rows",
        )
    )
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=_names(means))
    told = "; ".join(
        f"{plain(category)} {number(mean, 4)}"
        for category, mean in zip(means.categories, means.overall["mean"].to_numpy(), strict=True)
    )
    alt = (
        f"Means of {plain(means.outcome)} by {plain(means.predictor)}, a line for each of"
        f" {count(len(places))} groups of {plain(means.level)}. Over all rows: {told}."
    )
    return Picture(figure, alt, "category-means")


def _add_groups(
    figure: Sheet,
    means: CategoryMeans,
    chosen: NDArray[np.intp],
    colour: str,
    dash: str,
    title: str,
) -> None:
    """Draw the means of some groups as one trace, with a gap after each."""
    each = len(means.categories)
    rows = means.groups.iloc[(chosen[:, None] * each + np.arange(each)).ravel()]
    names = np.tile(np.array([*_names(means), None], dtype=object), len(chosen))
    figure.add_trace(
        scatter(
            x=names,
            y=_gapped(rows["mean"].to_numpy(np.float64), each),
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 1.2},
            marker={"size": 4},
            text=_gapped(labels(rows["group"]), each),
            customdata=click_data(rows)[_with_gaps(len(rows), each)],
            hovertemplate=_HOVER,
            name=title,
            legendgroup="own",
            showlegend=bool(title),
        )
    )


def _with_gaps(n: int, each: int) -> NDArray[np.intp]:
    """Return positions 0 to n - 1, the last of every ``each`` twice: the second is the gap."""
    places = np.arange(n).reshape(-1, each)
    return np.column_stack([places, places[:, -1]]).ravel()


def _gapped(values: NDArray[Any], each: int) -> NDArray[Any]:
    gap = np.nan if values.dtype.kind == "f" else ""
    rows = values.reshape(-1, each)
    return np.column_stack([rows, np.full(len(rows), gap, dtype=values.dtype)]).ravel()


def category_panels(means: CategoryMeans, *, chosen: Sequence[str]) -> Picture:
    """Draw chosen groups one by one: own means, mixed and pooled values by category."""
    tables = {group: means.groups[means.groups["group"] == group] for group in chosen}
    titles = [f"{for_figure(name)} (n = {table['n'].sum()})" for name, table in tables.items()]
    figure = new_panels(titles, for_figure(means.predictor), for_figure(means.outcome))
    for place, table in enumerate(tables.values()):
        _fill_panel(figure, place, table, means)
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=_names(means))
    names = ", ".join(plain(group) for group in chosen)
    alt = (
        f"{len(chosen)} small plots of {plain(means.outcome)} by {plain(means.predictor)}, one for"
        f" each of these groups of {plain(means.level)}: {names}; each with the group's own means"
        " and the values of the mixed and of the pooled model."
    )
    return Picture(figure, alt, "category-panels")


def _fill_panel(figure: Sheet, place: int, table: pd.DataFrame, means: CategoryMeans) -> None:
    values = {
        "unpooled": ("own mean", table["mean"]),
        "mixed": ("mixed", table["mixed"]),
        "pooled": ("pooled", means.overall["pooled"]),
    }
    for key, family in FAMILIES.items():
        name, heights = values[key]
        figure.add_trace(
            scatter(
                x=_names(means),
                y=heights.to_numpy(np.float64),
                mode="markers" if key == "unpooled" else "lines+markers",
                line={"color": family.colour, "dash": family.dash, "width": 1.5},
                marker={"color": family.colour, "symbol": family.symbol, "size": 8},
                hovertemplate="%{x}: %{y:.4~g}<extra></extra>",
                name=name,
                legendgroup=key,
                showlegend=place == 0,
                **panel(place),
            )
        )


def _names(means: CategoryMeans) -> NDArray[np.object_]:
    return labels(pd.Series(means.categories))

"""Pictures that show whether a model can be trusted: quantiles, residuals, influence, spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlm_core.inference.influence import GroupInfluence
from mlm_core.inference.quantile_plots import QuantilePlot
from mlm_core.inference.residual_checks import Heterogeneity
from mlm_core.inference.residual_points import ResidualPoints
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.caterpillar import PICKED, ZERO
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    BLUE,
    FAINT,
    GREY,
    VERMILLION,
    Family,
    Picture,
    add_level_line,
    click_data,
    labels,
    name_positions,
    new_figure,
    segments,
    tick_labels,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number, percent

MOST_BARS = 40
"""Groups whose influence is drawn one by one; the others have less."""


def quantiles(plot: QuantilePlot, *, of: str, name: str) -> Picture:
    """Draw ordered values over normal quantiles with the band normal ones would keep to.

    Parameters
    ----------
    plot : QuantilePlot
    of : str
        What the values are, in words; user names still to be escaped.
    name : str
        File name of the picture.
    """
    table = plot.table
    figure = new_figure("normal quantile", f"{for_figure(of)}, standardised")
    x = table["normal"].to_numpy()
    figure.add_trace(
        scatter(
            x=np.concatenate([x, x[::-1]]),
            y=np.concatenate([table["lower"], table["upper"][::-1]]),
            fill="toself",
            fillcolor=FAINT,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name="where 95% of normal samples lie",
        )
    )
    ends = x[[0, -1]] if len(x) else np.zeros(2)
    figure.add_trace(
        scatter(x=ends, y=ends, mode="lines", hoverinfo="skip", name="normal",
                   line={"color": GREY, "dash": "dash", "width": 2})
    )  # fmt: skip
    figure.add_trace(
        scatter(
            x=x,
            y=table["value"].to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": 6},
            text=labels(table["label"]),
            hovertemplate="<b>%{text}</b> %{y:.4~g}<extra></extra>",
            name=for_figure(of),
        )
    )
    alt = (
        f"Normal quantile plot of {count(plot.n)} values ({plain(of)}):"
        f" {percent(plot.share_outside)} lie outside the band that holds 95% of normal values;"
        f" skewness {number(plot.skewness, 2)}, excess kurtosis {number(plot.excess_kurtosis, 2)}."
    )
    return Picture(figure, alt, name)


def residuals_over_fitted(found: ResidualPoints) -> Picture:
    """Draw residuals over fitted values with the means of neighbours."""
    table, means = found.points.table, found.means
    by = "fixed part and groups" if found.effects == "all" else "fixed part alone"
    figure = new_figure(f"fitted by {by}", "residual")
    is_many = len(table) > 1500
    figure.add_trace(
        scatter(
            x=table["x"].to_numpy(),
            y=table["y"].to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": 4 if is_many else 6, "opacity": 0.5 if is_many else 0.7},
            text=labels(table["group"]),
            hovertemplate="<b>%{text}</b><br>fitted %{x:.4~g}, residual %{y:.4~g}<extra></extra>",
            name="a row",
        )
    )
    _add_neighbours(figure, found)
    shown = f"a sample of {count(len(table))} of " if found.points.is_sample else ""
    alt = (
        f"Residuals over values fitted by the {by}, {shown}{count(found.points.n_total)} rows."
        f" Means of neighbours run from {number(means['residual'].min(), 2)} to"
        f" {number(means['residual'].max(), 2)}, their standard deviations from"
        f" {number(means['sd'].min(), 3)} to {number(means['sd'].max(), 3)}."
    )
    return Picture(figure, alt, "residuals-over-fitted")


def _add_neighbours(figure: Sheet, found: ResidualPoints) -> None:
    """Draw mean and spread of the residuals of rows with about the same fitted value."""
    means = found.means
    x = means["fitted"].to_numpy()
    figure.add_trace(
        scatter(
            x=segments(x, x),
            y=segments(means["residual"] - means["sd"], means["residual"] + means["sd"]),
            mode="lines",
            line={"color": VERMILLION, "width": 2},
            hoverinfo="skip",
            name="mean ± 1 SD of neighbours",
        )
    )
    figure.add_trace(
        scatter(
            x=x,
            y=means["residual"].to_numpy(),
            mode="lines+markers",
            marker={"color": VERMILLION, "size": 8, "symbol": "diamond"},
            line={"color": VERMILLION, "width": 2.5},
            customdata=_of_neighbours(found),
            hovertemplate="mean %{y:.4~g}, %{customdata}<extra></extra>",
            name="mean of neighbours",
        )
    )


def _of_neighbours(found: ResidualPoints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    pairs = zip(found.means["sd"], found.means["n"], strict=True)
    return np.array([f"SD {number(sd)} of {count(n)} rows" for sd, n in pairs], dtype=object)


def influence(found: GroupInfluence, *, group: str | None = None) -> Picture:
    """Draw Cook's distances of groups, the largest first."""
    table = found.table.dropna(subset=["cooks_distance"])
    table = table.sort_values("cooks_distance", ascending=False, kind="stable").head(MOST_BARS)
    table = table.reset_index(drop=True)
    place = np.arange(1, len(table) + 1, dtype=np.float64)
    distance = table["cooks_distance"].to_numpy()
    figure = new_figure("", "Cook's distance")
    figure.add_trace(
        scatter(
            x=segments(place, place), y=segments(np.zeros(len(table)), distance), mode="lines",
            line={"color": GREY, "width": 1.5}, hoverinfo="skip", showlegend=False,
        )
    )  # fmt: skip
    is_picked = (table["group"] == group).to_numpy()
    figure.add_trace(
        scatter(
            x=place,
            y=distance,
            mode="markers",
            marker={
                "color": np.where(is_picked, PICKED.colour, BLUE),
                "size": np.where(is_picked, 14, 9),
            },
            text=labels(table["group"]),
            customdata=click_data(table),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>%{y:.4~g}<extra></extra>",
            showlegend=False,
        )
    )
    shown = f"the {len(table)} with most" if len(found.table) > len(table) else "most first"
    name_positions(figure, table["group"], f"groups of {for_figure(found.level)}, {shown}")
    _name_all(figure, table["group"])
    figure.update_yaxes(rangemode="tozero")
    pairs = zip(table["group"][:3], distance[:3], strict=True)
    top = ", ".join(f"{plain(each)} ({number(float(value), 2)})" for each, value in pairs)
    alt = f"Cook's distances of groups of {plain(found.level)}, largest first: {top}."
    return Picture(figure, alt, "influence")


def _name_all(figure: Sheet, groups: pd.Series) -> None:
    """Name every position: upright, the names of all that are drawn have room."""
    figure.update_xaxes(
        showticklabels=True,
        tickmode="array",
        tickvals=np.arange(1, len(groups) + 1),
        ticktext=tick_labels(groups),
    )


def spread(found: Heterogeneity, *, sigma: float) -> Picture:
    """Draw every group's residual standard deviation by its degrees of freedom."""
    table = found.table
    figure = new_figure("degrees of freedom in the group", "residual SD in the group")
    figure.add_trace(
        scatter(
            x=table["df"].to_numpy(),
            y=table["sd"].to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": 8, "opacity": 0.7},
            text=labels(table["group"]),
            customdata=click_data(table),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>SD %{y:.4~g}<extra></extra>",
            name="a group",
        )
    )
    _add_expected(figure, found)
    if len(table):
        span = (float(table["df"].min()), float(table["df"].max()))
        one = Family("one", VERMILLION, "solid", "circle", 2.5)
        add_level_line(figure, sigma, f"one SD for all: {number(sigma, 4)}", one, span=span)
    figure.update_yaxes(rangemode="tozero")
    alt = (
        f"Residual standard deviations of {count(len(table))} groups of {plain(found.level)}, from"
        f" {number(table['sd'].min(), 3)} to {number(table['sd'].max(), 3)}; the model has"
        f" {number(sigma, 3)} for all."
    )
    return Picture(figure, alt, "residual-spread")


def _add_expected(figure: Sheet, found: Heterogeneity) -> None:
    """Draw where the groups' standard deviations would lie if all had one."""
    band = found.expected
    for column, text, family in (
        ("upper", "where 95% of groups lie if all have one SD", ZERO),
        ("lower", "", ZERO),
    ):
        figure.add_trace(
            scatter(
                x=band["df"].to_numpy(),
                y=band[column].to_numpy(),
                mode="lines",
                line={"color": family.colour, "dash": family.dash, "width": 2},
                hoverinfo="skip",
                name=text,
                showlegend=bool(text),
            )
        )

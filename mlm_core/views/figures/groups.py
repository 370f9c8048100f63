"""Figures of the groups themselves: sizes, nesting, and the outcome group by group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from mlm_core.inference.group_summaries import GroupSummaries
from mlm_core.inference.nesting import NestingTree
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.theme import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    HEIGHT,
    POOLED,
    Picture,
    add_level_line,
    click_data,
    labels,
    name_positions,
    new_figure,
    segments,
)
from mlm_core.views.numbers import count, number

MOST_BOXES = 150
"""Up to so many groups are drawn as boxes; more are drawn as bars, which stay readable."""
MOST_OUTLIERS = 3000

_BOX_HOVER = (
    "<b>%{text}</b><br>n = %{customdata[1]}<br>median %{customdata[2]:.4~g}"
    "<br>quartiles %{customdata[3]:.4~g} to %{customdata[4]:.4~g}<extra></extra>"
)


def boxplots(summaries: GroupSummaries, *, outcome: str | None = None) -> Picture:
    """Draw the outcome in every group, groups ordered by median.

    Parameters
    ----------
    summaries : GroupSummaries
        Finished five-number summaries.
    outcome : str, optional
        Title of the outcome axis, with its unit; the column's name unless given.
    """
    table = summaries.table
    figure = new_figure("", for_figure(outcome or summaries.outcome))
    text = f"median of all rows: {number(summaries.median, 4)}"
    add_level_line(figure, summaries.median, text, POOLED, span=(0.25, len(table) + 0.75))
    if len(summaries.outliers) <= MOST_OUTLIERS:
        _add_outliers(figure, summaries)
    if len(table) <= MOST_BOXES:
        _add_boxes(figure, table)
    else:
        _add_bars(figure, table)
    _add_medians(figure, table)
    title = f"groups of {for_figure(summaries.level)}, lowest median first"
    name_positions(figure, table["group"], title)
    return Picture(figure, _boxplots_alt(summaries), "boxplots")


def _boxplots_alt(summaries: GroupSummaries) -> str:
    low, high = summaries.table.iloc[0], summaries.table.iloc[-1]
    return (
        f"Box plots of {plain(summaries.outcome)} in {count(summaries.n_groups)} groups of"
        f" {plain(summaries.level)}, ordered by median. Medians run from"
        f" {number(low['median'], 4)} (group {plain(low['group'])}) to"
        f" {number(high['median'], 4)} (group {plain(high['group'])}); the median of all"
        f" {count(summaries.n_obs)} rows is {number(summaries.median, 4)}."
    )


def _add_boxes(figure: go.Figure, table: pd.DataFrame) -> None:
    figure.add_trace(
        go.Box(
            x=table["position"].to_numpy(),
            lowerfence=table["whisker_low"].to_numpy(),
            q1=table["q1"].to_numpy(),
            median=table["median"].to_numpy(),
            q3=table["q3"].to_numpy(),
            upperfence=table["whisker_high"].to_numpy(),
            line={"color": BLUE, "width": 1.2},
            fillcolor="rgba(86, 180, 233, 0.45)",
            width=0.7,
            hoverinfo="skip",
            showlegend=False,
        )
    )


def _add_bars(figure: go.Figure, table: pd.DataFrame) -> None:
    """Draw whiskers and boxes of very many groups as two traces of upright bars."""
    place = segments(table["position"], table["position"])
    for low, high, colour, width, name in (
        ("whisker_low", "whisker_high", FAINT, 1.0, "whiskers"),
        ("q1", "q3", "rgba(86, 180, 233, 0.55)", max(1.0, 600 / len(table)), "quartiles"),
    ):
        figure.add_trace(
            go.Scatter(
                x=place,
                y=segments(table[low], table[high]),
                mode="lines",
                line={"color": colour, "width": width},
                hoverinfo="skip",
                name=name,
            )
        )


def _add_medians(figure: go.Figure, table: pd.DataFrame) -> None:
    """Put a mark on every median: it carries the hover and the click."""
    data = np.column_stack([click_data(table), table[["median", "q1", "q3"]].to_numpy(object)])
    figure.add_trace(
        go.Scatter(
            x=table["position"].to_numpy(),
            y=table["median"].to_numpy(),
            mode="markers",
            marker={"color": GREEN, "size": 6 if len(table) <= MOST_BOXES else 3},
            text=labels(table["group"]),
            customdata=data,
            hovertemplate=_BOX_HOVER,
            name="median of the group",
        )
    )


def _add_outliers(figure: go.Figure, summaries: GroupSummaries) -> None:
    table = summaries.outliers
    figure.add_trace(
        go.Scatter(
            x=table["position"].to_numpy(),
            y=table["value"].to_numpy(),
            mode="markers",
            marker={"color": GREY, "size": 5, "symbol": "x-thin-open"},
            text=labels(table["group"]),
            hovertemplate="<b>%{text}</b><br>%{y:.5~g}<extra></extra>",
            name="beyond the whiskers",
        )
    )


def group_means(summaries: GroupSummaries, *, outcome: str | None = None) -> Picture:
    """Draw the mean of every group with its own 95% interval, ordered by mean."""
    table = summaries.table.sort_values("mean", kind="stable").reset_index(drop=True)
    place = np.arange(1, len(table) + 1, dtype=np.float64)
    figure = new_figure("", f"mean of {for_figure(outcome or summaries.outcome)}")
    text = f"mean of all rows: {number(summaries.mean, 4)}"
    add_level_line(figure, summaries.mean, text, POOLED, span=(0.25, len(table) + 0.75))
    figure.add_trace(
        go.Scatter(
            x=segments(place, place),
            y=segments(table["lower"], table["upper"]),
            mode="lines",
            line={"color": GREY, "width": 1.2 if len(table) <= MOST_BOXES else 0.6},
            hoverinfo="skip",
            name="95% interval from the group's own spread (cut at the frame)",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=place,
            y=table["mean"].to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": 7 if len(table) <= MOST_BOXES else 4},
            text=labels(table["group"]),
            customdata=click_data(table),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>mean %{y:.4~g}<extra></extra>",
            name="mean of the group",
        )
    )
    title = f"groups of {for_figure(summaries.level)}, lowest mean first"
    name_positions(figure, table["group"], title)
    figure.update_yaxes(range=summaries.mean_range)
    alt = (
        f"Means of {plain(summaries.outcome)} in {count(len(table))} groups of"
        f" {plain(summaries.level)}, ordered. They run from {number(table['mean'].iloc[0], 4)}"
        f" (group {plain(table['group'].iloc[0])}) to {number(table['mean'].iloc[-1], 4)}"
        f" (group {plain(table['group'].iloc[-1])}); the mean of all {count(summaries.n_obs)} rows"
        f" is {number(summaries.mean, 4)}."
    )
    return Picture(figure, alt, "group-means")


def size_histogram(sizes: pd.DataFrame, *, level: str) -> Picture:
    """Draw how many groups there are of each size.

    Parameters
    ----------
    sizes : DataFrame
        ``lower``, ``upper``, ``groups`` as :func:`mlm_core.inference.summaries.size_counts` gives.
    level : str
        Name of the level.
    """
    lower, upper = sizes["lower"].to_numpy(), sizes["upper"].to_numpy()
    names = [str(a) if a == b else f"{a} to {b}" for a, b in zip(lower, upper, strict=True)]
    figure = new_figure(f"rows in a group of {for_figure(level)}", "number of groups")
    figure.add_trace(
        go.Bar(
            x=(lower + upper) / 2,
            y=sizes["groups"].to_numpy(),
            width=(upper - lower + 1) * 0.9,
            marker={"color": BLUE},
            text=None,
            customdata=np.array(names, dtype=object),
            hovertemplate="%{customdata} rows<br>%{y} groups<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_layout(margin={"t": 16})
    figure.update_xaxes(showgrid=False)
    if not len(sizes):
        return Picture(figure, f"No group of {plain(level)} to count.", "group-sizes")
    most = int(sizes["groups"].to_numpy().argmax())
    alt = (
        f"Histogram of group sizes: {count(sizes['groups'].sum())} groups of {plain(level)} hold"
        f" between {lower[0]} and {upper[-1]} rows; the most frequent size is {names[most]} rows"
        f" ({sizes['groups'].iloc[most]} groups)."
    )
    return Picture(figure, alt, "group-sizes")


def _shown(tree: NestingTree) -> str:
    """Say how many of the outermost groups have a bar, where some have none."""
    if tree.n_shown == tree.n_groups:
        return ""
    groups = f"{count(tree.n_groups)} groups of {for_figure(tree.levels[0])}"
    return f"; the {count(tree.n_shown)} largest of {groups}"


def nesting(tree: NestingTree) -> Picture:
    """Draw what is nested in what: one bar a group, one block in it for each group inside."""
    nodes = tree.nodes[~tree.nodes["is_rest"]]
    bars = nodes[nodes["depth"] == 1]
    rank = {node: len(bars) - place for place, node in enumerate(bars["id"])}
    has_inner = len(tree.levels) > 1
    blocks = nodes[nodes["depth"] == 2] if has_inner else bars
    owner = blocks["parent"] if has_inner else blocks["id"]
    n = blocks["n"].to_numpy()
    base = blocks["n"].groupby(owner.to_numpy(), sort=False).cumsum().to_numpy() - n
    outer, inner = for_figure(tree.levels[0]), for_figure(tree.levels[1 if has_inner else 0])
    title = f"rows (each block one {inner})" if has_inner else "rows"
    figure = new_figure(title + _shown(tree), "", height=max(HEIGHT, 60 + 22 * len(bars)))
    figure.add_trace(
        go.Bar(
            x=n,
            base=base,
            y=owner.map(rank).to_numpy(),
            orientation="h",
            width=0.8,
            marker={"color": BLUE, "line": {"color": "white", "width": 1.5}},
            text=labels(blocks["label"]),
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "white"},
            customdata=blocks["label"].to_numpy(object),
            hovertext=np.array(
                [f"{inner} {text}" for text in labels(blocks["label"])], dtype=object
            ),
            hovertemplate="<b>%{hovertext}</b><br>n = %{x}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_layout(margin={"t": 16}, uniformtext={"minsize": 11, "mode": "hide"})
    names = [f"{outer} {text}" for text in labels(bars["label"])]
    figure.update_yaxes(
        tickmode="array", tickvals=np.arange(len(bars), 0, -1), ticktext=names, showgrid=False
    )
    return Picture(figure, _nesting_alt(tree), "nesting")


def _nesting_alt(tree: NestingTree) -> str:
    inside = [f"{plain(inner)} in {plain(outer)}" for outer, inner in
              zip(tree.levels, tree.levels[1:], strict=False)]  # fmt: skip
    first = tree.nodes[tree.nodes["depth"] == 1].iloc[0]
    nested = f" Nested: {', '.join(inside)}." if inside else ""
    return (
        f"Bars for the {tree.n_shown} largest of {count(tree.n_groups)} groups of"
        f" {plain(tree.levels[0])}, as long as they have rows.{nested} The largest,"
        f" {plain(first['label'])}, has {count(first['n'])} rows"
        + (f" in {count(first['children'])} groups of {plain(tree.levels[1])}." if inside else ".")
    )

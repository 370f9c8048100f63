"""The outcome group by group, in order: boxes and means, for ten groups and for thousands."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlm_core.inference.group_summaries import GroupSummaries
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.ranks import (
    drawn,
    mark,
    placed,
    places,
    rank_axis,
    ribbon,
    uprights,
)
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    BLUE,
    CLEAR,
    FAINT,
    GREEN,
    GREY,
    POOLED,
    Picture,
    click_data,
    labels,
    new_figure,
)
from mlm_core.views.figures.written import bar, box, scatter
from mlm_core.views.numbers import count, number

MOST_BOXES = 200
"""Up to so many groups are drawn as boxes and marks; more as one outline around all of them,
which a browser draws at once."""
MOST_OUTLIERS = 1000
HEIGHT = 480
_FILL = "rgba(86, 180, 233, 0.45)"

_BOX_HOVER = (
    "<b>%{text}</b><br>n = %{customdata[1]}<br>median %{customdata[2]:.4~g}"
    "<br>quartiles %{customdata[3]:.4~g} to %{customdata[4]:.4~g}<extra></extra>"
)
_MEAN_HOVER = "<b>%{text}</b><br>n = %{customdata[1]}<br>mean %{y:.4~g}<extra></extra>"


def boxplots(
    summaries: GroupSummaries, *, outcome: str | None = None, marked: str | None = None
) -> Picture:
    """Draw the outcome in every group, groups ordered by median.

    Parameters
    ----------
    summaries : GroupSummaries
        Finished five-number summaries.
    outcome : str, optional
        Title of the outcome axis, with its unit; the column's name unless given.
    marked : str, optional
        Label of a group to be pointed at.
    """
    table = drawn(summaries.table, marked)
    figure = new_figure("", for_figure(outcome or summaries.outcome), height=HEIGHT)
    _add_whole(figure, table, summaries.median, "median")
    outliers = summaries.outliers[summaries.outliers["position"].isin(table["position"])]
    if len(outliers) <= MOST_OUTLIERS:
        _add_outliers(figure, placed(outliers))
    if len(table) <= MOST_BOXES:
        _add_boxes(figure, table)
        _add_targets(figure, table)
    else:
        _add_ribbons(figure, table)
    _add_medians(figure, table)
    rank_axis(figure, table, summaries, "lowest median first")
    where = mark(figure, table, "median", marked)
    return Picture(figure, _boxplots_alt(summaries) + where, "boxplots")


def _boxplots_alt(summaries: GroupSummaries) -> str:
    low, high = summaries.table.iloc[0], summaries.table.iloc[-1]
    return (
        f"Box plots of {plain(summaries.outcome)} in {count(summaries.n_groups)} groups of"
        f" {plain(summaries.level)}, ordered by median. Medians run from"
        f" {number(low['median'], 4)} (group {plain(low['group'])}) to"
        f" {number(high['median'], 4)} (group {plain(high['group'])}); the median of all"
        f" {count(summaries.n_obs)} rows is {number(summaries.median, 4)}."
    )


def group_means(
    summaries: GroupSummaries, *, outcome: str | None = None, marked: str | None = None
) -> Picture:
    """Draw the mean of every group with its own 95% interval, ordered by mean.

    Parameters are those of :func:`boxplots`.
    """
    ordered = summaries.table.sort_values("mean", kind="stable").reset_index(drop=True)
    ordered["position"] = np.arange(1, len(ordered) + 1)
    table = drawn(ordered, marked)
    figure = new_figure("", f"mean of {for_figure(outcome or summaries.outcome)}", height=HEIGHT)
    _add_whole(figure, table, summaries.mean, "mean")
    _add_intervals(figure, table)
    figure.add_trace(
        scatter(
            x=places(table),
            y=table["mean"].to_numpy(),
            **_marks(BLUE, len(table)),
            text=labels(table["group"]),
            customdata=click_data(table),
            hovertemplate=_MEAN_HOVER,
            name="mean of the group",
        )
    )
    rank_axis(figure, table, summaries, "lowest mean first")
    figure.update_yaxes(range=summaries.mean_range)
    where = mark(figure, table, "mean", marked)
    return Picture(figure, _means_alt(summaries, ordered) + where, "group-means")


def _means_alt(summaries: GroupSummaries, ordered: pd.DataFrame) -> str:
    low, high = ordered.iloc[0], ordered.iloc[-1]
    return (
        f"Means of {plain(summaries.outcome)} in {count(len(ordered))} groups of"
        f" {plain(summaries.level)}, ordered. They run from {number(low['mean'], 4)}"
        f" (group {plain(low['group'])}) to {number(high['mean'], 4)}"
        f" (group {plain(high['group'])}); the mean of all {count(summaries.n_obs)} rows"
        f" is {number(summaries.mean, 4)}."
    )


# --- marks ----------------------------------------------------------------------------------------


def _add_whole(figure: Sheet, table: pd.DataFrame, value: float, what: str) -> None:
    """Draw mean or median of all rows from the first group to the last."""
    where = places(table)
    figure.add_trace(
        scatter(
            x=where[[0, -1]],
            y=np.array([value, value]),
            mode="lines",
            name=f"{what} of all rows: {number(value, 4)}",
            line={"color": POOLED.colour, "dash": POOLED.dash, "width": 2.5},
            hoverinfo="skip",
        )
    )


def _add_boxes(figure: Sheet, table: pd.DataFrame) -> None:
    figure.add_trace(
        box(
            x=places(table),
            lowerfence=table["whisker_low"].to_numpy(),
            q1=table["q1"].to_numpy(),
            median=table["median"].to_numpy(),
            q3=table["q3"].to_numpy(),
            upperfence=table["whisker_high"].to_numpy(),
            line={"color": BLUE, "width": 1.2},
            fillcolor=_FILL,
            width=0.7,
            hoverinfo="skip",
            showlegend=False,
        )
    )


def _add_intervals(figure: Sheet, table: pd.DataFrame) -> None:
    name = "95% interval from the group's own spread (cut at the frame)"
    if len(table) > MOST_BOXES:
        _add_ribbon(figure, table, "lower", "upper", colour=FAINT, name=name)
        return
    figure.add_trace(
        scatter(
            x=places(table, 2),
            y=uprights(table["lower"], table["upper"]),
            mode="lines",
            line={"color": GREY, "width": 1.2},
            hoverinfo="skip",
            name=name,
        )
    )


def _add_ribbons(figure: Sheet, table: pd.DataFrame) -> None:
    """Draw whiskers and boxes of very many groups side by side, each as one outline."""
    for low, high, colour, name in (
        ("whisker_low", "whisker_high", FAINT, "whiskers"),
        ("q1", "q3", _FILL, "quartiles"),
    ):
        _add_ribbon(figure, table, low, high, colour=colour, name=name)


def _add_ribbon(
    figure: Sheet, table: pd.DataFrame, low: str, high: str, *, colour: str, name: str
) -> None:
    x, y = ribbon(table, low, high)
    figure.add_trace(
        scatter(
            x=x,
            y=y,
            mode="lines",
            line={"width": 0, "shape": "hvh"},
            fill="toself",
            fillcolor=colour,
            hoverinfo="skip",
            hoveron="points",
            name=name,
        )
    )


def _marks(colour: str, groups: int) -> dict[str, object]:
    """Return how the middles of groups are drawn: marks, or one line through very many."""
    if groups <= MOST_BOXES:
        return {"mode": "markers", "marker": {"color": colour, "size": 6}}
    return {"mode": "lines", "line": {"color": colour, "width": 3}}


def _add_targets(figure: Sheet, table: pd.DataFrame) -> None:
    """Let a box answer the mouse over its whole height."""
    figure.add_trace(
        bar(
            x=places(table),
            base=table["whisker_low"].to_numpy(),
            y=(table["whisker_high"] - table["whisker_low"]).to_numpy(),
            marker={"color": CLEAR, "line": {"width": 0}},
            textposition="none",
            name="",
            showlegend=False,
            **_answers(table),
        )
    )
    figure.update_layout(bargap=0.3)


def _answers(table: pd.DataFrame) -> dict[str, object]:
    """Return what the mouse learns of a group: name, size, median and quartiles."""
    numbers = table[["median", "q1", "q3"]].to_numpy(object)
    return {
        "text": labels(table["group"]),
        "customdata": np.column_stack([click_data(table), numbers]),
        "hovertemplate": _BOX_HOVER,
    }


def _add_medians(figure: Sheet, table: pd.DataFrame) -> None:
    """Put a mark on every median: with the box behind it, it carries hover and click."""
    figure.add_trace(
        scatter(
            x=places(table),
            y=table["median"].to_numpy(),
            **_marks(GREEN, len(table)),
            name="median of the group",
            **_answers(table),
        )
    )


def _add_outliers(figure: Sheet, table: pd.DataFrame) -> None:
    figure.add_trace(
        scatter(
            x=places(table),
            y=table["value"].to_numpy(),
            mode="markers",
            marker={"color": GREY, "size": 5, "symbol": "x-thin-open"},
            text=labels(table["group"]),
            customdata=click_data(table),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>%{y:.5~g}<extra></extra>",
            name="beyond the whiskers",
        )
    )

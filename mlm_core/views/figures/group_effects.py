"""Which groups stand out: effects in order, raw against shrunk, one effect against another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlm_core.inference.group_effects import GroupEffects
from mlm_core.inference.prediction_bands import PredictionBands
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.caterpillar import PICKED, ZERO
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import (
    BLUE,
    GREY,
    MIXED,
    ORANGE,
    Family,
    Picture,
    add_level_line,
    click_data,
    labels,
    name_positions,
    new_figure,
    segments,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number
from mlm_core.views.words import term_words

MOST_LARGE_MARKS = 150


def caterpillar(effects: GroupEffects, *, shown: str = "own", group: str | None = None) -> Picture:
    """Draw all groups in order of their conditional mode.

    Parameters
    ----------
    effects : GroupEffects
    shown : {"own", "comparison"}
        Which intervals: 95% for each group, or those for comparing two.
    group : str, optional
        A group to point out.
    """
    ends = ("lower", "upper") if shown == "own" else ("comparison_lower", "comparison_upper")
    table = effects.table.sort_values("mode", kind="stable").reset_index(drop=True)
    place = np.arange(1, len(table) + 1, dtype=np.float64)
    what = term_words(effects.term)
    figure = new_figure("", f"conditional mode: {for_figure(what)}")
    add_level_line(figure, 0.0, "average group", ZERO, span=(0.25, len(table) + 0.75))
    is_small = len(table) <= MOST_LARGE_MARKS
    name = "95% interval" if shown == "own" else "comparison interval"
    figure.add_trace(
        scatter(
            x=segments(place, place),
            y=segments(table[ends[0]], table[ends[1]]),
            mode="lines",
            line={"color": GREY, "width": 1.3 if is_small else 0.7},
            hoverinfo="skip",
            name=name,
        )
    )
    bounds = [
        f"{number(a, 3)} to {number(b, 3)}" for a, b in zip(*map(table.get, ends), strict=True)
    ]
    figure.add_trace(
        scatter(
            x=place,
            y=table["mode"].to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": 7 if is_small else 4},
            text=labels(table["group"]),
            customdata=np.column_stack([click_data(table), np.array(bounds, dtype=object)]),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>%{y:.4~g}"
            " (%{customdata[2]})<extra></extra>",
            name="conditional mode of a group",
        )
    )
    _point_out(figure, place, table["mode"], table["group"], group)
    name_positions(figure, table["group"], f"groups of {for_figure(effects.level)}, lowest first")
    return Picture(figure, _caterpillar_alt(effects, table, name), "group-effects")


def _point_out(figure: Sheet, x: object, y: object, groups: pd.Series, group: str | None) -> None:
    """Draw one group larger, in its own colour and shape."""
    (found,) = np.nonzero((groups == group).to_numpy())
    if len(found):
        figure.add_trace(
            scatter(
                x=np.asarray(x)[found],
                y=np.asarray(y)[found],
                mode="markers",
                marker={
                    "color": PICKED.colour,
                    "size": 14,
                    "symbol": "diamond",
                    "line": {"width": 1.5, "color": "white"},
                },
                name=f"group {for_figure(group)}",
                hoverinfo="skip",
            )
        )


def _caterpillar_alt(effects: GroupEffects, table: pd.DataFrame, intervals: str) -> str:
    low, high = table.iloc[0], table.iloc[-1]
    return (
        f"Conditional modes ({plain(term_words(effects.term))}) of {count(len(table))} groups of"
        f" {plain(effects.level)} in ascending order with {intervals}s, from"
        f" {number(low['mode'], 3)} (group {plain(low['group'])}) to {number(high['mode'], 3)}"
        f" (group {plain(high['group'])})."
    )


def raw_against_shrunk(effects: GroupEffects, *, group: str | None = None) -> Picture:
    """Draw what each group's rows say by themselves against what the model makes of it."""
    table = effects.table.dropna(subset=["raw"])
    what = for_figure(term_words(effects.term))
    figure = new_figure(f"raw {what} of the group", f"conditional mode: {what}")
    ends = np.array([table["raw"].min(), table["raw"].max()]) if len(table) else np.zeros(2)
    figure.add_trace(
        scatter(x=ends, y=ends, mode="lines", hoverinfo="skip", name="no shrinkage",
                   line={"color": GREY, "dash": "dash", "width": 2})
    )  # fmt: skip
    sizes = table["n"].to_numpy(dtype=np.float64)
    area = np.sqrt(sizes / max(float(sizes.max(initial=1.0)), 1.0))
    _add_groups(figure, table["raw"], table["mode"], table, 5.0 + 11.0 * area)
    _point_out(figure, table["raw"], table["mode"], table["group"], group)
    left_out = len(effects.table) - len(table)
    rest = f" {count(left_out)} groups cannot tell by themselves." if left_out else ""
    alt = (
        f"Raw against shrunk ({plain(term_words(effects.term))}) for {count(len(table))} groups of"
        f" {plain(effects.level)}: raw effects run from {number(ends[0], 3)} to"
        f" {number(ends[1], 3)}, conditional modes from {number(table['mode'].min(), 3)} to"
        f" {number(table['mode'].max(), 3)}.{rest}"
    )
    return Picture(figure, alt, "raw-against-shrunk")


def _add_groups(
    figure: Sheet, x: pd.Series, y: pd.Series, table: pd.DataFrame, size: object
) -> None:
    figure.add_trace(
        scatter(
            x=x.to_numpy(),
            y=y.to_numpy(),
            mode="markers",
            marker={"color": BLUE, "size": size, "opacity": 0.65},
            text=labels(table["group"]),
            customdata=click_data(table),
            hovertemplate="<b>%{text}</b><br>n = %{customdata[1]}<br>%{x:.4~g}, %{y:.4~g}"
            "<extra></extra>",
            name="a group (area: its rows)",
        )
    )


def two_effects(first: GroupEffects, second: GroupEffects, *, group: str | None = None) -> Picture:
    """Draw one effect of every group against another, for example slope against intercept."""
    words = [term_words(each.term) for each in (first, second)]
    figure = new_figure(*(f"conditional mode: {for_figure(word)}" for word in words))
    sizes = first.table["n"].to_numpy(dtype=np.float64)
    area = np.sqrt(sizes / float(sizes.max()))
    _add_groups(figure, first.table["mode"], second.table["mode"], first.table, 5.0 + 11.0 * area)
    x, y = first.table["mode"], second.table["mode"]
    _point_out(figure, x, y, first.table["group"], group)
    alt = (
        f"{plain(words[1])} against {plain(words[0])} for {count(len(x))} groups of"
        f" {plain(first.level)}: {number(x.min(), 3)} to {number(x.max(), 3)} across,"
        f" {number(y.min(), 3)} to {number(y.max(), 3)} up."
    )
    return Picture(figure, alt, "two-effects")


def prediction_bands(bands: PredictionBands) -> Picture:
    """Draw the line of a known group and that of a new one, each with 95% bands for outcomes."""
    figure = new_figure(for_figure(bands.predictor), for_figure(bands.outcome))
    new = Family("new", ORANGE, "dash", "square", 3.0)
    curves = [(bands.new, new, "a new group")]
    if bands.known is not None:
        curves.append((bands.known, MIXED, f"group {plain(bands.group)}"))
    for curve, family, name in curves:
        _add_band(figure, curve, family, for_figure(name))
    parts = [
        f"{name}: at {number(row['x'], 3)} {number(row['estimate'], 4)}, 95% of outcomes"
        f" between {number(row['lower'], 4)} and {number(row['upper'], 4)}"
        for curve, _, name in curves
        for row in (curve.iloc[len(curve) // 2],)
    ]
    alt = f"{plain(bands.outcome)} over {plain(bands.predictor)}. {'; '.join(parts)}."
    return Picture(figure, alt, "prediction-bands")


def _add_band(figure: Sheet, curve: pd.DataFrame, family: Family, name: str) -> None:
    x = curve["x"].to_numpy()
    for ends, opacity, what in (
        (("lower", "upper"), 0.16, "95% of outcomes"),
        (("mean_lower", "mean_upper"), 0.34, "95% for the expected value"),
    ):
        figure.add_trace(
            scatter(
                x=np.concatenate([x, x[::-1]]),
                y=np.concatenate([curve[ends[0]], curve[ends[1]][::-1]]),
                fill="toself",
                fillcolor=family.colour,
                opacity=opacity,
                line={"width": 0},
                mode="lines",
                hoverinfo="skip",
                name=f"{what}, {name}",
                showlegend=False,
            )
        )
    figure.add_trace(
        scatter(
            x=x,
            y=curve["estimate"].to_numpy(),
            mode="lines",
            line={"color": family.colour, "dash": family.dash, "width": 3},
            customdata=curve[["lower", "upper"]].to_numpy(),
            hovertemplate="%{x:.4~g}: %{y:.4~g} (95% of outcomes %{customdata[0]:.4~g} to"
            " %{customdata[1]:.4~g})<extra></extra>",
            name=name,
        )
    )

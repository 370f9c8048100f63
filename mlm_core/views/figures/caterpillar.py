"""Ordered estimates with their bounds: slopes of the groups' own regressions, conditional modes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.group_estimates import Ordered
from mlm_core.inference.summaries import Density
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.strokes import add_strokes, touched
from mlm_core.views.figures.theme import (
    BLUE,
    GREY,
    MIXED,
    POOLED,
    PURPLE,
    UNPOOLED,
    Family,
    Picture,
    add_level_line,
    add_upright_line,
    click_data,
    every,
    labels,
    leave_room,
    name_positions,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number
from mlm_core.views.words import term_words

MOST_LARGE_MARKS = 150
MOST_MARKS = 400
"""Of more groups every second, third ... is drawn, which the figure says: the curve is the same."""
LONGEST_LINE = 50  # characters beneath a figure of half the page
_RUG = 0.03  # height of a mark beneath the curve, as a share of the curve's
ZERO = Family("zero", GREY, "dash", "circle", 1.5)
PICKED = Family("picked", PURPLE, "longdash", "circle", 4.0)


def slopes(
    ordered: Ordered,
    *,
    pooled: float,
    mixed: float | None = None,
    term: str,
    level: str,
    group: str | None = None,
) -> Picture:
    """Draw the groups' own slopes in ascending order with 95% bounds and the pooled slope.

    Parameters
    ----------
    ordered : Ordered
        Unpooled estimates, see :func:`mlm_core.inference.group_estimates.ordered_estimates`.
    pooled : float
        Slope of the pooled regression.
    mixed : float, optional
        Fixed slope of the mixed model.
    term, level : str
        The coefficient and the level of the groups.
    group : str, optional
        A group that is highlighted.
    """
    figure = new_figure("", f"slope of {for_figure(term)}")
    leave_room(figure, lines=2)
    span = (0.25, len(ordered.table) + 0.75)
    _add_estimates(figure, ordered, UNPOOLED.colour, "own slope of a group", keep=group)
    add_level_line(figure, pooled, f"pooled: {number(pooled, 4)}", POOLED, span=span)
    if mixed is not None:
        dashed = replace(MIXED, dash="dash")
        add_level_line(figure, mixed, f"mixed: {number(mixed, 4)}", dashed, span=span)
    _highlight(figure, ordered, group)
    title = f"groups of {for_figure(level)}, lowest slope first{_left_out(ordered)}"
    name_positions(figure, ordered.table["group"], title)
    alt = (
        f"{_range_in_words(ordered, f'slopes of {plain(term)}', plain(level))} The pooled slope is"
        f" {number(pooled, 4)}"
        + (f", that of the mixed model {number(mixed, 4)}." if mixed is not None else ".")
    )
    return Picture(figure, alt, "slopes")


def _highlight(figure: Sheet, ordered: Ordered, group: str | None) -> None:
    """Draw one group's estimate and interval again, in the colour of what was picked."""
    (found,) = np.nonzero((ordered.table["group"] == group).to_numpy())
    for place in found:
        row = ordered.table.iloc[int(place)]
        figure.add_trace(
            scatter(
                x=np.full(3, place + 1.0),
                y=np.array([row["lower"], row["estimate"], row["upper"]]),
                mode="lines+markers",
                connectgaps=False,
                line={"color": PURPLE, "width": 4},
                marker={"color": PURPLE, "size": np.array([0, 12, 0])},
                hoverinfo="skip",
                name=f"group {for_figure(group)}",
            )
        )


def slope_density(
    density: Density,
    *,
    pooled: float,
    mixed: float | None = None,
    mean: float | None = None,
    term: str,
    picked: tuple[str, float] | None = None,
) -> Picture:
    """Draw the density of the groups' own slopes with the pooled slope.

    Parameters
    ----------
    density : Density
        Of the unpooled slopes, see :func:`mlm_core.inference.summaries.density`.
    pooled, mixed, mean : float
        Slope of the pooled regression, of the mixed model, and plain mean of the groups' slopes.
    term : str
        The coefficient.
    picked : tuple of (str, float), optional
        A group that is highlighted, and its slope.
    """
    wild = f"<br>{count(density.n_outside)} beyond the frame" if density.n_outside else ""
    figure = new_figure(f"slope of {for_figure(term)}{wild}", "density")
    leave_room(figure, lines=2)
    _add_density(figure, density)
    span = (0.0, 1.05 * float(density.y.max()) if len(density.y) else 1.0)
    add_upright_line(figure, pooled, f"pooled: {number(pooled, 4)}", POOLED, span=span)
    for value, name, family, dash in (
        (mixed, "mixed", MIXED, "dash"),
        (mean, "mean of the slopes", UNPOOLED, "dot"),
    ):
        if value is not None:
            look = replace(family, dash=dash)
            add_upright_line(figure, value, f"{name}: {number(value, 4)}", look, span=span)
    if picked is not None:
        group, value = picked
        add_upright_line(figure, value, f"group {for_figure(group)}", PICKED, span=span)
    figure.update_yaxes(rangemode="tozero")
    alt = (
        f"Density of {count(len(density.values))} groups' own slopes of {plain(term)}"
        + (f", between {number(density.values[0], 3)} and {number(density.values[-1], 3)}"
           if len(density.values) else "")
        + f". The pooled slope is {number(pooled, 4)}."
    )  # fmt: skip
    return Picture(figure, alt, "slope-density")


def _add_density(figure: Sheet, density: Density) -> None:
    step = _step(len(density.values))
    marks = density.values[::step]
    if len(density.x):
        marks = marks[(marks >= density.x[0]) & (marks <= density.x[-1])]
    marked = "" if step == 1 else f" ({every(step)} marked)"
    figure.add_trace(
        scatter(
            x=density.x,
            y=density.y,
            mode="lines",
            fill="tozeroy",
            line={"color": UNPOOLED.colour, "width": 2.5},
            fillcolor="rgba(230, 159, 0, 0.25)",
            hoverinfo="skip",
            name=f"{count(len(density.values))} own slopes{marked}",
        )
    )
    floor, height = np.zeros(len(marks)), _RUG * density.y.max(initial=0.0)
    ends = (marks, marks, floor, np.full(len(marks), height))
    add_strokes(figure, ends, line={"color": GREY, "width": 1})
    figure.add_trace(touched((marks, floor), hovertemplate="%{x:.4~g}<extra></extra>"))


def modes(ordered: Ordered, *, term: str, level: str, unit: str | None = None) -> Picture:
    """Draw conditional modes in ascending order with 95% bounds.

    Parameters
    ----------
    ordered : Ordered
        See :func:`mlm_core.inference.group_estimates.ordered_modes`.
    term, level : str
        The effect and its level.
    unit : str, optional
        Title of the vertical axis; the term in words unless given.
    """
    figure = new_figure("", f"conditional mode: {for_figure(unit or term_words(term))}")
    add_level_line(figure, 0.0, "average group", ZERO, span=(0.25, len(ordered.table) + 0.75))
    _add_estimates(figure, ordered, BLUE, "conditional mode of a group")
    title = f"groups of {for_figure(level)}, lowest first{_left_out(ordered)}"
    name_positions(figure, ordered.table["group"], title)
    alt = _range_in_words(ordered, f"conditional modes ({plain(term_words(term))})", plain(level))
    return Picture(figure, alt, "conditional-modes")


def _step(groups: int) -> int:
    return max(1, -(-groups // MOST_MARKS))


def _drawn(ordered: Ordered, keep: str | None) -> NDArray[np.intp]:
    """Return the places of the groups that are drawn: evenly many, the last one, and ``keep``."""
    places = np.arange(len(ordered.table))
    chosen = (places % _step(len(places)) == 0) | (ordered.table["group"] == keep).to_numpy()
    chosen[-1:] = True
    return np.flatnonzero(chosen)


def _add_estimates(
    figure: Sheet, ordered: Ordered, colour: str, name: str, *, keep: str | None = None
) -> None:
    drawn = _drawn(ordered, keep)
    table, place = ordered.table.iloc[drawn], (drawn + 1).astype(np.float64)
    is_small = len(table) <= MOST_LARGE_MARKS
    lower, upper = (table[end].to_numpy(np.float64) for end in ("lower", "upper"))
    look = {"color": GREY, "width": 1.3 if is_small else 0.7}
    add_strokes(figure, (place, place, lower, upper), line=look, name="95% interval")
    is_open = table["lower"].isna().to_numpy()
    figure.add_trace(
        scatter(
            x=place,
            y=table["estimate"].to_numpy(),
            mode="markers",
            marker={
                "color": colour,
                "size": 7 if is_small else 4,
                # One for all is drawn faster than the same one for each.
                "symbol": np.where(is_open, "circle-open", "circle") if is_open.any() else "circle",
            },
            text=labels(table["group"]),
            customdata=np.column_stack([click_data(table), _bounds(table)]),
            hovertemplate=(
                "<b>%{text}</b><br>n = %{customdata[1]}<br>%{y:.4~g}%{customdata[2]}<extra></extra>"
            ),
            unselected={"marker": {"opacity": 1.0}},  # a click picks; it must not dim the others
            name=name,
        )
    )
    figure.update_yaxes(range=ordered.readable)


def _bounds(table: pd.DataFrame) -> NDArray[np.object_]:
    pairs = zip(table["lower"], table["upper"], strict=True)
    texts = [
        " (no interval)" if np.isnan(low) else f" ({number(low, 3)} to {number(high, 3)})"
        for low, high in pairs
    ]
    return np.array(texts, dtype=object)


def _left_out(ordered: Ordered) -> str:
    """Say on the axis what the picture does not show."""
    parts = []
    if (step := _step(len(ordered.table))) > 1:
        parts.append(f"{every(step)} of {count(len(ordered.table))} drawn")
    if ordered.n_missing:
        parts.append(f"{count(ordered.n_missing)} without an estimate left out")
    if ordered.n_outside:
        parts.append(f"{count(ordered.n_outside)} beyond the frame")
    if ordered.n_unbounded:
        parts.append(f"{count(ordered.n_unbounded)} without an interval drawn open")
    lines = [""]
    for part in parts:
        if len(lines[-1]) + len(part) > LONGEST_LINE:
            lines.append(part)
        else:
            lines[-1] = f"{lines[-1]}; {part}" if lines[-1] else part
    return "".join(f"<br>{line}" for line in lines if line)


def _range_in_words(ordered: Ordered, what: str, level: str) -> str:
    table = ordered.table
    if table.empty:
        return f"No group of {level} has an estimate."
    low, high = table.iloc[0], table.iloc[-1]
    return (
        f"{count(len(table))} {what} by group of {level}, ascending with 95% intervals, from"
        f" {number(low['estimate'], 4)} (group {plain(low['group'])}) to"
        f" {number(high['estimate'], 4)} (group {plain(high['group'])})."
    )

"""Figures of lines: one for all rows, one for every group, the partially pooled ones between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.fitted_lines import Points
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.panels import new_panels, panel
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.strokes import add_dots, add_strokes, touched
from mlm_core.views.figures.theme import (
    GREY,
    MIXED,
    POOLED,
    UNPOOLED,
    Family,
    Picture,
    labels,
    new_figure,
)
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number

Floats = NDArray[np.float64]
Columns: TypeAlias = Mapping[str, NDArray[Any]]

_ENDS = ("x_from", "x_to", "y_from", "y_to")
_TOLD = ("group", "n", "slope")
FAMILIES: Mapping[str, Family] = {"unpooled": UNPOOLED, "mixed": MIXED, "pooled": POOLED}
"""In the order in which they are drawn: the line of all rows comes on top."""

_FAINT = 0.45  # opacity of rows behind lines
_LINE_HOVER = "<b>%{text}</b><br>n = %{customdata[1]}<br>slope %{customdata[2]:.4~g}<extra></extra>"


def pooled_line(points: Points, line: pd.DataFrame, *, outcome: str, predictor: str) -> Picture:
    """Draw the outcome on a predictor with the one line of the pooled regression.

    Parameters
    ----------
    points : Points
        Rows, or a sample of them.
    line : DataFrame
        One row of :func:`mlm_core.inference.fitted_lines.line_ends`.
    outcome, predictor : str
        Axis titles, with units where they are known.
    """
    figure = new_figure(for_figure(predictor), for_figure(outcome))
    _add_points(figure, points)
    name = f"pooled, slope {number(_slope(line), 4)}"
    figure.add_trace(_one(_columns(line), POOLED, name, POOLED.width))
    alt = (
        f"Scatter plot of {plain(outcome)} on {plain(predictor)}, {_points_in_words(points)}, with"
        f" the line of the pooled regression; its slope is {number(_slope(line), 4)}."
    )
    return Picture(figure, alt, "pooled-line")


def many_lines(
    lines: Mapping[str, pd.DataFrame],
    *,
    outcome: str,
    predictor: str,
    points: Points | None = None,
    as_dots: bool = False,
    visible: Sequence[str] = ("unpooled", "mixed", "pooled"),
) -> Picture:
    """Draw the lines of all groups together, one trace for each way of estimating them.

    Parameters
    ----------
    lines : Mapping[str, DataFrame]
        Any of ``"pooled"``, ``"unpooled"``, ``"mixed"``, each from
        :func:`mlm_core.inference.fitted_lines.line_ends`.
    outcome, predictor : str
        Axis titles, with units where they are known.
    points : Points, optional
        Rows behind the lines.
    as_dots : bool
        Draw the rows as one path (:func:`mlm_core.views.figures.strokes.add_dots`).
    visible : sequence of str
        Families shown at first; a click on the legend shows the others.
    """
    figure = new_figure(for_figure(predictor), for_figure(outcome))
    if points is not None:
        (_add_dots if as_dots else _add_points)(figure, points)
    for key in FAMILIES:
        if key in lines:
            _add_many(figure, lines[key], key, is_shown=key in visible)
    parts = [f"{_family_title(key, table)}: {_slopes_in_words(table)}"
             for key, table in lines.items() if key in visible]  # fmt: skip
    alt = f"Lines of {plain(outcome)} on {plain(predictor)}. {'; '.join(parts)}."
    return Picture(figure, alt, "many-lines")


def small_multiples(
    points: Points,
    lines: Mapping[str, pd.DataFrame],
    *,
    chosen: Sequence[str],
    outcome: str,
    predictor: str,
    level: str,
) -> Picture:
    """Draw chosen groups one by one, each with its own, its pooled and its mixed line.

    Parameters
    ----------
    points : Points
        Rows of the chosen groups (others are passed over).
    lines : Mapping[str, DataFrame]
        As in :func:`many_lines`; the pooled lines here are one a group, over the group's range.
    chosen : sequence of str
        Labels of the groups, in the order of the panels.
    outcome, predictor, level : str
        Axis titles and the name of the level.
    """
    x, y = points.table["x"].to_numpy(), points.table["y"].to_numpy()
    names = points.table["group"].map(str)
    sizes = names.value_counts()
    columns = {key: _columns(table) for key, table in lines.items()}
    titles = [f"{for_figure(group)} (n = {sizes.get(group, 0)})" for group in chosen]
    figure = new_panels(titles, for_figure(predictor), for_figure(outcome))
    for place, group in enumerate(chosen):
        is_own = (names == group).to_numpy()
        _add_rows_of_group(figure, place, x[is_own], y[is_own])
        _add_lines_of_group(figure, place, group, columns)
    listed = ", ".join(plain(group) for group in chosen)
    alt = (
        f"{len(chosen)} small scatter plots of {plain(outcome)} on {plain(predictor)}, one for each"
        f" of these groups of {plain(level)}: {listed}; each with its {_listed(list(lines))} line."
    )
    return Picture(figure, alt, "small-multiples")


def _add_rows_of_group(figure: Sheet, place: int, x: Floats, y: Floats) -> None:
    figure.add_trace(
        scatter(
            x=x,
            y=y,
            mode="markers",
            marker={"color": GREY, "size": 5, "opacity": 0.7},
            hovertemplate="%{x:.4~g}, %{y:.5~g}<extra></extra>",
            showlegend=False,
            **panel(place),
        )
    )


def _add_lines_of_group(
    figure: Sheet, place: int, group: str, columns: Mapping[str, Columns]
) -> None:
    for key, family in FAMILIES.items():
        if key not in columns:
            continue
        is_own = columns[key]["group"] == group
        if not is_own.any() and place > 0:
            continue
        own = {name: values[is_own] for name, values in columns[key].items()}
        drawn = _one(own, family, family.name, 2.5)
        figure.add_trace({**drawn, "legendgroup": key, "showlegend": place == 0, **panel(place)})


def _add_points(figure: Sheet, points: Points) -> None:
    figure.add_trace(
        scatter(
            x=points.table["x"].to_numpy(),
            y=points.table["y"].to_numpy(),
            mode="markers",
            marker={"color": GREY, "size": 5, "opacity": _FAINT},
            name=_rows_in_words(points),
            **_told_of_rows(points),
        )
    )


def _add_dots(figure: Sheet, points: Points) -> None:
    places, name = (
        (points.table["x"].to_numpy(), points.table["y"].to_numpy()),
        _rows_in_words(points),
    )
    add_dots(figure, places, colour=GREY, opacity=_FAINT, name=name)
    figure.add_trace(touched(places, legendgroup=name, **_told_of_rows(points)))


def _rows_in_words(points: Points) -> str:
    if points.is_sample:
        return f"{count(len(points.table))} of {count(points.n_total)} rows, drawn at random"
    return f"{count(points.n_total)} rows"


def _told_of_rows(points: Points) -> dict[str, Any]:
    """Return what the mouse is told at a row."""
    return {
        "text": labels(points.table["group"]),
        "customdata": points.table["group"].to_numpy(object)[:, None],
        "hovertemplate": "<b>%{text}</b><br>%{x:.4~g}, %{y:.5~g}<extra></extra>",
    }


def _columns(table: pd.DataFrame) -> Columns:
    """Return what is drawn of lines, as arrays: a table of one row costs as much as a large one."""
    ends = {name: table[name].to_numpy(np.float64) for name in _ENDS}
    return {**ends, **{name: table[name].to_numpy(object) for name in _TOLD}}


def _add_many(figure: Sheet, table: pd.DataFrame, key: str, *, is_shown: bool) -> None:
    """Draw one line a group; the middle of each and its ends answer the mouse."""
    columns, family = _columns(table), FAMILIES[key]
    together: dict[str, Any] = {
        "legendgroup": key,
        "visible": True if is_shown else "legendonly",
    }
    add_strokes(
        figure,
        _ends(columns),
        line={"color": family.colour, "dash": family.dash, "width": family.width},
        name=_family_title(key, table),
        opacity=0.85 if len(table) > 1 else 1.0,
        **together,
    )
    figure.add_trace(touched(_places(columns), **_told(columns), **together))


def _one(columns: Columns, family: Family, name: str, width: float) -> dict[str, Any]:
    """Return the line of one group, or of all."""
    x, y = _places(columns)
    line = {"color": family.colour, "dash": family.dash, "width": width}
    return scatter(x=x, y=y, mode="lines", **_told(columns), line=line, name=name)


def _ends(columns: Columns) -> tuple[Floats, Floats, Floats, Floats]:
    left, right, start, end = (columns[each] for each in _ENDS)
    return left, right, start, end


def _places(columns: Columns) -> tuple[Floats, Floats]:
    """Return both ends and the middle of every line, one line after another."""
    left, right, start, end = _ends(columns)
    x, y = ((left, (left + right) / 2, right), (start, (start + end) / 2, end))
    return np.column_stack(x).ravel(), np.column_stack(y).ravel()


def _told(columns: Columns) -> dict[str, Any]:
    """Return what the mouse is told at these places."""
    data = np.column_stack([columns[each] for each in _TOLD])  # the first two as in click_data
    return {
        "text": np.repeat(labels(columns["group"]), 3),
        "customdata": np.repeat(data, 3, axis=0),
        "hovertemplate": _LINE_HOVER,
    }


def _family_title(key: str, table: pd.DataFrame) -> str:
    how_many = "1 line" if len(table) == 1 else f"{count(len(table))} lines"
    return f"{FAMILIES[key].name} ({how_many})"


def _slopes_in_words(table: pd.DataFrame) -> str:
    if table.empty:
        return "none can be drawn"
    low, high = float(table["slope"].min()), float(table["slope"].max())
    if low == high:
        return f"slope {number(low, 4)}"
    return f"slopes from {number(low, 4)} to {number(high, 4)}"


def _points_in_words(points: Points) -> str:
    if points.is_sample:
        return f"a random {count(len(points.table))} of {count(points.n_total)} rows"
    return f"{count(points.n_total)} rows"


def _slope(line: pd.DataFrame) -> float:
    return float(line["slope"].iloc[0])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

"""The lines of all groups, moved by the slider from no pooling to complete pooling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.fitted_lines import Points
from mlm_core.inference.path_drawing import PathLines
from mlm_core.views.escape import for_figure
from mlm_core.views.figures.path_scene import LEFT, Scene, segments_along
from mlm_core.views.figures.strokes import add_strokes
from mlm_core.views.figures.theme import (
    GREY,
    MIXED,
    POOLED,
    PURPLE,
    UNPOOLED,
    Family,
    labels,
    segments,
)
from mlm_core.views.numbers import count, number

Floats = NDArray[np.float64]

_HOVER = "<b>%{text}</b><br>n = %{customdata[1]}<extra></extra>"

_OWN = ("x_from", "x_to", "own_from", "own_to")


def add_lines(
    scene: Scene,
    lines: PathLines,
    pooled: pd.DataFrame,
    points: Points | None,
    visible: Sequence[str],
) -> None:
    """Add rows and the lines of every kind that is visible, and the highlighted group's."""
    table = lines.table
    if points is not None and "rows" in visible:
        _add_rows(scene, points)
    x = segments(table["x_from"], table["x_to"])
    what = "mark" if (table["x_from"] == table["x_to"]).all() else "line"
    if "unpooled" in visible:
        left, right, start, end = table[list(_OWN)].to_numpy(np.float64).T
        add_strokes(
            scene.figure,
            (left, right, start, end),
            line=_look(UNPOOLED),
            name=_many("unpooled", table["own_from"].count(), what, lines),
            opacity=scene.strength,
            legendgroup=UNPOOLED.name,
        )
        _add_handles(scene, table, np.stack([start, end])[:, None], UNPOOLED)
    if "mixed" in visible:
        drawn = segments_along(lines.start, lines.end)
        title = _many("mixed", len(table), what, lines)
        scene.move(x, drawn, LEFT, opacity=scene.strength, **_line(MIXED, title))
        _add_handles(scene, table, np.stack([lines.start, lines.end]), MIXED, moves=True)
    if "pooled" in visible:
        row = pooled.iloc[0]
        scene.add(
            [row["x_from"], row["x_to"]],
            [row["y_from"], row["y_to"]],
            LEFT,
            **_line(POOLED, f"pooled (slope {number(row['slope'], 4)})", width=POOLED.width),
        )
    _highlight_line(scene, lines, visible)
    scene.figure.update_yaxes(range=lines.readable)


def _line(family: Family, name: str, *, width: float | None = None) -> dict[str, Any]:
    return {
        "mode": "lines",
        "line": _look(family, width),
        "name": name,
        "legendgroup": family.name,
        "hoverinfo": "skip",
    }


def _look(family: Family, width: float | None = None) -> dict[str, Any]:
    return {"color": family.colour, "dash": family.dash, "width": width or family.width}


def _many(name: str, n: int, what: str, lines: PathLines) -> str:
    some = "" if len(lines.table) == lines.n_total else f" of {count(lines.n_total)}"
    return f"{name} ({count(n)}{some} {what}{'' if n == 1 and not some else 's'})"


def _add_handles(
    scene: Scene, table: pd.DataFrame, ends: Floats, family: Family, *, moves: bool = False
) -> None:
    """Give every line a place that answers the mouse; a line without length is a mark of its own.

    ``ends`` is (2, T, G).
    """
    is_point = (table["x_from"] == table["x_to"]).to_numpy()
    size: Mapping[str, Any] = {"size": 12, "opacity": 0.0}
    if is_point.any():  # one for all is drawn faster than one for each
        size = {"size": np.where(is_point, 8, 12), "opacity": np.where(is_point, 0.9, 0.0)}
    look = {
        "mode": "markers",
        "marker": {"color": family.colour, "symbol": family.symbol, **size},
        "text": labels(table["group"]),
        "customdata": table[["group", "n"]].to_numpy(object),
        "hovertemplate": _HOVER,
        "legendgroup": family.name,
        "showlegend": False,
        "name": f"{family.name}, to click",
        # A click hands the group back; it must not make the others fade.
        "unselected": {"marker": {"opacity": 0.9 if is_point.all() else 0.0}},
    }
    middle = ends.mean(axis=0)
    add = scene.move if moves else scene.add
    add((table["x_from"] + table["x_to"]) / 2, middle if moves else middle[0], LEFT, **look)


def _add_rows(scene: Scene, points: Points) -> None:
    name = (
        f"{count(len(points.table))} of {count(points.n_total)} rows, drawn at random"
        if points.is_sample
        else f"{count(points.n_total)} rows"
    )
    scene.add(
        points.table["x"],
        points.table["y"],
        LEFT,
        mode="markers",
        marker={"color": GREY, "size": 5, "opacity": 0.45},
        text=labels(points.table["group"]),
        customdata=points.table[["group"]].to_numpy(object),
        hovertemplate="<b>%{text}</b><br>%{x:.4~g}, %{y:.5~g}<extra></extra>",
        unselected={"marker": {"opacity": 0.45}},
        name=name,
    )


def _highlight_line(scene: Scene, lines: PathLines, visible: Sequence[str]) -> None:
    table, group = lines.table, scene.group
    (found,) = np.nonzero((table["group"] == group).to_numpy())
    for at in found:
        row = table.iloc[int(at)]
        x = [row["x_from"], row["x_to"]]
        look = {"mode": "lines+markers", "hoverinfo": "skip", "showlegend": False}
        marker = {"color": PURPLE, "size": 8}
        if "unpooled" in visible:
            line = {"color": PURPLE, "dash": UNPOOLED.dash, "width": 4}
            own = [row["own_from"], row["own_to"]]
            symbol = {**marker, "symbol": UNPOOLED.symbol}
            scene.add(
                x,
                own,
                LEFT,
                line=line,
                marker=symbol,
                name=f"own line of {for_figure(group)}",
                **look,
            )
        heights = np.column_stack([lines.start[:, at], lines.end[:, at]])
        line = {"color": PURPLE, "width": 4}
        name = f"group {for_figure(group)} (n = {row['n']})"
        look["showlegend"] = True
        scene.move(x, heights, LEFT, line=line, marker=marker, name=name, **look)

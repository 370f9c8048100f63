"""Arrows from own to partially pooled estimates, moved by the slider."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlm_core.inference.path_drawing import PathArrows
from mlm_core.views.escape import for_figure
from mlm_core.views.figures.path_scene import LEFT, Scene, segments_along
from mlm_core.views.figures.theme import (
    GREY,
    MIXED,
    PURPLE,
    TITLE_SIZE,
    UNPOOLED,
    labels,
    segments,
)
from mlm_core.views.words import term_words

MANY_MARKS = 300
FEW_SIZES = 6
_HOVER = (
    "<b>%{text}</b><br>n = %{customdata[1]}<br>own estimate %{customdata[2]:.4~g}"
    "<br>here %{y:.4~g}<br>weight of its own data in the fit %{customdata[3]:.0%}<extra></extra>"
)


def add_arrows(
    scene: Scene,
    arrows: PathArrows,
    visible: Sequence[str],
    axes: dict[str, str],
    level: str,
) -> None:
    """Add the arrows of every group and the value they are drawn to, with their axis titles."""
    alone = axes is LEFT
    _add_shafts(scene, arrows, axes)
    _add_ends(scene, arrows, visible, axes)
    place = arrows.table["place"]
    span = (float(place.min()) - 0.5, float(place.max()) + 0.5) if len(place) else (0.0, 1.0)
    common = np.repeat(arrows.overall[:, None], 2, axis=1)
    line = {"color": MIXED.colour, "dash": "dash", "width": 2.5}
    scene.move(span, common, axes, mode="lines", line=line, hoverinfo="skip", showlegend=alone,
               name="fixed effect")  # fmt: skip
    _highlight_arrow(scene, arrows, axes)
    across, up = ("xaxis", "yaxis") if alone else ("xaxis2", "yaxis2")
    font = {"size": TITLE_SIZE}
    title = f"rows in the group of {for_figure(level)}"
    estimate = {"text": for_figure(term_words(arrows.term)), "font": font}
    scene.figure.update_layout(
        {
            across: {
                "title": {"text": title, "font": font},
                "dtick": 1 if span[1] - span[0] < FEW_SIZES else None,
            },
            up: {"title": estimate, "range": arrows.readable},
        }
    )


def _add_shafts(scene: Scene, arrows: PathArrows, axes: dict[str, str]) -> None:
    place, raw = arrows.table["place"], arrows.table["raw"].to_numpy()
    scene.move(
        segments(place, place),
        segments_along(np.broadcast_to(raw, arrows.shrunk.shape), arrows.shrunk),
        axes,
        mode="lines",
        line={"color": GREY, "width": 1},
        opacity=0.7 * scene.strength,
        hoverinfo="skip",
        showlegend=False,
        name="way from own to partially pooled",
    )


def _add_ends(
    scene: Scene, arrows: PathArrows, visible: Sequence[str], axes: dict[str, str]
) -> None:
    table = arrows.table
    mark = {
        "mode": "markers",
        "text": labels(table["group"]),
        "customdata": table[["group", "n", "raw", "weight"]].to_numpy(object),
        "hovertemplate": _HOVER,
        "showlegend": axes is LEFT,
        "opacity": scene.strength,
        "unselected": {"marker": {"opacity": scene.strength}},
    }
    size = 7 if len(table) <= MANY_MARKS else 4
    for family, name, add, y in (
        (UNPOOLED, "own estimate of a group", scene.add, table["raw"].to_numpy()),
        (MIXED, "partially pooled", scene.move, arrows.shrunk),
    ):
        if family.name in visible:
            look = {"color": family.colour, "symbol": family.symbol, "size": size}
            add(table["place"], y, axes, marker=look, name=name, legendgroup=family.name, **mark)


def _highlight_arrow(scene: Scene, arrows: PathArrows, axes: dict[str, str]) -> None:
    (found,) = np.nonzero((arrows.table["group"] == scene.group).to_numpy())
    for at in found:
        row = arrows.table.iloc[int(at)]
        shrunk = arrows.shrunk[:, at]
        heights = np.column_stack([np.full(len(shrunk), row["raw"]), shrunk])
        scene.move(
            [row["place"], row["place"]],
            heights,
            axes,
            mode="lines+markers",
            line={"color": PURPLE, "width": 4},
            marker={"color": PURPLE, "size": 11, "symbol": [UNPOOLED.symbol, MIXED.symbol]},
            hoverinfo="skip",
            showlegend=False,
            name=f"arrow of {for_figure(scene.group)}",
        )

"""A figure for the back row of a class: larger type, thicker lines, larger marks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mlm_core.views.figures.theme import BASE_SIZE, HEIGHT, Picture

TYPE = 1.35
LINES = 1.6
MARKS = 1.4
TALLER = 1.1
FARTHER = 1.13
"""How much farther from their place annotations stand, since the type between grows as well."""


def enlarged(picture: Picture) -> Picture:
    """Return the same figure, drawn larger."""
    figure = picture.figure.copy()
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        axis.tickfont.size = _larger(axis.tickfont.size)
        axis.title.font.size = _larger(axis.title.font.size)
    for note in figure.layout.annotations:
        note.font.size = _larger(note.font.size)
        if note.yshift is not None:
            note.yshift *= FARTHER
    for slider in figure.layout.sliders:
        slider.currentvalue.font.size = _larger(slider.currentvalue.font.size)
    for part in (*figure.layout.shapes, *figure.data):
        _thicken(part)
    margin = figure.layout.margin
    figure.update_layout(
        height=round(TALLER * (figure.layout.height or HEIGHT)),
        font={"size": _larger(figure.layout.font.size)},
        legend={"font": {"size": _larger(figure.layout.legend.font.size)}},
        hoverlabel={"font": {"size": _larger(figure.layout.hoverlabel.font.size)}},
        margin={side: TYPE * margin[side] for side in "lrtb" if margin[side] is not None},
    )
    return replace(picture, figure=figure)


def _thicken(part: Any) -> None:
    line, marker = getattr(part, "line", None), getattr(part, "marker", None)
    if part.type in ("bar", "heatmap") and part.textfont.size is not None:
        part.textfont.size = _larger(part.textfont.size)
    if line is not None and line.width is not None:
        line.width *= LINES
    if marker is not None and getattr(marker, "size", None) is not None:
        sizes = MARKS * np.asarray(marker.size)
        marker.size = float(sizes) if sizes.ndim == 0 else sizes


def _larger(size: float | None) -> float:
    return round(TYPE * (size or BASE_SIZE))

"""A figure in the making whose traces follow a slider."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.written import scatter

Floats = NDArray[np.float64]

FADED = 0.35
"""Opacity of all groups while one is highlighted."""
LEFT, RIGHT = {"xaxis": "x", "yaxis": "y"}, {"xaxis": "x2", "yaxis": "y2"}


class Scene:
    """A figure in the making: its traces, and the heights some of them have at each position."""

    def __init__(self, figure: Sheet, place: int, group: str | None) -> None:
        self.figure = figure
        self.place = place
        self.group = group
        self.strength = 1.0 if group is None else FADED
        self.moving: dict[int, Floats] = {}

    def add(self, x: Any, y: Any, axes: dict[str, str], **look: Any) -> None:
        """Add a trace that stays."""
        self.figure.add_trace(scatter(x=np.asarray(x), y=np.asarray(y), **axes, **look))

    def move(self, x: Any, heights: Floats, axes: dict[str, str], **look: Any) -> None:
        """Add a trace that follows the slider; heights are (T, points)."""
        self.moving[self.figure.n_traces] = heights
        self.add(x, heights[self.place], axes, **look)


def segments_along(start: Floats, end: Floats) -> Floats:
    """Interleave (T, G) starts and ends with gaps: (T, 3 G)."""
    gaps = np.full(start.shape, np.nan)
    return np.stack([start, end, gaps], axis=2).reshape(len(start), -1)

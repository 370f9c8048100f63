"""Very many short lines, or dots, drawn as one path.

The drawing library makes an element of the page for each piece of a trace, at a tenth of a
millisecond or two; a path of as many pieces is one element. It neither answers the mouse nor has a
line in the legend: points that are not drawn do the first, a line of no points does the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.written import scatter

Floats = NDArray[np.float64]
# Pixels of a dot, and of a plot on a common screen.
_RADIUS = 2.5
_PLOT = (860, 310)
_STEPS = 6  # digits of what lies between the lowest and the highest value: finer than any screen


def add_strokes(
    figure: Sheet,
    ends: tuple[Floats, Floats, Floats, Floats],
    *,
    line: Mapping[str, Any],
    name: str = "",
    opacity: float = 1.0,
    **together: Any,
) -> None:
    """Draw straight lines, beneath all traces and in the order in which they were added.

    Parameters
    ----------
    figure : Sheet
    ends : tuple of four ndarray (n,)
        From where to where across, from where to where up. A line that lacks an end is not drawn.
    line : Mapping
        Colour, width and dash, as a trace has them.
    name : str
        Entry in the legend; there is none unless given.
    opacity : float
    together
        ``legendgroup`` and ``visible``, which the points that tell of the lines share.
    """
    if name:  # hidden and shown by its entry
        together = {"legendgroup": name, **together}
    if path := _path(*ends):
        # Not "between" grid and traces: what is hidden there, plotly forgets to remove.
        look = {"line": line, "opacity": opacity, "layer": "below"}
        figure.add_shape(type="path", path=path, **look, **together)
    if name:
        nowhere = np.array([np.nan])
        entry = {"mode": "lines", "line": line, "hoverinfo": "skip", "name": name}
        figure.add_trace(scatter(x=nowhere, y=nowhere, **entry, **together))


def add_dots(
    figure: Sheet, places: tuple[Floats, Floats], *, colour: str, opacity: float, name: str
) -> None:
    """Draw points (across, up) as one path, beneath all traces; round on a plot of usual size.

    For figures that follow a slider: they grow when one looks closer, as marks would not.
    """
    x, y = places
    across, up = (
        _RADIUS / pixels * (float(np.ptp(part)) or 1.0)
        for part, pixels in zip(places, _PLOT, strict=True)
    )
    left, right = _rounded(np.stack([x - across, x + across]))
    # Two curves that leave the height of the middle and come back to it: nearly a circle.
    low, middle, high = _rounded(np.stack([y - 4.0 / 3.0 * up, y, y + 4.0 / 3.0 * up]))
    pieces = zip(left, right, low, middle, high, strict=True)
    path = "".join(
        f"M{x0},{y1}C{x0},{y2} {x1},{y2} {x1},{y1}C{x1},{y0} {x0},{y0} {x0},{y1}"
        for x0, x1, y0, y1, y2 in pieces
    )
    look = {"fillcolor": colour, "line": {"width": 0}, "opacity": opacity, "layer": "below"}
    figure.add_shape(type="path", path=path, legendgroup=name, **look)
    nowhere = np.array([np.nan])
    marker = {"color": colour, "size": 2 * _RADIUS, "opacity": opacity}
    entry = {"mode": "markers", "marker": marker, "hoverinfo": "skip", "name": name}
    figure.add_trace(scatter(x=nowhere, y=nowhere, legendgroup=name, **entry))


def touched(places: tuple[Floats, Floats], **told: Any) -> dict[str, Any]:
    """Return a trace of points (across, up) that are not drawn but answer the mouse."""
    x, y = places
    return scatter(x=x, y=y, mode="none", showlegend=False, **told)


def _path(left: Floats, right: Floats, start: Floats, end: Floats) -> str:
    is_whole = np.isfinite(left + right + start + end)
    if not is_whole.any():
        return ""
    across = _rounded(np.stack([left[is_whole], right[is_whole]]))
    up = _rounded(np.stack([start[is_whole], end[is_whole]]))
    pieces = zip(across[0], up[0], across[1], up[1], strict=True)
    return "".join(f"M{x0},{y0}L{x1},{y1}" for x0, y0, x1, y1 in pieces)


def _rounded(values: Floats) -> list[list[float]]:
    spread = float(np.ptp(values)) or 1.0
    found: list[list[float]] = np.round(values, _STEPS - int(np.floor(np.log10(spread)))).tolist()
    return found

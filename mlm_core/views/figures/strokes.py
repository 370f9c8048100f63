"""Very many short lines, drawn as one path.

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

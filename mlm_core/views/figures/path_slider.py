"""The slider from no pooling to complete pooling, and the frames it moves through.

A frame holds the heights of the traces that move, nothing else; its values are single precision,
which is finer than any screen. The place of the estimate is marked below the track.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.inference.pooling_path import PoolingPath
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import BASE_SIZE, BLUE, CLEAR, GREY, TITLE_SIZE
from mlm_core.views.figures.written import scatter
from mlm_core.views.numbers import count, number, percent

Floats = NDArray[np.float64]

_INSET = 20  # pixels between the end of the slider and its first step
_BELOW = -0.24
_UNDER_TRACK, _LINE = 66, 20  # pixels from the top of the slider to the first text, and per line
_HALF_MARK = 11  # pixels from the edge of its text to the middle of the mark
_AT_ONCE = {
    "mode": "immediate",
    "frame": {"duration": 0, "redraw": False},
    "transition": {"duration": 0},
}


def add_slider(
    figure: Sheet, path: PoolingPath, moving: Mapping[int, Floats], *, place: int
) -> None:
    """Give a figure the slider of a path.

    Parameters
    ----------
    figure : Sheet
    path : PoolingPath
    moving : Mapping[int, ndarray (T, points)]
        By number of the trace: its heights at every position.
    place : int
        The position the slider begins at.
    """
    traces = list(moving)
    heights = [values.astype(np.float32) for values in moving.values()]
    figure.set_frames(
        [
            {
                "name": str(step),
                "traces": traces,
                "data": [scatter(y=each[step]) for each in heights],
            }
            for step in range(len(path.pooling))
        ]
    )
    steps = [
        {"method": "animate", "args": [[str(step)], _AT_ONCE], "label": step_label(path, step)}
        for step in range(len(path.pooling))
    ]
    figure.update_layout(sliders=[_slider(path, steps, place)], margin={"b": 188})
    _name_places(figure, path)


def _slider(path: PoolingPath, steps: list[dict[str, Any]], place: int) -> dict[str, Any]:
    font = {"size": TITLE_SIZE}
    return {
        "active": place,
        "steps": steps,
        "x": 0.0,
        "len": 1.0,
        "y": _BELOW,
        "yanchor": "top",
        "pad": {"t": 20, "b": 0},
        "currentvalue": {"prefix": slider_title(path), "xanchor": "left", "font": font},
        # The steps' own labels would crowd the track; the ends and the estimate are named.
        "font": {"color": CLEAR, "size": 1},
        "ticklen": 0,
        "minorticklen": 0,
        "bgcolor": GREY,
        "bordercolor": GREY,
        "activebgcolor": BLUE,
    }


def slider_title(path: PoolingPath) -> str:
    """Return what stands before the value of the slider."""
    size = count(round(path.typical_size))
    return f"Pooling of a group of {size} row{'' if size == '1' else 's'}: "


def step_label(path: PoolingPath, step: int) -> str:
    """Return what a position says: the pooling, and how much worse it fits than the estimate."""
    share = percent(path.pooling[step])
    if step == path.at_estimate:
        return f"{share}, the {path.method} estimate"
    rise = path.rise[step]
    if not np.isfinite(rise):
        return share
    return f"{share} ({path.method} criterion {number(rise, 3)} above its minimum)"


def _name_places(figure: Sheet, path: PoolingPath) -> None:
    """Mark the estimate right beneath the track, and name both ends a line lower."""
    last = len(path.pooling) - 1
    share = path.at_estimate / last
    estimate = f"{path.method} estimate"
    inset = round((1.0 - 2.0 * share) * _INSET)
    # The mark stands under the knob, the words on the side that has more room.
    if share <= 0.5:
        _name_place(figure, f"▲ {estimate}", share, "left", line=0, shift=inset - _HALF_MARK)
    else:
        _name_place(figure, f"{estimate} ▲", share, "right", line=0, shift=inset + _HALF_MARK)
    _name_place(figure, "no pooling", 0.0, "left", line=1)
    _name_place(figure, "complete pooling", 1.0, "right", line=1)


def _name_place(
    figure: Sheet, text: str, x: float, side: str, *, line: int, shift: int = 0
) -> None:
    figure.add_annotation(
        text=text,
        x=x,
        xref="paper",
        xanchor=side,
        xshift=shift,
        y=_BELOW,
        yref="paper",
        yanchor="top",
        yshift=-_UNDER_TRACK - _LINE * line,
        showarrow=False,
        font={"size": BASE_SIZE},
    )

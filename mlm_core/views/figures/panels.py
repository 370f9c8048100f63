"""Small plots that share their axes, four in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import BASE_SIZE, TITLE_SIZE

COLUMNS = 4
_BETWEEN_COLUMNS, _BETWEEN_ROWS = 0.02, 0.24  # shares of the width, and of the height by rows
_PANEL, _AROUND = 150, 130  # pixels of height
_X_TITLE, _Y_TITLE = -30, -40  # pixels from the edge of the panels


def new_panels(titles: Sequence[str], x_title: str, y_title: str) -> Sheet:
    """Return empty panels in the look of all figures; titles are figure text."""
    rows = max(1, -(-len(titles) // COLUMNS))
    axes: dict[str, Any] = {}
    for place in range(rows * COLUMNS):
        axes.update(_axes(place, rows))
    size = {"size": BASE_SIZE}
    return Sheet(
        {
            **axes,
            "height": _AROUND + _PANEL * rows,
            "font": size,
            "margin": {"l": 72, "r": 12, "t": 74, "b": 64},
            "legend": {"orientation": "h", "x": 0, "y": 1 + 50 / (_PANEL * rows), "font": size},
            "annotations": [
                *(_title(text, place, rows) for place, text in enumerate(titles)),
                *_outer_titles(x_title, y_title),
            ],
        }
    )


def panel(place: int) -> dict[str, str]:
    """Return the axes of the panel at a place, as a trace names them."""
    number = "" if place == 0 else str(place + 1)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def _domains(place: int, rows: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return from where to where a panel reaches, across and up, as shares of the figure."""
    row, column = divmod(place, COLUMNS)
    gap = _BETWEEN_ROWS / rows
    width = (1.0 - _BETWEEN_COLUMNS * (COLUMNS - 1)) / COLUMNS
    height = (1.0 - gap * (rows - 1)) / rows
    left, low = column * (width + _BETWEEN_COLUMNS), (rows - 1 - row) * (height + gap)
    return (left, left + width), (low, low + height)


def _axes(place: int, rows: int) -> dict[str, Any]:
    """Return both axes of a panel; all follow those at the lower left, and show what they do."""
    row, column = divmod(place, COLUMNS)
    own, shared = panel(place), panel((rows - 1) * COLUMNS)
    across, up = _domains(place, rows)
    look = {"tickfont": {"size": BASE_SIZE - 2}, "nticks": 5}
    return {
        f"{axis}axis{own[f'{axis}axis'][1:]}": {
            **look,
            "anchor": own[f"{other}axis"],
            "domain": domain,
            "matches": None if own == shared else shared[f"{axis}axis"],
            "showticklabels": None if is_outer else False,
        }
        for axis, other, domain, is_outer in (
            ("x", "y", across, row == rows - 1),
            ("y", "x", up, column == 0),
        )
    }


def _title(text: str, place: int, rows: int) -> dict[str, Any]:
    across, up = _domains(place, rows)
    return {
        **_written(text, (across[0] + across[1]) / 2, up[1], BASE_SIZE - 1),
        "xanchor": "center",
        "yanchor": "bottom",
    }


def _outer_titles(x_title: str, y_title: str) -> tuple[dict[str, Any], dict[str, Any]]:
    beneath = {"xanchor": "center", "yanchor": "top", "yshift": _X_TITLE}
    beside = {"xanchor": "right", "yanchor": "middle", "xshift": _Y_TITLE, "textangle": -90}
    return (
        {**_written(x_title, 0.5, 0.0, TITLE_SIZE), **beneath},
        {**_written(y_title, 0.0, 0.5, TITLE_SIZE), **beside},
    )


def _written(text: str, x: float, y: float, size: float) -> dict[str, Any]:
    place = {"x": x, "xref": "paper", "y": y, "yref": "paper"}
    return {"text": text, "font": {"size": size}, "showarrow": False, **place}

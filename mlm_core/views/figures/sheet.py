"""The sheet every figure is drawn on: a plotly figure that a browser draws once, not twice.

Streamlit hands a figure to the drawing library a second time right after it was drawn, as a copy,
and the library draws all again unless it finds the copy equal. Packed numbers (base64) and
templates of a copy never are; plain lists are taken for equal while the revision of the data is the
same. So traces are written as lists, and what a template would say stands in the layout itself.
Frames, which nobody compares, stay packed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

FAMILY = '"Source Sans", sans-serif'
GRID = "rgba(128, 128, 128, 0.2)"
_LINE = "#808080"
_REVISION = 1
_LAYOUT: Mapping[str, Any] = {
    "datarevision": _REVISION,
    "hovermode": "closest",
    "font": {"family": FAMILY},
    "margin": {"pad": 8},
}
_AXIS: Mapping[str, Any] = {
    "gridcolor": GRID,
    "zeroline": False,
    "showline": True,
    "linecolor": _LINE,
    "ticks": "outside",
    "tickcolor": _LINE,
    "automargin": True,
    "ticklabeloverflow": "allow",  # all labels were measured to hide what automargin makes room for
}
_AXES: Mapping[str, Mapping[str, Any]] = {
    "xaxis": {**_AXIS, "showgrid": False, "title": {"standoff": 20}},
    "yaxis": {**_AXIS, "showgrid": True, "title": {"standoff": 24}},
}


class Sheet(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that is written with the look of all figures, and with its numbers as lists."""

    _ink: Mapping[str, Any] = {}
    _written: Mapping[str, Any] | None = None

    def print_in(self, *, text: str, paper: str, frame: str) -> None:
        """Choose the colours of text, of the paper, and of the frames around what is pointed at.

        Kept apart until the figure is written: plotly takes long to change a layout, and all else
        takes its colour from these.
        """
        self._ink = {
            "font": {"color": text},
            "hoverlabel": {"bgcolor": paper, "bordercolor": frame, "font": {"color": text}},
            "paper_bgcolor": paper,
            "plot_bgcolor": paper,
        }

    def keep(self) -> None:
        """Write the figure once and for all, since that takes long: later changes are not seen."""
        self._written = self.to_dict()

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as it is sent to a browser."""
        if self._written is not None:
            return dict(self._written)
        written: dict[str, Any] = super().to_dict()
        written["data"] = [_unpacked(trace) for trace in written["data"]]
        layout = _completed(_completed(written["layout"], _LAYOUT), self._ink)
        layout.pop("template", None)
        for slider in layout.get("sliders", ()):  # whose font is that of its unseen labels
            caption = {"font": self._ink.get("font", {})}
            slider["currentvalue"] = _completed(slider["currentvalue"], caption)
        for name in layout:
            if name[:5] in _AXES:
                layout[name] = _completed(layout[name], _AXES[name[:5]])
        written["layout"] = layout
        return written


def _completed(given: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a layout with what it does not say itself."""
    found = {**usual, **given}
    for name, value in usual.items():
        if isinstance(value, Mapping):
            found[name] = _completed(given.get(name, {}), value)
    return found


def _unpacked(part: Any) -> Any:
    """Return a trace, or a part of one, with lists in the place of packed arrays."""
    if isinstance(part, dict):
        if "bdata" in part:
            return _numbers(part)
        return {key: _unpacked(value) for key, value in part.items()}
    return part


def _numbers(packed: Mapping[str, str]) -> list[Any]:
    values = np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])
    if "shape" in packed:
        values = values.reshape([int(side) for side in packed["shape"].split(",")])
    # What is missing is null to a browser; the encoder would read all text again for a NaN.
    found = values.astype(object)
    found[~np.isfinite(values)] = None
    return list(found.tolist())

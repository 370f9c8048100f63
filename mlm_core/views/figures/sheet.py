"""The sheet every figure is drawn on: a plotly figure that costs little, and is drawn once.

plotly looks every part of a figure up in its own catalogue, some hundreds of them in a figure of
ours, which takes ten times as long as all else there is to do. So a sheet keeps what it is given as
it is, and writes that for the browser; plotly's objects are made, and everything is checked, when
somebody asks for them: the tests of every figure do, and whoever works on with one in a notebook.

Streamlit hands a figure to the drawing library a second time right after it was drawn, as a copy,
and the library draws all again unless it finds the copy equal. Packed numbers (base64) and
templates of a copy never are; plain lists are taken for equal while the revision of the data is the
same. So traces are written as lists, and what a template would say stands in the layout itself.
Frames, which nobody compares, are packed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from mlm_core.views.figures.written import completed, joined, packed, plain, unpacked

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
# None is written; without this one plotly would copy its own into every figure.
_NO_TEMPLATE = go.layout.Template()


class Sheet(go.Figure):  # type: ignore[misc]  # plotly has no types
    """A figure that is written with the look of all figures, and with its numbers as lists.

    Until plotly's own objects are asked for (``data``, ``layout``, ``frames`` or anything that uses
    them), it is changed by the methods below alone. They are plotly's, but know neither panels nor
    names joined by underscores: parts of parts are mappings.
    """

    def __init__(self, layout: Mapping[str, Any] | None = None) -> None:
        # Not of plotly: see ``__getattr__``.
        self._traces: list[Mapping[str, Any]] | None = []
        self._look: dict[str, Any] = dict(layout or {})
        self._film: list[dict[str, Any]] = []
        self._ink: Mapping[str, Any] = {}
        self._written: Mapping[str, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        """Make what plotly keeps of a figure when the first part of it is asked for."""
        if not name.startswith("_") or name.startswith("__") or self.__dict__["_traces"] is None:
            raise AttributeError(name)
        self.opened()
        return getattr(self, name)

    def __reduce__(self) -> Any:
        """Let a figure be copied and stored as any other record."""
        return Sheet, (), self.__dict__

    def opened(self) -> Sheet:
        """Make plotly's own objects, which checks all parts; return the figure.

        Raises
        ------
        ValueError
            A part is unknown to plotly, or is not what plotly takes for it.
        """
        if self._traces is not None:
            traces, self._traces = self._traces, None
            look = {"template": _NO_TEMPLATE, **self._look}
            super().__init__(data=traces, layout=look, frames=self._film)
        return self

    def copy(self) -> Sheet:
        """Return a figure of the same parts, which can be changed alone."""
        made = Sheet()
        if self._traces is None:
            written = self._as_plotly_has_it()
            made._traces, made._look = written["data"], written["layout"]
            made._film = written.get("frames", [])
        else:
            made._traces, made._look, made._film = list(self._traces), self._look, self._film
        made._ink = self._ink
        return made

    @property
    def is_plain(self) -> bool:
        """Whether plotly's own objects were not asked for yet."""
        return self._traces is not None

    @property
    def height(self) -> float | None:
        """Height of the figure in pixels, if it has one of its own."""
        return self._look.get("height") if self._traces is not None else self.layout.height

    @property
    def n_traces(self) -> int:
        """How many traces there are."""
        return len(self.data if self._traces is None else self._traces)

    def add_trace(self, trace: Mapping[str, Any], **place: Any) -> Sheet:
        """Add a trace, or an object of plotly's (which can have a ``row`` and a ``col``)."""
        if self._traces is None or not isinstance(trace, Mapping):
            super().add_trace(trace, **place)
        else:
            self._traces.append(trace)
        return self

    def add_annotation(self, **look: Any) -> Sheet:
        """Write into the figure."""
        return self._add("annotations", super().add_annotation, look)

    def add_shape(self, **look: Any) -> Sheet:
        """Draw beneath or above the traces."""
        return self._add("shapes", super().add_shape, look)

    def _add(self, kind: str, add: Callable[..., Any], look: Mapping[str, Any]) -> Sheet:
        if self._traces is None:
            add(**look)
        else:
            self._look[kind] = [*self._look.get(kind, ()), look]
        return self

    def set_frames(self, frames: Sequence[Mapping[str, Any]]) -> Sheet:
        """Give the figure frames that its slider moves through."""
        if self._traces is None:
            self.frames = frames
        else:
            self._film = [dict(frame) for frame in frames]
        return self

    def update_layout(self, layout: Mapping[str, Any] | None = None, **look: Any) -> Sheet:
        """Change the layout where something is said about it."""
        if self._traces is None:
            super().update_layout(layout, **look)
        else:
            self._look = joined(self._look, {**(layout or {}), **look})
        return self

    def update_xaxes(self, look: Mapping[str, Any] | None = None, **more: Any) -> Sheet:
        """Change all horizontal axes."""
        return self._update_axes("xaxis", look, more)

    def update_yaxes(self, look: Mapping[str, Any] | None = None, **more: Any) -> Sheet:
        """Change all upright axes."""
        return self._update_axes("yaxis", look, more)

    def _update_axes(
        self, kind: str, look: Mapping[str, Any] | None, more: Mapping[str, Any]
    ) -> Sheet:
        if self._traces is None:
            update = super().update_xaxes if kind == "xaxis" else super().update_yaxes
            update(look, **more)
            return self
        given = {**(look or {}), **more}
        names = [name for name in self._look if name.startswith(kind)] or [kind]
        return self.update_layout(dict.fromkeys(names, given))

    def print_in(self, *, text: str, paper: str, frame: str) -> None:
        """Choose the colours of text, of the paper, and of the frames around what is pointed at.

        Kept apart until the figure is written: all else takes its colour from these.
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
        written = self._as_plotly_has_it() if self._traces is None else self._as_given()
        layout = completed(completed(written["layout"], _LAYOUT), self._ink)
        layout.pop("template", None)
        for slider in layout.get("sliders", ()):  # whose font is that of its unseen labels
            caption = {"font": self._ink.get("font", {})}
            slider["currentvalue"] = completed(slider["currentvalue"], caption)
        for name in layout:
            if name[:5] in _AXES:
                layout[name] = completed(layout[name], _AXES[name[:5]])
        written["layout"] = layout
        return written

    def _as_plotly_has_it(self) -> dict[str, Any]:
        written: dict[str, Any] = super().to_dict()
        return {**written, **unpacked({part: written[part] for part in ("data", "layout")})}

    def _as_given(self) -> dict[str, Any]:
        written: dict[str, Any] = {"data": plain(self._traces), "layout": plain(self._look)}
        if self._film:
            written["frames"] = packed(self._film)
        return written

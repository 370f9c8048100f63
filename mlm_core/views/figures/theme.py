"""The look of all figures: colours, shapes, sizes, and the record a figure is handed over in.

Colours are those of Okabe and Ito (readable with every common colour vision), and no difference is
told by colour alone: every family of lines or marks has its own dash or shape as well. :func:`ink`
gives text and background the colours of a light or a dark page at the end. Sizes are chosen for a
projector; what all figures share besides is in :mod:`mlm_core.views.figures.sheet`.

Text from users enters a figure through :func:`mlm_core.views.escape.for_figure`; what a click hands
back (``customdata``) is the raw group label, which is never drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import numpy as np
import pandas as pd
import plotly.io as pio
from numpy.typing import NDArray

from mlm_core.views.escape import for_figure
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.written import scatter

ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#808080"
BROWN = "#8F5B00"  # a dark orange in place of the palette's yellow, which white swallows
INK = "#31333F"
INK_ON_DARK = "#E6EAF1"
PAPER = "#FFFFFF"
PAPER_ON_DARK = "#171614"
FAINT = "rgba(128, 128, 128, 0.28)"
CLEAR = "rgba(0, 0, 0, 0)"
LEVEL_COLOURS = (BLUE, GREEN, PURPLE, SKY)
LEVEL_PATTERNS = ("", "/", "x", ".")
# Groups are told apart by colour and shape (lines: colour and dash); with seven colours and five
# shapes a look comes back after 35 groups, and then never next to its twin. Vermillion is left out:
# it is the line of all rows.
GROUP_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, SKY, BROWN, GREY)
GROUP_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x")
GROUP_DASHES = ("solid", "dash", "dot", "longdash", "dashdot", "solid", "longdashdot")
RESIDUAL_COLOUR = "#B3B3B3"  # dark type on it can be read on either page

BASE_SIZE = 15
TITLE_SIZE = 16
HEIGHT = 450
MOST_TICK_LABELS = 20
LONGEST_TICK_LABEL = 14  # characters; the hover has the whole name
# Pixels that the titles of the axes, labels such as −0.05 or 100%, and a line of legend need. The
# drawing library makes room for what needs more by drawing the whole figure a second time.
MARGIN = {"l": 99, "r": 24, "t": 58, "b": 80}
WITHOUT_LABELS = 44
"""The lower margin where the positions of an axis have no labels."""
_LINE = 24  # pixels: of one more line of a legend, or of the title of an axis
_CHARACTER, _BESIDE = 6.8, 64  # pixels: of a character, and of ticks and title beside labels
MOST_ROOM = 240


@dataclass(frozen=True)
class Family:
    """How one kind of estimate is drawn, on every figure.

    Attributes
    ----------
    name : str
        Name in legends.
    colour : str
        Colour of lines and marks.
    dash : str
        Dash of lines.
    symbol : str
        Shape of marks.
    width : float
        Width of a single line.
    """

    name: str
    colour: str
    dash: str
    symbol: str
    width: float


POOLED = Family("pooled", VERMILLION, "solid", "diamond", 4.0)
UNPOOLED = Family("unpooled", ORANGE, "dot", "circle-open", 1.5)
MIXED = Family("mixed", BLUE, "solid", "circle", 1.5)


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure ready to be shown.

    Attributes
    ----------
    figure : Sheet
        The figure.
    alt : str
        What it shows, in words and numbers, as plain text.
    name : str
        File name (without ending) when it is saved.
    """

    figure: Sheet
    alt: str
    name: str

    @property
    def key(self) -> str:
        """What the figure is known by on its page."""
        return f"figure-{self.name}"

    @property
    def json(self) -> str:
        """The figure as it is sent to a browser."""
        return str(pio.to_json(self.figure, validate=False))

    @property
    def config(self) -> dict[str, Any]:
        """Options of the drawing library: no logo, the save button writes an SVG of this name."""
        return {
            "displaylogo": False,
            "toImageButtonOptions": {"format": "svg", "filename": self.name, "scale": 2},
        }


def new_figure(x_title: str, y_title: str, *, height: int = HEIGHT) -> Sheet:
    """Start a figure; the axis titles are figure text already (user text escaped)."""
    return Sheet({**_look(height), "xaxis": axis(x_title), "yaxis": axis(y_title)})


def leave_room(figure: Sheet, *, lines: int) -> None:
    """Leave room above for a legend of so many lines, as one beside another figure needs."""
    figure.update_layout(margin={"t": MARGIN["t"] + _LINE * (lines - 1)})


def axis(title: str | None = None) -> dict[str, Any]:
    """Return the look of an axis with a title (figure text)."""
    return {
        "tickfont": {"size": BASE_SIZE},
        "title": {"font": {"size": TITLE_SIZE}, "text": title},
    }


def _look(height: int) -> dict[str, Any]:
    return {
        "height": height,
        "margin": MARGIN,
        "font": {"size": BASE_SIZE},
        "legend": {
            "orientation": "h",
            "x": 0,
            "yref": "container",  # not of the plot: it stays above when a window changes its width
            "y": 0.99,
            "xanchor": "left",
            "yanchor": "top",
            "font": {"size": BASE_SIZE},
            "title": {"text": ""},
        },
        "modebar": {"bgcolor": CLEAR, "color": GREY, "activecolor": BLUE},
        "hoverlabel": {"font": {"size": BASE_SIZE}, "align": "left"},
    }


def ink(figure: Sheet, *, is_dark: bool) -> None:
    """Give a figure the colours of a light or a dark page."""
    text, paper = (INK_ON_DARK, PAPER_ON_DARK) if is_dark else (INK, PAPER)
    figure.print_in(text=text, paper=paper, frame=GREY)


def answers_clicks(figure: Sheet) -> None:
    """Let a click on a mark pick it, from the start: set later, all would be drawn again."""
    figure.update_layout(clickmode="event+select", dragmode="pan")


def labels(groups: Iterable[object]) -> NDArray[np.object_]:
    """Return group labels as figure text."""
    return np.array([for_figure(group) for group in groups], dtype=object)


def tick_labels(groups: pd.Series) -> NDArray[np.object_]:
    """Return group labels as figure text that leaves room for the figure, long ones cut."""
    most = LONGEST_TICK_LABEL
    names = (str(group) for group in groups)
    cut = [name if len(name) <= most else f"{name[: most - 1]}…" for name in names]
    return np.array([for_figure(name) for name in cut], dtype=object)


def click_data(table: pd.DataFrame) -> NDArray[np.object_]:
    """Return what a click hands back: raw group label and size, one row a mark."""
    return np.column_stack([table["group"].to_numpy(object), table["n"].to_numpy(object)])


def group_look(codes: NDArray[np.intp]) -> dict[str, NDArray[np.object_]]:
    """Return colour and shape of marks by the number of their group."""
    return {
        "color": np.array(GROUP_COLOURS, dtype=object)[codes % len(GROUP_COLOURS)],
        "symbol": np.array(GROUP_SYMBOLS, dtype=object)[codes % len(GROUP_SYMBOLS)],
    }


def every(step: int) -> str:
    """Say that only every second, third ... of very many is drawn."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(step % 10, "th")
    return f"every {step}{'th' if step % 100 in (11, 12, 13) else ending}"


def segments(*ends: NDArray[np.float64] | pd.Series) -> NDArray[np.float64]:
    """Interleave coordinates with gaps: many segments, drawn as one trace.

    ``segments(start, end)`` gives ``start[0], end[0], nan, start[1], end[1], nan, ...``.
    """
    columns = [np.asarray(end, dtype=np.float64) for end in ends]
    return np.column_stack([*columns, np.full(len(columns[0]), np.nan)]).ravel()


def repeated(values: NDArray[np.object_], times: int) -> NDArray[np.object_]:
    """Repeat each value for all points of its segment, the gap included."""
    return np.repeat(values, times + 1, axis=0)


def add_level_line(
    figure: Sheet, value: float, text: str, family: Family, *, span: tuple[float, float]
) -> None:
    """Draw a horizontal reference line over ``span``, named in the legend."""
    figure.add_trace(
        scatter(
            x=np.array(span),
            y=np.array([value, value]),
            mode="lines",
            name=text,
            line={"color": family.colour, "dash": family.dash, "width": 2.5},
            hoverinfo="skip",
        )
    )


def add_upright_line(
    figure: Sheet, value: float, text: str, family: Family, *, span: tuple[float, float]
) -> None:
    """Draw a vertical reference line over ``span``, named in the legend."""
    figure.add_trace(
        scatter(
            x=np.array([value, value]),
            y=np.array(span),
            mode="lines",
            name=text,
            line={"color": family.colour, "dash": family.dash, "width": 2.5},
            hoverinfo="skip",
        )
    )


def room_for(names: Iterable[str]) -> float:
    """Return the left margin that names (figure text) of rows need, in pixels."""
    longest = max(len(unescape(line)) for name in names for line in name.split("<br>"))
    return min(_BESIDE + _CHARACTER * longest, MOST_ROOM)


def name_rows(figure: Sheet, places: NDArray[Any], names: Sequence[str]) -> None:
    """Label places on the upright axis with names (figure text)."""
    figure.update_layout(margin={"l": room_for(names)})
    figure.update_yaxes(
        tickmode="array",
        tickvals=places,
        ticktext=np.array(names, dtype=object),
        showgrid=False,
    )


def name_positions(figure: Sheet, groups: pd.Series, title: str) -> None:
    """Label positions 1, 2, ... with group names where there is room for them."""
    if len(groups) <= MOST_TICK_LABELS:
        figure.update_xaxes(
            tickmode="array", tickvals=np.arange(1, len(groups) + 1), ticktext=tick_labels(groups)
        )
    else:
        figure.update_xaxes(showticklabels=False, ticks="", showgrid=False)
        figure.update_layout(margin={"b": WITHOUT_LABELS + _LINE * title.count("<br>")})
    figure.update_xaxes(title={"text": title}, range=[0.25, len(groups) + 0.75])

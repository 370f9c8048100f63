"""An axis of groups in order of rank, readable for ten groups and for thousands.

It carries the names of groups as far as there is room, so that zooming in brings out more of them;
below it a strip shows the whole with the part on view. A group can be pointed at and zoomed to.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.group_summaries import GroupSummaries
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.sheet import Sheet
from mlm_core.views.figures.theme import GREY, POOLED, every, tick_labels
from mlm_core.views.numbers import count, number

MOST_GROUPS = 1000
"""Of more groups every second, third ... is drawn, which the axis says."""
STRIP_FROM = 40
"""With fewer groups everything is seen at once, and no strip is needed."""
AROUND = 25
"""Groups on either side of a marked one when the picture opens on it."""
MOST_NAMES = 30
_UNSEEN = str.maketrans("01", "\u200b\u200c")  # characters of no width


def drawn(table: pd.DataFrame, marked: str | None = None) -> pd.DataFrame:
    """Return the groups that are drawn: all, or evenly many of them and the marked one."""
    step = _step(len(table))
    if step == 1:
        return placed(table)
    chosen = (np.arange(len(table)) % step == 0) | (table["group"] == marked).to_numpy()
    kept: pd.DataFrame = table.loc[chosen].reset_index(drop=True)
    return placed(kept)


def _step(groups: int) -> int:
    return max(1, -(-groups // MOST_GROUPS))


def placed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the groups with their ``place`` on the axis, the name that it shows for them.

    Names that are not those of their groups letter by letter, long ones that are cut for example,
    can be alike: they are told apart by characters that nobody sees.
    """
    texts = zip(tick_labels(table["group"]), table["group"], table["position"], strict=True)
    names = [text if text == group else text + _unseen(at) for text, group, at in texts]
    return table.assign(place=np.array(names, dtype=object))


def places(table: pd.DataFrame, times: int = 1) -> NDArray[np.object_]:
    """Return places on the axis, each repeated and followed by a gap where there are segments."""
    names = table["place"].to_numpy(object)
    if times == 1:
        return names
    gaps = np.full(len(names), None, dtype=object)
    return np.column_stack([names] * times + [gaps]).ravel()


def _unseen(place: int) -> str:
    return f"{place:b}".translate(_UNSEEN)


def uprights(low: pd.Series, high: pd.Series) -> NDArray[np.float64]:
    """Return heights of upright lines, each followed by a gap."""
    return np.column_stack([low, high, np.full(len(low), np.nan)]).ravel()


def ribbon(
    table: pd.DataFrame, low: str, high: str
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return places and heights of one outline around the bars of very many groups side by side.

    There and back again; where a bar does not exist the outline is closed and another begun. To be
    drawn with the shape ``hvh``, so that every group keeps a step of its own.
    """
    where = places(table)
    ends = table[[low, high]].to_numpy(np.float64)
    there = np.flatnonzero(np.isfinite(ends).all(axis=1))
    x: list[object] = []
    y: list[object] = []
    for run in np.split(there, np.flatnonzero(np.diff(there) > 1) + 1):
        x += [*where[run], *where[run[::-1]], None]
        y += [*ends[run, 1], *ends[run[::-1], 0], None]
    return np.array(x, dtype=object), np.array(y, dtype=object)


def rank_axis(figure: Sheet, table: pd.DataFrame, summaries: GroupSummaries, order: str) -> None:
    """Name the places as far as there is room, with a strip of the whole below when many."""
    step = _step(summaries.n_groups)
    some = "" if step == 1 else f"{every(step)} of {count(summaries.n_groups)} "
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=places(table),
        nticks=MOST_NAMES,
        range=[-0.75, len(table) - 0.25],
        showgrid=False,
        title={"text": f"{some}groups of {for_figure(summaries.level)}, {order}"},
    )
    if len(table) > STRIP_FROM:
        figure.update_xaxes(
            rangeslider={
                "visible": True,
                "thickness": 0.1,
                "range": [-0.75, len(table) - 0.25],
                "bordercolor": GREY,
                "borderwidth": 1,
            }
        )
        figure.update_layout(margin={"b": 54})  # the title below the strip is not measured


def mark(figure: Sheet, table: pd.DataFrame, column: str, marked: str | None) -> str:
    """Point at a group and open the picture around it; return what the alt text says of it."""
    found = np.flatnonzero(table["group"].to_numpy(object) == marked)
    if not len(found):
        return ""
    place = int(found[0])
    row = table.iloc[place]
    value = number(float(row[column]), 4)
    figure.add_annotation(
        x=place,
        y=float(row["whisker_high" if column == "median" else column]),
        text=f"<b>{for_figure(marked)}</b>: {column} {value}, n = {count(row['n'])}",
        arrowcolor=POOLED.colour,
        arrowwidth=2,
        ay=-36,
        bordercolor=POOLED.colour,
        borderpad=3,
    )
    if len(table) > 2 * AROUND + 1:
        first = min(max(place - AROUND, 0), len(table) - 2 * AROUND - 1)
        figure.update_xaxes(range=[first - 0.75, first + 2 * AROUND + 0.75])
    return (
        f" Group {plain(marked)} is marked: rank {count(row['position'])}, {column} {value},"
        f" {count(row['n'])} rows."
    )

"""Figures of the groups themselves: their sizes, and what is nested in what."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlm_core.inference.nesting import NestingTree
from mlm_core.views.escape import for_figure, plain
from mlm_core.views.figures.theme import BLUE, HEIGHT, Picture, labels, name_rows, new_figure
from mlm_core.views.figures.written import bar
from mlm_core.views.numbers import count


def size_histogram(sizes: pd.DataFrame, *, level: str) -> Picture:
    """Draw how many groups there are of each size.

    Parameters
    ----------
    sizes : DataFrame
        ``lower``, ``upper``, ``groups`` as :func:`mlm_core.inference.summaries.size_counts` gives.
    level : str
        Name of the level.
    """
    lower, upper = sizes["lower"].to_numpy(), sizes["upper"].to_numpy()
    names = [str(a) if a == b else f"{a} to {b}" for a, b in zip(lower, upper, strict=True)]
    figure = new_figure(f"rows in a group of {for_figure(level)}", "number of groups")
    figure.add_trace(
        bar(
            x=(lower + upper) / 2,
            y=sizes["groups"].to_numpy(),
            width=(upper - lower + 1) * 0.9,
            marker={"color": BLUE},
            text=None,
            customdata=np.array(names, dtype=object),
            hovertemplate="%{customdata} rows<br>%{y} groups<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_layout(margin={"t": 16})
    figure.update_xaxes(showgrid=False)
    if not len(sizes):
        return Picture(figure, f"No group of {plain(level)} to count.", "group-sizes")
    if len(sizes) == 1:  # one bar would fill the figure, with fractions of a row beneath it
        figure.update_xaxes(range=[lower[0] - 3.0, upper[0] + 3.0], dtick=1)
    most = int(sizes["groups"].to_numpy().argmax())
    alt = (
        f"Histogram of group sizes: {count(sizes['groups'].sum())} groups of {plain(level)} hold"
        f" between {lower[0]} and {upper[-1]} rows; the most frequent size is {names[most]} rows"
        f" ({sizes['groups'].iloc[most]} groups)."
    )
    return Picture(figure, alt, "group-sizes")


def _shown(tree: NestingTree) -> str:
    """Say how many of the outermost groups have a bar, where some have none."""
    if tree.n_shown == tree.n_groups:
        return ""
    groups = f"{count(tree.n_groups)} groups of {for_figure(tree.levels[0])}"
    return f"; the {count(tree.n_shown)} largest of {groups}"


def nesting(tree: NestingTree) -> Picture:
    """Draw what is nested in what: one bar a group, one block in it for each group inside."""
    nodes = tree.nodes[~tree.nodes["is_rest"]]
    bars = nodes[nodes["depth"] == 1]
    rank = {node: len(bars) - place for place, node in enumerate(bars["id"])}
    has_inner = len(tree.levels) > 1
    blocks = nodes[nodes["depth"] == 2] if has_inner else bars
    owner = blocks["parent"] if has_inner else blocks["id"]
    n = blocks["n"].to_numpy()
    base = blocks["n"].groupby(owner.to_numpy(), sort=False).cumsum().to_numpy() - n
    outer, inner = for_figure(tree.levels[0]), for_figure(tree.levels[1 if has_inner else 0])
    title = f"rows (each block one {inner})" if has_inner else "rows"
    figure = new_figure(title + _shown(tree), "", height=max(HEIGHT, 60 + 22 * len(bars)))
    figure.add_trace(
        bar(
            x=n,
            base=base,
            y=owner.map(rank).to_numpy(),
            orientation="h",
            width=0.8,
            marker={"color": BLUE, "line": {"color": "white", "width": 1.5}},
            text=labels(blocks["label"]),
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "white"},
            customdata=blocks["label"].to_numpy(object),
            hovertext=np.array(
                [f"{inner} {text}" for text in labels(blocks["label"])], dtype=object
            ),
            hovertemplate="<b>%{hovertext}</b><br>n = %{x}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_layout(margin={"t": 16}, uniformtext={"minsize": 11, "mode": "hide"})
    names = [f"{outer} {text}" for text in labels(bars["label"])]
    name_rows(figure, np.arange(len(bars), 0, -1), names)
    return Picture(figure, _nesting_alt(tree), "nesting")


def _nesting_alt(tree: NestingTree) -> str:
    inside = [f"{plain(inner)} in {plain(outer)}" for outer, inner in
              zip(tree.levels, tree.levels[1:], strict=False)]  # fmt: skip
    first = tree.nodes[tree.nodes["depth"] == 1].iloc[0]
    nested = f" Nested: {', '.join(inside)}." if inside else ""
    return (
        f"Bars for the {tree.n_shown} largest of {count(tree.n_groups)} groups of"
        f" {plain(tree.levels[0])}, as long as they have rows.{nested} The largest,"
        f" {plain(first['label'])}, has {count(first['n'])} rows"
        + (f" in {count(first['children'])} groups of {plain(tree.levels[1])}." if inside else ".")
    )

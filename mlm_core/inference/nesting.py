"""The tree of groups: what is nested in what, and how many rows each group holds.

One node stands for all rows and one for every group; where there are very many outermost groups,
the largest are kept one by one and a single node stands for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.nests import Nest, nests_of
from mlm_core.data.tables import Table

_HIDDEN = np.iinfo(np.intp).max


@dataclass(frozen=True, eq=False)
class NestingTree:
    """What is nested in what, ready to be drawn.

    Attributes
    ----------
    levels : tuple of str
        Grouping columns, outermost first.
    nodes : DataFrame
        ``id``, ``parent`` (id, empty for the root), ``label``, ``depth`` (0 for all rows), ``n``
        (rows) and ``children`` (groups directly inside). ``is_rest`` marks the one node that stands
        for the groups not shown one by one.
    n_shown, n_groups : int
        Outermost groups shown one by one, and all of them.
    """

    levels: tuple[str, ...]
    nodes: pd.DataFrame
    n_shown: int
    n_groups: int


def nesting_tree(data: Table, levels: Sequence[str], *, most: int = 15) -> NestingTree:
    """Count rows and groups along the levels.

    Parameters
    ----------
    data : DataFrame or any other table
    levels : sequence of str
        Grouping columns, outermost first, each nested in the one before.
    most : int
        Outermost groups that are shown one by one, the largest first; the others become one node.
    """
    nests = nests_of(data, levels)
    outer = nests[0]
    shown = np.argsort(-outer.sizes, kind="stable")[:most]
    rank = np.full(outer.n_groups, _HIDDEN)
    rank[shown] = np.arange(len(shown))
    total = int(outer.sizes.sum())
    frames = [_nodes(["all"], [""], [""], 0, [total], [outer.n_groups])]
    for depth, level in enumerate(nests, start=1):
        inside = nests[depth] if depth < len(nests) else None
        frames.append(_level_nodes(level, depth, rank, inside))
        rank = rank if inside is None else rank[inside.parent]
    if len(shown) < outer.n_groups:
        rest = total - int(outer.sizes[shown].sum())
        left = outer.n_groups - len(shown)
        frames.append(_nodes(["rest"], ["all"], [""], 1, [rest], [left]).assign(is_rest=True))
    nodes = pd.concat(frames, ignore_index=True)
    return NestingTree(tuple(levels), nodes, len(shown), outer.n_groups)


def _level_nodes(
    level: Nest, depth: int, rank: NDArray[np.intp], inside: Nest | None
) -> pd.DataFrame:
    """Return the groups of one level that lie in an outermost group on show, in its order."""
    order = np.argsort(rank, kind="stable")
    order = order[rank[order] < _HIDDEN]
    n_inside = np.zeros(level.n_groups, dtype=np.intp)
    if inside is not None:
        n_inside = np.bincount(inside.parent, minlength=level.n_groups)
    parents = ["all" if depth == 1 else f"{depth - 1}-{level.parent[group]}" for group in order]
    return _nodes(
        [f"{depth}-{group}" for group in order],
        parents,
        level.own.texts[level.label[order]],
        depth,
        level.sizes[order],
        n_inside[order],
    )


def _nodes(
    ids: Sequence[str],
    parents: Sequence[str],
    labels: Sequence[str] | NDArray[np.object_],
    depth: int,
    n: Sequence[int] | NDArray[np.int64],
    children: Sequence[int] | NDArray[np.intp],
) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": ids, "parent": parents, "label": labels, "depth": depth, "n": n,
         "children": children, "is_rest": False}
    )  # fmt: skip

"""The tree of groups: what is nested in what, and how many rows each group holds.

One node stands for all rows, one for every group; where there are very many outermost groups, the
largest are kept one by one and a single node stands for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.inference.group_summaries import LABEL_SEPARATOR, group_codes


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


def nesting_tree(data: pd.DataFrame, levels: Sequence[str], *, most: int = 24) -> NestingTree:
    """Count rows and groups along the levels.

    Parameters
    ----------
    data : DataFrame
        The table.
    levels : sequence of str
        Grouping columns, outermost first, each nested in the one before.
    most : int
        Outermost groups that are shown one by one, the largest first; the others become one node.
    """
    rows = data[list(levels)].dropna()
    codes, labels = group_codes(rows, levels[:1])
    sizes = np.bincount(codes, minlength=len(labels))
    shown = np.argsort(-sizes, kind="stable")[:most]
    nodes: list[dict[str, object]] = [_node("all", "", "", 0, len(rows), len(labels))]
    paths = [group_codes(rows, levels[:depth]) for depth in range(1, len(levels) + 1)]
    is_shown = np.isin(codes, shown)
    for depth, (own, names) in enumerate(paths, start=1):
        nodes.extend(_nodes_at(depth, own, names, paths, is_shown, shown))
    if len(labels) > len(shown):
        rest = int((~is_shown).sum())
        nodes.append(_node("rest", "all", "", 1, rest, len(labels) - len(shown), is_rest=True))
    return NestingTree(tuple(levels), pd.DataFrame(nodes), len(shown), len(labels))


def _nodes_at(
    depth: int,
    own: NDArray[np.intp],
    names: NDArray[np.object_],
    paths: Sequence[tuple[NDArray[np.intp], NDArray[np.object_]]],
    is_shown: NDArray[np.bool_],
    shown: NDArray[np.intp],
) -> list[dict[str, object]]:
    """Return the nodes of one depth, in the order of their outermost groups."""
    first = np.full(len(names), -1)
    first[own[::-1]] = np.arange(len(own))[::-1]
    keep = [code for code in range(len(names)) if is_shown[first[code]]]
    outer = paths[0][0]
    rank = {int(code): place for place, code in enumerate(shown)}
    keep.sort(key=lambda code: rank[int(outer[first[code]])])
    n = np.bincount(own, minlength=len(names))
    children = np.zeros(len(names), dtype=np.intp)
    if depth < len(paths):
        inner = paths[depth][0]
        pairs = np.unique(np.column_stack([own, inner]), axis=0)
        children = np.bincount(pairs[:, 0], minlength=len(names))
    nodes = []
    for code in keep:
        parent = "all" if depth == 1 else f"{depth - 1}-{paths[depth - 2][0][first[code]]}"
        label = str(names[code]).split(LABEL_SEPARATOR)[-1]
        nodes.append(
            _node(f"{depth}-{code}", parent, label, depth, int(n[code]), int(children[code]))
        )
    return nodes


def _node(
    id: str, parent: str, label: str, depth: int, n: int, children: int, *, is_rest: bool = False
) -> dict[str, object]:
    return {
        "id": id, "parent": parent, "label": label, "depth": depth, "n": n,
        "children": children, "is_rest": is_rest,
    }  # fmt: skip

"""Groups: what is nested in what, how large the groups are, and what is doubtful about them.

Levels are grouping columns, outermost first; the groups of a level are told apart within those of
the level before (:mod:`mlm_core.data.nests`). Two columns that are to be used side by side, not one
within the other, must not cross: :func:`check_nested` refuses them with an example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from mlm_core.data.columns import find_column
from mlm_core.data.group_notes import ReusedLabel, group_notes, reused_labels
from mlm_core.data.nests import (
    Codes,
    Nest,
    first_split,
    group_labels,
    is_constant_within,
    nests_of,
    number_labels,
)
from mlm_core.data.tables import Table, in_memory
from mlm_core.data.variation import variable_levels
from mlm_core.errors import CrossedGroupsError
from mlm_core.notes import Note

__all__ = [
    "GroupsDescription",
    "ReusedLabel",
    "TreeNode",
    "check_nested",
    "describe_groups",
    "group_labels",
    "tree_example",
    "variable_levels",
]

_EXAMPLES = 3
_TABLE = [
    *("level", "groups", "minimum", "mean", "maximum", "n_single"),
    *("children_minimum", "children_mean", "children_maximum", "n_missing"),
]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One group of an excerpt: its rows, how many groups lie inside, and the first of these."""

    level: str
    label: str
    n_rows: int
    n_groups: int
    groups: tuple[TreeNode, ...]


@dataclass(frozen=True, eq=False)
class GroupsDescription:
    """The groups of nested levels.

    Attributes
    ----------
    levels : tuple of str
        Grouping columns, outermost first.
    n_rows : int
        Rows of the table.
    table : DataFrame
        One row a level: ``level``, ``groups``, ``minimum``, ``mean``, ``maximum`` (rows per group),
        ``n_single`` (groups of one row), ``children_minimum``, ``children_mean``,
        ``children_maximum`` (groups of the next level in each group; NaN at the innermost), and
        ``n_missing`` (rows without an identifier of this or an outer level).
    reuse : tuple of ReusedLabel
        One entry for each inner level whose labels occur in several outer groups.
    tree : tuple of TreeNode
        The first groups with the first groups inside them.
    notes : tuple of Note
        What is doubtful, and what to do about it.
    """

    levels: tuple[str, ...]
    n_rows: int
    table: pd.DataFrame
    reuse: tuple[ReusedLabel, ...]
    tree: tuple[TreeNode, ...]
    notes: tuple[Note, ...]
    _sizes: Mapping[str, Codes]

    def sizes(self, level: str) -> Codes:
        """Return the number of rows in every group of a level, shape (n_groups,)."""
        return self._sizes[level]


def describe_groups(data: Table, levels: Sequence[str]) -> GroupsDescription:
    """Describe the groups of nested levels.

    Parameters
    ----------
    data : DataFrame or any other table
    levels : sequence of str
        Grouping columns, outermost first.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError, DuplicateLevelError, AllMissingError
        A level is no column, or ambiguous, or given twice, or without any value.
    """
    nests = nests_of(data, levels)
    children = {
        inner.name: np.bincount(inner.parent, minlength=outer.n_groups)
        for outer, inner in pairwise(nests)
    }
    return GroupsDescription(
        levels=tuple(levels),
        n_rows=_n_rows(nests, data),
        table=_table(nests, children),
        reuse=reused_labels(nests),
        tree=_tree(nests, _EXAMPLES),
        notes=group_notes(nests),
        _sizes=MappingProxyType({level.name: level.sizes for level in nests}),
    )


def _n_rows(nests: Sequence[Nest], data: Table) -> int:
    """Return the rows of the table, those without an identifier included."""
    return int(nests[0].sizes.sum()) + nests[0].n_missing if nests else len(in_memory(data))


def check_nested(data: Table, outer: str, inner: str) -> None:
    """Refuse two grouping columns that are crossed; nested either way they pass.

    Raises
    ------
    CrossedGroupsError
        Naming an inner group and two outer groups it occurs in.
    """
    frame = in_memory(data, (outer, inner))
    outer_labels = number_labels(find_column(frame, outer))
    inner_labels = number_labels(find_column(frame, inner))
    row = first_split(inner_labels.codes, outer_labels.codes)
    if row is None or is_constant_within(outer_labels.codes, inner_labels.codes):
        return
    group = inner_labels.codes[row]
    here = (inner_labels.codes == group) & (outer_labels.codes >= 0)
    parents = np.unique(outer_labels.codes[here])[:2]
    raise CrossedGroupsError(
        inner, outer, inner_labels.texts[group], tuple(outer_labels.texts[parents])
    )


def tree_example(
    data: Table, levels: Sequence[str], *, most: int = _EXAMPLES
) -> tuple[TreeNode, ...]:
    """Return the first groups of the outermost level, with the first groups inside each."""
    return _tree(nests_of(data, levels), most)


def _tree(nests: Sequence[Nest], most: int) -> tuple[TreeNode, ...]:
    if not nests:
        return ()
    return tuple(_node(nests, group, most) for group in range(min(most, nests[0].n_groups)))


def _node(nests: Sequence[Nest], group: int, most: int) -> TreeNode:
    """Return one group with its first inner groups, which are numbered next to one another."""
    level, inner = nests[0], nests[1:]
    label = str(level.own.texts[level.label[group]])
    if not inner:
        return TreeNode(level.name, label, int(level.sizes[group]), 0, ())
    first, stop = np.searchsorted(inner[0].parent, [group, group + 1])
    shown = range(int(first), int(min(stop, first + most)))
    groups = tuple(_node(inner, child, most) for child in shown)
    return TreeNode(level.name, label, int(level.sizes[group]), int(stop - first), groups)


def _table(nests: Sequence[Nest], children: Mapping[str, Codes]) -> pd.DataFrame:
    """Lay out the numbers of every level."""
    rows = []
    for place, level in enumerate(nests):
        inside = children[nests[place + 1].name] if place + 1 < len(nests) else None
        rows.append(
            {
                "level": level.name,
                "groups": level.n_groups,
                "minimum": int(level.sizes.min()),
                "mean": float(level.sizes.mean()),
                "maximum": int(level.sizes.max()),
                "n_single": int((level.sizes == 1).sum()),
                "children_minimum": np.nan if inside is None else float(inside.min()),
                "children_mean": np.nan if inside is None else float(inside.mean()),
                "children_maximum": np.nan if inside is None else float(inside.max()),
                "n_missing": level.n_missing,
            }
        )
    return pd.DataFrame(rows, columns=_TABLE)

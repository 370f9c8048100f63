"""Groups of rows: integer codes for every grouping level, nested, in sorted key order.

A level is a tuple of key columns. Groups are told apart by the tuple of their keys, never by joined
labels, and are numbered so that the groups of one parent are contiguous and keys ascend within it.
Levels are kept outermost first; only the innermost level needs a code per row, the others follow
from it through ``parent``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.blocks import at_once
from mlm_core.data.expressions import level_name
from mlm_core.data.partition import Codes, Partition, by_parent, combine, partition
from mlm_core.errors import (
    CrossedGroupsError,
    DuplicateLevelError,
    OneGroupError,
    SingletonGroupsError,
)

_MOST = 0.5


@dataclass(frozen=True, eq=False)
class Level:
    """All groups of one grouping level.

    Attributes
    ----------
    name : str
        Name as R prints it, innermost key first: ``"classid:schoolid"``.
    columns : tuple of str
        Key columns, outermost first.
    keys : tuple of ndarray
        For each key column its value in every group, each of shape (n_groups,).
    parent : ndarray of int, shape (n_groups,)
        Index of the group one level further out; zeros for the outermost level.
    """

    name: str
    columns: tuple[str, ...]
    keys: tuple[NDArray[Any], ...]
    parent: NDArray[np.intp]

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.parent)

    def labels(self) -> NDArray[np.object_]:
        """Return one readable label a group, keys joined by `` / ``, outermost first."""
        texts = [np.array([str(key) for key in keys], dtype=object) for keys in self.keys]
        label = texts[0]
        for text in texts[1:]:
            label = label + " / " + text
        return label


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Nested levels over the rows of a table.

    Attributes
    ----------
    levels : tuple of Level
        Outermost first; empty when nothing is grouped.
    codes : ndarray of int, shape (n_rows,)
        Group of each row at the innermost level (zeros when nothing is grouped).
    """

    levels: tuple[Level, ...]
    codes: Codes

    @property
    def n_innermost(self) -> int:
        """Number of groups the rows fall into (1 when nothing is grouped)."""
        return self.levels[-1].n_groups if self.levels else 1


def build_hierarchy(
    columns: Mapping[str, pd.Series[Any] | NDArray[Any]],
    level_columns: Sequence[tuple[str, ...]],
    n_rows: int,
) -> Hierarchy:
    """Return the groups of nested levels, numbered.

    Parameters
    ----------
    columns : Mapping[str, Series or ndarray]
        Key columns without missing values, each of shape (n_rows,).
    level_columns : sequence of tuples
        Key columns of each level, in any order; none when nothing is grouped.
    n_rows : int
        Number of rows.

    Raises
    ------
    CrossedGroupsError
        Two levels are crossed.
    """
    names = list(dict.fromkeys(name for keys in level_columns for name in keys))
    single = dict(
        zip(names, at_once(partition, [columns[name] for name in names], n_rows), strict=True)
    )
    levels: list[Level] = []
    codes = np.broadcast_to(np.intp(0), n_rows)  # takes no room
    ordered = _outermost_first(single, level_columns)
    is_chain = True
    for position, (keys, own) in enumerate(ordered):
        outer = levels[-1] if levels else None
        # As long as no level was renumbered, combined keys bring their parents with them.
        is_chain &= outer is None or outer.columns == keys[:-1]
        nested = _below(own) if is_chain and outer else _nest(own, codes, outer)
        if nested is None:
            pair = sorted(ordered[position - 1 : position + 1], key=_as_written(level_columns))
            raise _crossed(*pair)
        codes, parent, order = nested
        level = Level(
            name=level_name(keys),
            columns=keys,
            keys=tuple(values[order] for values in own.keys),
            parent=parent,
        )
        levels.append(level)
    return Hierarchy(tuple(levels), codes)


def _outermost_first(
    single: Mapping[str, Partition], level_columns: Sequence[tuple[str, ...]]
) -> list[tuple[tuple[str, ...], Partition]]:
    """Combine the key columns of each level and sort the levels by their number of groups."""
    known: dict[tuple[str, ...], Partition] = {(name,): part for name, part in single.items()}
    for keys in level_columns:
        for depth in range(2, len(keys) + 1):
            prefix = keys[:depth]
            if prefix not in known:
                known[prefix] = combine(known[prefix[:-1]], single[prefix[-1]])
    found = [(keys, known[keys]) for keys in level_columns]
    return sorted(found, key=lambda item: (item[1].n_groups, len(item[0])))


def _below(own: Partition) -> tuple[Codes, NDArray[np.intp], NDArray[np.intp]]:
    """Return what :func:`_nest` does for a level with one key more than the level around it."""
    return own.codes, own.parent, np.arange(own.n_groups)


def _nest(
    own: Partition, outer_codes: Codes, outer: Level | None
) -> tuple[Codes, NDArray[np.intp], NDArray[np.intp]] | None:
    """Renumber the groups of a level so that children of one parent are contiguous.

    Returns the code of every row, the parent of every group, and the old number of every group;
    None when a group has two parents.
    """
    parent = np.zeros(own.n_groups, dtype=np.intp)
    if outer is None:
        return own.codes, parent, np.arange(own.n_groups)
    parent[own.codes] = outer_codes
    if (parent[own.codes] != outer_codes).any():
        return None
    codes, order = by_parent(own.codes, parent)
    return codes, parent[order], order


_Keyed = tuple[tuple[str, ...], Partition]


def _as_written(level_columns: Sequence[tuple[str, ...]]) -> Callable[[_Keyed], int]:
    return lambda item: list(level_columns).index(item[0])


def _crossed(first: _Keyed, second: _Keyed) -> CrossedGroupsError:
    """Say which of two crossed levels is meant to be the inner one, with an example.

    That is the one written second, unless most of its groups have several parents and most groups
    of the other have one: then the other is nested but for a slip.
    """
    astray, back = (_astray(second[1], first[1]), _astray(first[1], second[1]))
    if astray.share > _MOST >= back.share:
        first, second, astray = second, first, back
    (outer_name, outer), (inner_name, inner) = first, second
    return CrossedGroupsError(
        ":".join(inner_name),
        ":".join(outer_name),
        " / ".join(str(values[astray.group]) for values in inner.keys),
        [" / ".join(str(values[index]) for values in outer.keys) for index in astray.parents],
    )


@dataclass(frozen=True)
class _Astray:
    """Share of groups with several parents; the first such group, and two of its parents."""

    share: float
    group: int
    parents: tuple[int, int]


def _astray(inner: Partition, outer: Partition) -> _Astray:
    parent = np.zeros(inner.n_groups, dtype=np.intp)
    parent[inner.codes] = outer.codes
    rows = np.flatnonzero(parent[inner.codes] != outer.codes)
    group = int(inner.codes[rows].min())
    first, second = np.unique(outer.codes[inner.codes == group])[:2].tolist()
    share = len(np.unique(inner.codes[rows])) / inner.n_groups
    return _Astray(share, group, (first, second))


def check_levels(levels: Sequence[Level], n_rows: int) -> None:
    """Refuse levels that cannot carry a variance, the outermost first.

    Raises
    ------
    OneGroupError, SingletonGroupsError
        A level has a single group, or only groups of one row.
    DuplicateLevelError
        Two levels divide the rows into the same groups.
    """
    for outer, level in zip((None, *levels), levels, strict=False):
        _check_level(level, n_rows, outer)


def _check_level(level: Level, n_rows: int, outer: Level | None) -> None:
    """Refuse a level that cannot carry a variance."""
    if level.n_groups == 1:
        raise OneGroupError(level.name, level.labels()[0])
    if level.n_groups == n_rows:
        raise SingletonGroupsError(level.name, n_rows)
    if outer is not None and outer.n_groups == level.n_groups:
        raise DuplicateLevelError(outer.name, level.name)

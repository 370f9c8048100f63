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

from mlm_core.data.expressions import level_name
from mlm_core.errors import (
    CrossedGroupsError,
    DuplicateLevelError,
    OneGroupError,
    SingletonGroupsError,
)

Codes = NDArray[np.int32]
# A table of ranks over the range of integer keys replaces hashing while it stays this small.
_DIRECT_RANGE_PER_ROW = 4
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
    codes : ndarray of int32, shape (n_rows,)
        Group of each row at the innermost level (zeros when nothing is grouped).
    """

    levels: tuple[Level, ...]
    codes: Codes

    @property
    def n_innermost(self) -> int:
        """Number of groups the rows fall into (1 when nothing is grouped)."""
        return self.levels[-1].n_groups if self.levels else 1


@dataclass(frozen=True, eq=False)
class _Partition:
    """Codes of every row and the sorted key values behind them.

    ``parent`` is each group's number among the groups of all its keys but the last.
    """

    codes: Codes
    keys: tuple[NDArray[Any], ...]
    parent: NDArray[Any]

    @property
    def n_groups(self) -> int:
        return len(self.keys[0])


def build_hierarchy(
    columns: Mapping[str, NDArray[Any]], level_columns: Sequence[tuple[str, ...]], n_rows: int
) -> Hierarchy:
    """Return the groups of nested levels, numbered.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
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
    single = {name: _partition(columns[name]) for keys in level_columns for name in keys}
    levels: list[Level] = []
    codes = np.zeros(n_rows, dtype=np.int32)
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
    single: Mapping[str, _Partition], level_columns: Sequence[tuple[str, ...]]
) -> list[tuple[tuple[str, ...], _Partition]]:
    """Combine the key columns of each level and sort the levels by their number of groups."""
    known: dict[tuple[str, ...], _Partition] = {(name,): part for name, part in single.items()}
    for keys in level_columns:
        for depth in range(2, len(keys) + 1):
            prefix = keys[:depth]
            if prefix not in known:
                known[prefix] = _combine(known[prefix[:-1]], single[prefix[-1]])
    found = [(keys, known[keys]) for keys in level_columns]
    return sorted(found, key=lambda item: (item[1].n_groups, len(item[0])))


def _partition(values: NDArray[Any]) -> _Partition:
    """Code one column by its sorted distinct values."""
    if values.dtype.kind in "iu" and values.size:
        low, high = int(values.min()), int(values.max())
        is_narrow = high - low <= _DIRECT_RANGE_PER_ROW * values.size + 1024
        if is_narrow and high <= np.iinfo(np.int64).max:
            # A small type cannot always hold the distance between two of its values.
            is_exact = high - low <= np.iinfo(values.dtype).max
            offsets = (values if is_exact else values.astype(np.int64)) - low
            present = np.zeros(high - low + 1, dtype=bool)
            present[offsets] = True
            keys = (np.flatnonzero(present) + low,)
            if present.all():
                return _single(offsets.astype(np.int32), keys[0])
            rank = np.cumsum(present, dtype=np.int32)
            rank -= 1
            return _single(rank[offsets], keys[0])
    codes, uniques = pd.factorize(values)
    uniques = _whole(np.asarray(uniques))
    try:
        order = np.argsort(uniques, kind="stable")
    except TypeError:  # keys of mixed types have no order of their own
        order = np.argsort([f"{type(key).__name__} {key}" for key in uniques], kind="stable")
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return _single(rank[codes], uniques[order])


def _single(codes: Codes, keys: NDArray[Any]) -> _Partition:
    """Return the groups of one key column, all of them inside the whole table."""
    return _Partition(codes, (keys,), np.zeros(len(keys), dtype=np.int32))


def _whole(keys: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers as such: integer keys turn to floats where some are missing."""
    if keys.dtype.kind == "f" and np.all(keys == np.floor(keys)) and np.all(np.abs(keys) < 2**53):
        return keys.astype(np.int64)
    return keys


def _combine(outer: _Partition, inner: _Partition) -> _Partition:
    """Code the pairs of an outer and an inner key."""
    parent = np.empty(inner.n_groups, dtype=np.int32)
    parent[inner.codes] = outer.codes
    if np.array_equal(parent[inner.codes], outer.codes):  # inner labels are already unique
        codes, order = _by_parent(inner.codes, parent)
        outer_code, inner_code = parent[order], order
    else:
        pairs = outer.codes.astype(np.int64)
        pairs *= inner.n_groups
        pairs += inner.codes
        found, uniques = pd.factorize(pairs)
        order = np.argsort(uniques, kind="stable")
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        codes = rank[found]
        outer_code, inner_code = np.divmod(uniques[order], inner.n_groups)
    keys = (*(values[outer_code] for values in outer.keys), inner.keys[0][inner_code])
    return _Partition(codes, keys, outer_code)


def _by_parent(codes: Codes, parent: NDArray[Any]) -> tuple[Codes, NDArray[np.intp]]:
    """Renumber groups in order of their parents; return the codes and the old numbers."""
    n_groups = len(parent)
    if (parent[1:] >= parent[:-1]).all():
        return codes, np.arange(n_groups)
    order = np.argsort(parent, kind="stable")
    rank = np.empty(n_groups, dtype=np.int32)
    rank[order] = np.arange(n_groups, dtype=np.int32)
    return rank[codes], order


def _below(own: _Partition) -> tuple[Codes, NDArray[np.intp], NDArray[np.intp]]:
    """Return what :func:`_nest` does for a level with one key more than the level around it."""
    return own.codes, own.parent.astype(np.intp), np.arange(own.n_groups)


def _nest(
    own: _Partition, outer_codes: Codes, outer: Level | None
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
    codes, order = _by_parent(own.codes, parent)
    return codes, parent[order], order


_Keyed = tuple[tuple[str, ...], _Partition]


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


def _astray(inner: _Partition, outer: _Partition) -> _Astray:
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

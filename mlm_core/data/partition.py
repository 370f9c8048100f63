"""Partitions: the rows of a table by one key column, or by the pairs of several, numbered.

Numbers ascend with the keys. Whole numbers in a narrow range are looked up in a table of ranks, the
rest is hashed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes = NDArray[np.int32]
# A table of ranks over the range of integer keys replaces hashing while it stays this small.
_DIRECT_RANGE_PER_ROW = 4
_BLOCK_ROWS = 2**15


@dataclass(frozen=True, eq=False)
class Partition:
    """Codes of every row and the sorted key values behind them.

    ``parent`` is each group's number among the groups of all its keys but the last.
    """

    codes: Codes
    keys: tuple[NDArray[Any], ...]
    parent: NDArray[Any]

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.keys[0])


def partition(values: NDArray[Any]) -> Partition:
    """Code one column by its sorted distinct values."""
    if values.dtype.kind in "iu" and values.size:
        low, high = int(values.min()), int(values.max())
        is_narrow = high - low <= _DIRECT_RANGE_PER_ROW * values.size + 1024
        if is_narrow and high <= np.iinfo(np.int64).max:
            # A small type cannot always hold the distance between two of its values.
            is_exact = high - low <= np.iinfo(values.dtype).max
            offsets = values if is_exact else values.astype(np.int64)
            if low:
                offsets = offsets - low
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


def _single(codes: Codes, keys: NDArray[Any]) -> Partition:
    """Return the groups of one key column, all of them inside the whole table."""
    return Partition(codes, (keys,), np.zeros(len(keys), dtype=np.int32))


def _whole(keys: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers as such: integer keys turn to floats where some are missing."""
    if keys.dtype.kind == "f" and np.all(keys == np.floor(keys)) and np.all(np.abs(keys) < 2**53):
        return keys.astype(np.int64)
    return keys


def combine(outer: Partition, inner: Partition) -> Partition:
    """Code the pairs of an outer and an inner key."""
    parent = np.empty(inner.n_groups, dtype=np.int32)
    for index, code in _in_blocks(inner.codes, outer.codes):
        parent[index] = code
    if all(  # inner labels are already unique
        np.array_equal(parent.take(index), code)
        for index, code in _in_blocks(inner.codes, outer.codes)
    ):
        codes, order = by_parent(inner.codes, parent)
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
    return Partition(codes, keys, outer_code)


def _in_blocks(inner: Codes, outer: Codes) -> Iterator[tuple[NDArray[np.intp], Codes]]:
    """Yield blocks of rows, inner codes as an index: large arrays of such would be dear to make."""
    for start in range(0, len(inner), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        yield inner[rows].astype(np.intp), outer[rows]


def by_parent(codes: Codes, parent: NDArray[Any]) -> tuple[Codes, NDArray[np.intp]]:
    """Renumber groups in order of their parents; return the codes and the old numbers."""
    n_groups = len(parent)
    if (parent[1:] >= parent[:-1]).all():
        return codes, np.arange(n_groups)
    order = np.argsort(parent, kind="stable")
    rank = np.empty(n_groups, dtype=np.int32)
    rank[order] = np.arange(n_groups, dtype=np.int32)
    return rank[codes], order

"""Partitions: the rows of a table by one key column, or by the pairs of several, numbered.

Numbers ascend with the keys. Whole numbers in a narrow range are looked up in a table of ranks, the
rest is hashed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.blocks import by_shares

Codes = NDArray[np.intp]
# A table of ranks over the range of integer keys replaces hashing while it stays this small.
_DIRECT_RANGE_PER_ROW = 4


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


def partition(values: pd.Series[Any] | NDArray[Any]) -> Partition:
    """Code one column without missing values by its sorted distinct values."""
    if isinstance(values, pd.Series):
        if isinstance(values.dtype, pd.CategoricalDtype):
            return _ordered(values.cat.codes.to_numpy(), values.cat.categories.to_numpy())
        if not isinstance(values.dtype, pd.StringDtype):  # a column of texts knows how to code them
            values = values.to_numpy()
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and values.size:
        low, high = int(values.min()), int(values.max())
        is_narrow = high - low <= _DIRECT_RANGE_PER_ROW * values.size + 1024
        if is_narrow and high <= np.iinfo(np.int64).max:
            return _by_offset(values, low, high)
    codes, uniques = pd.factorize(values)
    return _ordered(codes, _whole(np.asarray(uniques)))


def _by_offset(values: NDArray[Any], low: int, high: int) -> Partition:
    """Code whole numbers of a narrow range without hashing them."""
    # A small type cannot always hold the distance between two of its values.
    is_exact = high - low <= np.iinfo(values.dtype).max
    offsets = values if is_exact else values.astype(np.int64)
    if low:
        offsets = offsets - low
    present = np.zeros(high - low + 1, dtype=bool)
    present[offsets] = True
    keys = np.flatnonzero(present) + low
    if present.all():
        return _single(offsets.astype(np.intp, copy=False), keys)
    rank = np.cumsum(present, dtype=np.int32)
    rank -= 1
    return _single(rank[offsets].astype(np.intp), keys)


def _ordered(codes: NDArray[Any], uniques: NDArray[Any]) -> Partition:
    """Renumber codes by the order of what they stand for; what none stands for is left out."""
    used = np.flatnonzero(np.bincount(codes, minlength=len(uniques)))
    keys = uniques[used]
    try:
        order = np.argsort(keys, kind="stable")
    except TypeError:  # keys of mixed types have no order of their own
        order = np.argsort([f"{type(key).__name__} {key}" for key in keys], kind="stable")
    ranks = np.empty(len(uniques), dtype=np.intp)
    ranks[used[order]] = np.arange(len(used))
    return _single(ranks[codes], keys[order])


def _single(codes: Codes, keys: NDArray[Any]) -> Partition:
    """Return the groups of one key column, all of them inside the whole table."""
    return Partition(codes, (keys,), np.zeros(len(keys), dtype=np.intp))


def _whole(keys: NDArray[Any]) -> NDArray[Any]:
    """Return whole numbers as such: integer keys turn to floats where some are missing."""
    if keys.dtype.kind == "f" and np.all(keys == np.floor(keys)) and np.all(np.abs(keys) < 2**53):
        return keys.astype(np.int64)
    return keys


def combine(outer: Partition, inner: Partition) -> Partition:
    """Code the pairs of an outer and an inner key."""
    parent = np.empty(inner.n_groups, dtype=np.intp)
    parent[inner.codes] = outer.codes

    def is_own(rows: slice) -> bool:
        return np.array_equal(parent[inner.codes[rows]], outer.codes[rows])

    if all(by_shares(is_own, len(inner.codes))):  # inner labels are already unique
        codes, order = by_parent(inner.codes, parent)
        outer_code, inner_code = parent[order], order
    else:
        pairs = outer.codes * inner.n_groups
        pairs += inner.codes
        found, uniques = pd.factorize(pairs)
        order = np.argsort(uniques, kind="stable")
        codes = _ranks(order)[found]
        outer_code, inner_code = np.divmod(uniques[order], inner.n_groups)
    keys = (*(values[outer_code] for values in outer.keys), inner.keys[0][inner_code])
    return Partition(codes, keys, outer_code)


def by_parent(codes: Codes, parent: NDArray[Any]) -> tuple[Codes, NDArray[np.intp]]:
    """Renumber groups in order of their parents; return the codes and the old numbers."""
    if (parent[1:] >= parent[:-1]).all():
        return codes, np.arange(len(parent))
    order = np.argsort(parent, kind="stable")
    return _ranks(order)[codes], order


def _ranks(order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the place of every group in an order."""
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks

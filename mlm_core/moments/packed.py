"""Symmetric k x k matrices stored as the rows of their upper triangle.

A stack of symmetric matrices is kept as an array of shape (k (k + 1) / 2, ..., n): the first axis
runs over the pairs (i, j) with i <= j, the last over the groups. Elementwise operations then run
along memory, and each product is stored once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@cache
def pairs(k: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return row and column of every stored entry, each of shape (k (k + 1) / 2,)."""
    return np.triu_indices(k)


@cache
def position(k: int) -> NDArray[np.intp]:
    """Return the storage position of every entry, shape (k, k)."""
    rows, columns = pairs(k)
    found = np.empty((k, k), dtype=np.intp)
    found[rows, columns] = found[columns, rows] = np.arange(len(rows))
    found.setflags(write=False)
    return found


def unpack(packed: Array, k: int) -> Array:
    """Return full matrices of shape (k, k, ...)."""
    return packed[position(k)]

"""Rows in blocks that stay in cache, worked through on several processors.

numpy lets other threads go on while it works through long arrays. How rows are cut depends on their
number alone, so the same table gives the same digits on every machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")
# Rows handled at a time: large enough to amortise calls, small enough to stay in cache.
_BLOCK_ROWS = 65_536
# Adding the sums of a block costs by the group: with fewer rows it would cost more than the rows.
_ROWS_PER_GROUP = 4
# With fewer rows a thread costs more than it saves, and every share has sums of its own to add.
_SHARE_ROWS, _MOST_SHARES = 250_000, 8


def row_blocks(
    rows: slice, n_spare: int, n_groups: int = 1
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Cut rows into blocks that stay in cache, but hold more rows than there are groups to add.

    With each block come ``n_spare`` arrays of its length to work in, (n_spare, block). They are the
    same ones every time: new ones would be taken from the system, and cleared, for every block.
    """
    size = max(_BLOCK_ROWS, _ROWS_PER_GROUP * n_groups)
    spare = np.empty((n_spare, min(size, rows.stop - rows.start)))
    for start in range(rows.start, rows.stop, size):
        block = slice(start, min(start + size, rows.stop))
        yield block, spare[:, : block.stop - start]


def by_shares(work: Callable[[slice], _Found], n_rows: int, n_groups: int = 1) -> list[_Found]:
    """Call ``work`` for shares of the rows, several at a time; return its answers in their order.

    Small tables are one share. ``n_groups`` tells how many sums every share has.
    """
    n_shares = min(n_rows // _SHARE_ROWS, n_rows // (_ROWS_PER_GROUP * n_groups), _MOST_SHARES)
    n_shares = 1 << max(n_shares.bit_length() - 1, 0)  # 1, 2, 4 or 8: as many for every processor
    cuts = [n_rows * share // n_shares for share in range(n_shares + 1)]
    return at_once(work, [slice(first, last) for first, last in pairwise(cuts)], n_rows)


def at_once(work: Callable[[_Item], _Found], items: Iterable[_Item], n_rows: int) -> list[_Found]:
    """Call ``work`` for every item, several at a time where rows are many.

    ``work`` must not call this itself: all threads could wait for each other.
    """
    if n_rows < 2 * _SHARE_ROWS:
        return [work(item) for item in items]
    return list(_threads().map(work, items))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="rows")


if hasattr(os, "register_at_fork"):  # a forked process has none of its parent's threads
    os.register_at_fork(after_in_child=_threads.cache_clear)

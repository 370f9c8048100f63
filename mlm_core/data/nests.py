"""Nests: grouping columns of a table laid inside one another.

Levels ``a, b, c`` stand for the groups ``a``, ``a:b`` and ``a:b:c``, so that a label of ``b`` that
occurs in two groups of ``a`` means two groups. Unlike :mod:`mlm_core.data.grouping`, which serves
the fits, nothing is refused here: missing identifiers, single groups and levels in the wrong order
are what a description has to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.columns import find_column
from mlm_core.data.engines import Source, check_columns
from mlm_core.data.tables import Table, in_memory, opened, pandas_of
from mlm_core.errors import AllMissingError, DuplicateLevelError

if TYPE_CHECKING:
    import narwhals as nw

LABEL_SEPARATOR = " / "
# Not the name of any column that people would give.
_COUNT = "rows of this combination\N{ZERO WIDTH SPACE}"
_MISSING = -1

Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Labels:
    """One grouping column by itself.

    Attributes
    ----------
    codes : ndarray of int, shape (n_rows,)
        Label of each row, -1 where missing; labels are numbered in sorted order.
    texts : ndarray of str, shape (n_labels,)
        The labels as they are shown.
    """

    codes: Codes
    texts: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Nest:
    """The groups of one level inside those of the level before.

    Attributes
    ----------
    name : str
        The level's own column.
    own : Labels
        That column by itself.
    codes : ndarray of int, shape (n_rows,)
        Group of each row, -1 where an identifier of this or an outer level is missing.
    sizes : ndarray of int, shape (n_groups,)
        Rows in each group.
    parent : ndarray of int, shape (n_groups,)
        Group of the level before; zeros at the outermost level.
    label : ndarray of int, shape (n_groups,)
        Code of the group's own label.
    n_missing, n_own_missing : int
        Rows without an identifier of this or an outer level, and of this level itself.
    """

    name: str
    own: Labels
    codes: Codes
    sizes: Codes
    parent: Codes
    label: Codes
    n_missing: int
    n_own_missing: int

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.sizes)


def nests_of(data: Table, levels: Sequence[str]) -> tuple[Nest, ...]:
    """Lay grouping columns of any table inside one another; see :func:`nest`.

    What is not in memory is counted by its engine: only the combinations of keys come back.
    """
    table = opened(data, levels)
    if isinstance(table, pd.DataFrame):
        return nest(table, levels)
    check_columns(table, tuple(levels))
    cells = pandas_of(table.collect(_counted(table, levels)), [*dict.fromkeys(levels), _COUNT])
    return nest(cells, levels, counts=cells[_COUNT].to_numpy(dtype=np.int64))


def _counted(source: Source, levels: Sequence[str]) -> nw.LazyFrame[Any]:
    import narwhals as nw

    keys = list(dict.fromkeys(levels))
    return source.frame.select(*keys).group_by(*keys).agg(nw.len().alias(_COUNT))


def nest(
    frame: pd.DataFrame, levels: Sequence[str], *, counts: Codes | None = None
) -> tuple[Nest, ...]:
    """Lay grouping columns inside one another, outermost first.

    Parameters
    ----------
    frame : DataFrame
    levels : sequence of str
        Grouping columns.
    counts : ndarray of int, shape (len(frame),), optional
        How many rows each row of the frame stands for; one by default.

    Raises
    ------
    UnknownColumnError, AmbiguousColumnError, DuplicateLevelError, AllMissingError
        A level is no column, or ambiguous, or given twice, or without any value.
    """
    for place, name in enumerate(levels):
        if name in levels[:place]:
            raise DuplicateLevelError(name, name)
    outer: Codes = np.zeros(len(frame), dtype=np.int64)
    nests: list[Nest] = []
    for name in levels:
        own = number_labels(find_column(frame, name))
        if not (own.codes != _MISSING).any():
            raise AllMissingError(name)
        nests.append(_inside(outer, own, name, counts))
        outer = nests[-1].codes
    return tuple(nests)


def number_labels(series: pd.Series[Any]) -> Labels:
    """Return the labels of a grouping column, numbered in sorted order."""
    try:
        codes, uniques = pd.factorize(series)
    except TypeError:  # values that cannot be hashed, such as lists
        codes, uniques = pd.factorize(series.map(str, na_action="ignore"))
    values: NDArray[Any] = np.asarray(uniques)
    try:
        order = np.argsort(values, kind="stable")
    except TypeError:  # values of mixed types have no order of their own
        order = np.argsort([str(value) for value in values], kind="stable")
    return Labels(_renumbered(codes, order), _texts(values[order]))


def group_labels(data: Table, columns: Sequence[str]) -> pd.Series[Any]:
    """Return one label a row, ``"a / b"`` for nested columns; missing where an identifier is."""
    frame = in_memory(data, columns)
    nests = nest(frame, columns)
    texts = np.array([*path_texts(nests), None], dtype=object)
    labels = texts[nests[-1].codes]  # code -1, a missing one, takes the last
    return pd.Series(labels, index=frame.index, name="group", dtype=object)


def path_texts(nests: Sequence[Nest]) -> NDArray[np.object_]:
    """Return the full label of every group of the last level, outermost part first."""
    texts = nests[0].own.texts[nests[0].label]
    for inner in nests[1:]:
        texts = texts[inner.parent] + LABEL_SEPARATOR + inner.own.texts[inner.label]
    return texts


def is_constant_within(groups: Codes, values: Codes) -> bool:
    """Tell whether every group holds one value; rows without either are passed over."""
    return first_split(groups, values) is None


def first_split(groups: Codes, values: Codes) -> int | None:
    """Return the first row whose value differs from another one of its group, or None."""
    present = np.flatnonzero((groups != _MISSING) & (values != _MISSING))
    if not present.size:
        return None
    groups, values = groups[present], values[present]
    last = np.zeros(int(groups.max()) + 1, dtype=np.int64)
    last[groups] = values
    split = np.flatnonzero(last[groups] != values)
    return int(present[split[0]]) if split.size else None


def _inside(outer: Codes, own: Labels, name: str, counts: Codes | None) -> Nest:
    """Return the groups that pairs of an outer group and an own label make, parents first."""
    n_labels = len(own.texts)
    present = (outer != _MISSING) & (own.codes != _MISSING)
    pairs = outer[present] * n_labels + own.codes[present]
    found, uniques = pd.factorize(pairs)
    order = np.argsort(uniques, kind="stable")
    codes = np.full(len(present), _MISSING, dtype=np.int64)
    codes[present] = _renumbered(found, order)
    parent, label = np.divmod(np.asarray(uniques, dtype=np.int64)[order], max(n_labels, 1))
    shown = None if counts is None else counts[present]
    sizes = np.bincount(codes[present], shown, minlength=len(order)).astype(np.int64)
    for array in (codes, sizes, parent, label):
        array.flags.writeable = False
    n_missing, n_own_missing = (_total(gone, counts) for gone in (~present, own.codes == _MISSING))
    return Nest(name, own, codes, sizes, parent, label, n_missing, n_own_missing)


def _total(chosen: NDArray[np.bool_], counts: Codes | None) -> int:
    """Return how many rows are chosen."""
    return int(chosen.sum() if counts is None else counts[chosen].sum())


def _renumbered(codes: NDArray[Any], order: NDArray[Any]) -> Codes:
    """Give code ``order[i]`` the number i; -1 stays."""
    rank = np.full(len(order) + 1, _MISSING, dtype=np.int64)
    rank[order] = np.arange(len(order))
    renumbered: Codes = rank[codes]
    return renumbered


def _texts(values: NDArray[Any]) -> NDArray[np.object_]:
    """Write labels; whole numbers without decimals, as they were before a value was missing."""
    if values.dtype.kind == "f" and np.isfinite(values).all() and (values == values.round()).all():
        values = values.astype(np.int64)
    texts = np.empty(len(values), dtype=object)
    texts[:] = [str(value) for value in values.tolist()]
    return texts

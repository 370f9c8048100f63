"""Sums of groups in any order, with their keys beside them, brought into moments.

Engines, files and other sites hand groups over as rows of a table: key columns, a count, means and
products. :func:`assemble` numbers the groups, adds those up that have the same keys, and moves to
the overall mean and scale, so that the result is what :func:`mlm_core.moments.moments.accumulate`
makes of the rows.

Symbols: k columns, the outcome last; G groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.completeness import Completeness
from mlm_core.data.encoding import Encoder
from mlm_core.data.grouping import Level, build_hierarchy
from mlm_core.data.layout import Column, lay_out
from mlm_core.data.model import Model
from mlm_core.moments.moments import FloatArray, Moments, overall_deviations
from mlm_core.moments.packed import pairs, position
from mlm_core.moments.tree import Family, State, gather
from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class GroupSums:
    """Groups in any order; the same keys may stand more than once.

    Attributes
    ----------
    keys : Mapping[str, ndarray]
        Value of every key column in every group, each of shape (G,).
    columns : tuple of Column
        The k - 1 columns before the outcome.
    origin : ndarray (k,)
        What was subtracted from every value, in the column's own unit.
    counts : ndarray (G,)
    means : ndarray (k, G)
        Of the values less ``origin``, in the column's own unit.
    products : ndarray (k (k + 1) / 2, G)
        Sums of products of deviations from the group's means.
    """

    keys: Mapping[str, NDArray[Any]]
    columns: tuple[Column, ...]
    origin: FloatArray
    counts: FloatArray
    means: FloatArray
    products: FloatArray

    def select(self, columns: Sequence[Column]) -> GroupSums:
        """Return the sums of some of the columns, in the order given; the outcome stays last."""
        if tuple(columns) == self.columns:
            return self
        k = len(self.origin)
        chosen = np.array([*(self.columns.index(name) for name in columns), k - 1], dtype=np.intp)
        upper = np.triu_indices(len(chosen))
        entries = position(k)[chosen[upper[0]], chosen[upper[1]]]
        return GroupSums(
            self.keys,
            tuple(columns),
            self.origin[chosen],
            self.counts,
            self.means[chosen],
            self.products[entries],
        )


def key_columns(levels: Sequence[Level]) -> dict[str, NDArray[Any]]:
    """Return the value of every key column in every innermost group."""
    found: dict[str, NDArray[Any]] = {}
    if not levels:
        return found
    group = np.arange(levels[-1].n_groups)
    for level in reversed(levels):
        for name, values in zip(level.columns, level.keys, strict=True):
            found.setdefault(name, values[group])
        group = level.parent[group]
    return found


def assemble(
    model: Model,
    encoder: Encoder,
    sums: GroupSums,
    completeness: Completeness,
    notes: tuple[Note, ...] = (),
) -> Moments:
    """Give every group its number and bring the sums to the overall mean and scale.

    Raises
    ------
    CrossedGroupsError
        Two levels are crossed.
    """
    level_columns = list(dict.fromkeys(term.groups for term in model.random))
    hierarchy = build_hierarchy(sums.keys, level_columns, len(sums.counts))
    layout = lay_out(model, encoder, [level.columns for level in hierarchy.levels])
    sums = sums.select(layout.varying)
    state = _in_order(sums, hierarchy.codes, hierarchy.n_innermost)
    counts, means, products = state.weight, state.means, state.products
    centre = (counts * means).sum(axis=-1) / counts.sum()
    means -= centre[:, None]
    scale = overall_deviations(counts, means, products)
    means /= scale[:, None]
    first, second = pairs(len(scale))
    products /= (scale[first] * scale[second])[:, None]
    shift = sums.origin + centre
    for array in (shift, scale, counts, means, products):
        array.setflags(write=False)
    return Moments(
        layout=layout,
        columns=layout.varying,
        levels=hierarchy.levels,
        shift=shift,
        scale=scale,
        counts=counts,
        means=means,
        products=products,
        completeness=completeness,
        notes=notes,
    )


def _in_order(sums: GroupSums, codes: NDArray[Any], n_groups: int) -> State:
    """Return one state a group in the order of the groups, as arrays of its own."""
    if len(codes) == n_groups:  # every group stands there once
        order = np.empty(n_groups, dtype=np.intp)
        order[codes] = np.arange(n_groups)
        return _taken(sums, order)
    order = np.argsort(codes, kind="stable")
    sorted_codes = codes[order].astype(np.intp)
    own = _taken(sums, order)
    starts = np.searchsorted(sorted_codes, np.arange(n_groups))
    return gather(own, Family(starts, sorted_codes))


def _taken(sums: GroupSums, order: NDArray[np.intp]) -> State:
    """Return groups in another order; ``take`` is several times faster here than an index."""
    return State(
        sums.counts.take(order), sums.means.take(order, axis=1), sums.products.take(order, axis=1)
    )

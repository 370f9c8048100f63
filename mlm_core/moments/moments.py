"""Per-group moments: the only thing a fit ever sees of a table.

For every innermost group: its number of rows, the means of all columns, and the cross-products of
the deviations from these means. Columns are shifted by their overall mean and divided by their
overall standard deviation before anything is multiplied, so that no product cancels (a year, a
score of 1e8); shift and scale are kept and undone exactly on the estimates. Keeping means and
within-group products apart makes group differences and differences inside groups separately exact,
however unequal they are.

Symbols: k columns (the intercept is implicit, the outcome is last), G groups, N rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.blocks import by_shares, row_blocks
from mlm_core.data.completeness import Completeness
from mlm_core.data.design import Design
from mlm_core.data.grouping import Level
from mlm_core.data.layout import Column, Layout
from mlm_core.data.model import Model
from mlm_core.moments.packed import pairs, position, unpack
from mlm_core.moments.tree import Branch, Family, State, branches, families, gather
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
# Rows that tell about where a column lies, so that what is summed is small.
_LOOKED_AT = 1_000
# Values of innermost groups walked through at a time, and the fewest groups: enough to amortise
# calls, few enough to stay in cache.
_BRANCH_VALUES, _BRANCH_GROUPS = 120_000, 1_000
# Variation below this share of a column's whole is rounding (a stored column has variance one).
NO_VARIATION = 1e-20


@dataclass(frozen=True, eq=False)
class Moments:
    """Counts, means and within-group cross-products of the innermost groups.

    Attributes
    ----------
    layout : Layout
        The model's columns; ``layout.varying`` are the first k - 1 columns here.
    columns : tuple of Column
        The k - 1 columns other than intercept and outcome.
    levels : tuple of Level
        Grouping levels, outermost first.
    shift, scale : ndarray, shape (k,)
        A stored value is (value - shift) / scale, in the column's own unit.
    counts : ndarray, shape (G,)
        Rows in each group.
    means : ndarray, shape (k, G)
        Mean of every stored column in each group.
    products : ndarray, shape (k (k + 1) / 2, G)
        Sums of products of deviations from the group's means, upper triangle.
    completeness : Completeness
        How many rows there were, and what those left out lack.
    notes : tuple of Note
        What has happened to the moments since they were summed.
    """

    layout: Layout
    columns: tuple[Column, ...]
    levels: tuple[Level, ...]
    shift: FloatArray
    scale: FloatArray
    counts: FloatArray
    means: FloatArray
    products: FloatArray
    completeness: Completeness
    notes: tuple[Note, ...] = ()

    @cached_property
    def n_rows(self) -> int:
        """Number of rows summed."""
        return int(self.counts.sum())

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """How the groups of each level fall to their parents, outermost level first."""
        return families(self.levels)

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """The tree of groups, cut so that what is made of one branch stays in cache."""
        return branches(self.families, max(_BRANCH_VALUES // (self.k + 1), _BRANCH_GROUPS))

    @cached_property
    def states(self) -> tuple[State, ...]:
        """All rows as one group, then the groups of each level, outermost first."""
        found = [self.initial_state()]
        for family in reversed(self.families):
            found.append(gather(found[-1], family))
        return tuple(reversed(found))

    @cached_property
    def root(self) -> State:
        """All rows as one group, as the first of ``states``, but without the others."""
        total = self.counts.sum(keepdims=True)
        means = (self.means @ self.counts / total)[:, None]
        return State(total, means, self.within[0][pairs(self.k)][:, None])

    @cached_property
    def row_counts(self) -> tuple[FloatArray, ...]:
        """Rows of all groups of each level, outermost first; before them the number of rows."""
        found = [self.counts]
        for family in reversed(self.families):
            found.append(family.sums(found[-1]))
        return tuple(reversed(found))

    @cached_property
    def inside(self) -> FloatArray:
        """Products inside the innermost groups, summed over all of them, shape (k, k)."""
        return np.asarray(unpack(self.products.sum(axis=-1), self.k))

    @cached_property
    def within(self) -> FloatArray:
        """Products inside the groups of each level, summed over all of them.

        Shape (levels + 1, k, k): inside the whole table first, inside the innermost groups last.
        """
        found = np.zeros((len(self.levels) + 1, self.k, self.k))
        found[-1] = self.inside
        tops = []
        for branch in self.branches:
            weight, means = self.counts[branch.groups], self.means[:, branch.groups]
            for level in reversed(range(len(self.levels))):
                gathered = branch.families[level].gathered(weight, means)
                found[level] += (gathered.deviations * weight) @ gathered.deviations.T
                weight, means = gathered.weight, gathered.means
            tops.append(np.append(weight, means[:, 0]))
        weight, means = np.array(tops).T[0], np.array(tops).T[1:]
        deviations = means - (means @ weight / weight.sum())[:, None]
        found[0] += (deviations * weight) @ deviations.T
        return np.asarray(found[::-1].cumsum(axis=0)[::-1])

    def initial_state(self, n_parallel_axes: int = 0) -> State:
        """Return the innermost groups, before any random effect is taken out.

        ``n_parallel_axes`` axes of length one are put before the last, for parallel evaluations.
        """
        if not n_parallel_axes:
            return State(self.counts, self.means, self.products)
        axes = (None,) * n_parallel_axes
        return State(self.counts[*axes, :], self.means[:, *axes, :], self.products[:, *axes, :])

    def varies_inside(self, column: Column, level: int) -> bool:
        """Tell whether a column varies inside the groups of a level (0 the outermost)."""
        index = self.columns.index(column)
        return bool(self.within[level + 1, index, index] > NO_VARIATION * self.n_rows)

    @property
    def k(self) -> int:
        """Number of stored columns, the outcome included."""
        return len(self.shift)

    @property
    def model(self) -> Model:
        """The model whose columns were summed."""
        return self.layout.model

    def merge(self, *others: Moments) -> Moments:
        """Return the moments of all rows together; see :func:`mlm_core.moments.merging.merged`."""
        from mlm_core.moments.merging import merged

        return merged((self, *others))

    def suppress(self, min_size: int) -> Moments:
        """Leave small groups out; see :func:`mlm_core.moments.disclosure.suppressed`."""
        from mlm_core.moments.disclosure import suppressed

        return suppressed(self, min_size)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a Parquet file; see :func:`mlm_core.moments.storage.save_moments`."""
        from mlm_core.moments.storage import save_moments

        save_moments(self, path)


def accumulate(design: Design) -> Moments:
    """Sum the rows of a design into moments, block by block."""
    columns = design.layout.varying
    k = len(columns) + 1
    shift, counts, means = _group_means(design, columns)
    products = _group_products(design, columns, shift, means)
    scale = overall_deviations(counts, means, products)
    means /= scale[:, None]
    first, second = pairs(k)
    products /= (scale[first] * scale[second])[:, None]
    for array in (shift, scale, counts, means, products):
        array.setflags(write=False)
    return Moments(
        layout=design.layout,
        columns=columns,
        levels=design.hierarchy.levels,
        shift=shift,
        scale=scale,
        counts=counts,
        means=means,
        products=products,
        completeness=design.completeness,
    )


def overall_deviations(counts: FloatArray, means: FloatArray, products: FloatArray) -> FloatArray:
    """Return the standard deviation of every column over all rows; 1 where it is constant."""
    inside = products[np.diag(position(len(means)))].sum(axis=-1)
    between = (counts * means**2).sum(axis=-1)
    scale = np.sqrt((inside + between) / counts.sum())
    scale[scale == 0.0] = 1.0
    return np.asarray(scale)


def _columns(design: Design, columns: tuple[Column, ...], rows: slice) -> Iterator[FloatArray]:
    for name in columns:
        yield design.rows.values(name, rows)
    yield design.outcome[rows]


def _group_means(
    design: Design, columns: tuple[Column, ...]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean of every column, and of every group its rows and means around these."""
    shift = _rough_means(design, columns)
    n_groups, k = design.hierarchy.n_innermost, len(shift)

    def sums_of(share: slice) -> FloatArray:
        sums = np.zeros((k + 1, n_groups))
        for rows, (spare,) in row_blocks(share, 1, n_groups):
            group = design.hierarchy.codes[rows]
            sums[0] += np.bincount(group, minlength=n_groups)
            for index, values in enumerate(_columns(design, columns, rows)):
                np.subtract(values, shift[index], out=spare)
                sums[1 + index] += np.bincount(group, spare, n_groups)
        return sums

    counts, *sums = _added(by_shares(sums_of, design.n_rows, n_groups))
    means = np.array(sums) / counts
    overall = shift + means @ counts / design.n_rows
    means -= (overall - shift)[:, None]  # by as much as the rounded shift has moved
    return overall, counts, means


def _group_products(
    design: Design, columns: tuple[Column, ...], shift: FloatArray, means: FloatArray
) -> FloatArray:
    """Return the products of deviations from the means of every group, packed, (pairs, G)."""
    n_groups, entries = means.shape[1], list(zip(*pairs(len(means)), strict=True))

    def products_of(share: slice) -> FloatArray:
        products = np.zeros((len(entries), n_groups))
        for rows, (spare, *deviations) in row_blocks(share, 1 + len(means), n_groups):
            group = design.hierarchy.codes[rows]
            for index, values in enumerate(_columns(design, columns, rows)):
                np.subtract(values, shift[index], out=deviations[index])
                # Faster than an index; numpy must clip to write in place.
                deviations[index] -= means[index].take(group, out=spare, mode="clip")
            for entry, (i, j) in enumerate(entries):
                np.multiply(deviations[i], deviations[j], out=spare)
                products[entry] += np.bincount(group, spare, n_groups)
        return products

    return _added(by_shares(products_of, design.n_rows, n_groups))


def _added(parts: list[FloatArray]) -> FloatArray:
    """Add arrays into the first."""
    for part in parts[1:]:
        parts[0] += part
    return parts[0]


def _rough_means(design: Design, columns: tuple[Column, ...]) -> FloatArray:
    """Return the mean of every column over some rows, from differences to its first value.

    A constant column's mean is then that value to the last digit, and what is stored exactly zero.
    """
    rows = slice(None, None, max(design.n_rows // _LOOKED_AT, 1))
    some = _columns(design, columns, rows)
    return np.array([values[0] + (values - values[0]).mean() for values in some])

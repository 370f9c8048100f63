"""Groups left out of the moments, one at a time: side by side, or as moments of their own.

To leave a group out of a walk its rows are given no weight; all deletions then share the shape of
the whole and are evaluated together. Whether the fixed coefficients can still be told apart is
judged beforehand, on what is left of X'X.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.grouping import Level
from mlm_core.fits.criterion import Problem
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import State

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.intp]
# A weight that is nothing beside any other, but keeps means of groups without rows defined.
_NO_WEIGHT = 1e-200
# Smallest eigenvalue of the correlations of X's columns at which they can be told apart.
_TIED = 1e-10
_FEWEST_GROUPS = 2


@dataclass(frozen=True, eq=False)
class Deletions:
    """Some groups of a level, each to be left out in its turn.

    Attributes
    ----------
    problem : Problem
        Of the whole.
    level : int
        Index of the level, outermost 0.
    groups : ndarray of int (D,)
    """

    problem: Problem
    level: int
    groups: IndexArray

    @property
    def df(self) -> FloatArray:
        """Degrees of freedom of sigma without each group, shape (D,)."""
        counts = self.problem.moments.row_counts[self.level + 1]
        return np.asarray(self.problem.df - counts[self.groups])

    def state(self) -> State:
        """Return the innermost groups, those of the deleted group without weight: (D, G)."""
        moments = self.problem.moments
        is_out = ancestors(moments, self.level)[None, :] == self.groups[:, None]
        return State(
            np.where(is_out, _NO_WEIGHT, moments.counts),
            np.broadcast_to(moments.means[:, None], (moments.k, *is_out.shape)),
            np.where(is_out, 0.0, moments.products[:, None]),
        )

    def chunk(self, positions: IndexArray) -> Deletions:
        """Return some of these deletions."""
        return replace(self, groups=self.groups[positions])


def ancestors(moments: Moments, level: int) -> IndexArray:
    """Return for every innermost group the group of a level that it lies in, shape (G,)."""
    found = np.arange(moments.levels[level].n_groups)
    for inner in moments.levels[level + 1 :]:
        found = found[inner.parent]
    return found


def is_estimable(problem: Problem, level: int) -> BoolArray:
    """Tell for each group of a level whether every coefficient can be estimated without it."""
    moments = problem.moments
    state, whole = moments.states[level + 1], moments.states[0]
    columns = [index for index in problem.fixed if index != NO_COLUMN]
    left = moments.n_rows - state.weight
    means = (moments.n_rows * whole.means - state.weight * state.means) / left
    means = means[columns]
    total = unpack(whole.products, moments.k)[..., 0]
    total = total + moments.n_rows * np.outer(whole.means[:, 0], whole.means[:, 0])
    inside = unpack(state.products, moments.k)[columns][:, columns]
    own = state.means[columns]
    inside = inside + state.weight * own[:, None] * own
    cross = total[columns][:, columns][..., None] - inside
    cross = cross - left * means[:, None] * means
    if len(columns) == problem.p:  # no intercept: from the user's origin
        values = means + (moments.shift / moments.scale)[columns][:, None]
        cross = cross + left * values[:, None] * values
    root = np.sqrt(np.maximum(np.diagonal(cross, axis1=0, axis2=1), 0.0))
    has_rest = root > _TIED * np.sqrt(moments.n_rows)
    unit = np.where(has_rest, root, 1.0)
    correlations = np.moveaxis(cross, -1, 0) / (unit[:, :, None] * unit[:, None, :])
    enough = _enough_is_left(problem, level)
    if not columns:
        return enough
    least = np.linalg.eigvalsh(correlations)[:, 0]
    return np.asarray(has_rest.all(axis=1) & (least > _TIED) & enough)


def _enough_is_left(problem: Problem, level: int) -> BoolArray:
    """Tell for each group whether rows, and two groups of every level, are left without it."""
    moments = problem.moments
    n_groups = moments.levels[level].n_groups
    left = moments.n_rows - moments.row_counts[level + 1]
    found = (left > problem.p + problem.structure.n_theta + 1) & (n_groups > _FEWEST_GROUPS)
    member = np.arange(n_groups)
    for inner in moments.levels[level + 1 :]:  # all groups inside go with it
        member = member[inner.parent]
        found &= len(member) - np.bincount(member, minlength=n_groups) >= _FEWEST_GROUPS
    is_alone = np.ones(n_groups, dtype=bool)
    group = np.arange(n_groups)
    for index in range(level, 0, -1):  # an outer group goes with its only one
        parent = moments.levels[index].parent
        is_alone &= np.bincount(parent)[parent[group]] == 1
        group = parent[group]
        found &= ~is_alone | (moments.levels[index - 1].n_groups > _FEWEST_GROUPS)
    return np.asarray(found)


def moments_without(moments: Moments, level: int, group: int) -> Moments:
    """Return the moments of the rest of the table."""
    kept = ancestors(moments, level) != group
    keep_at = [np.arange(at.n_groups) for at in moments.levels]
    is_kept = kept
    for index in reversed(range(len(moments.levels))):
        keep_at[index] = np.flatnonzero(is_kept)
        parents = np.unique(moments.levels[index].parent[is_kept])
        if index:
            is_kept = np.zeros(moments.levels[index - 1].n_groups, dtype=bool)
            is_kept[parents] = True
    levels = []
    for index, (at, groups) in enumerate(zip(moments.levels, keep_at, strict=True)):
        parent = at.parent[groups]
        if index:
            parent = np.searchsorted(keep_at[index - 1], parent)
        keys = tuple(values[groups] for values in at.keys)
        levels.append(Level(at.name, at.columns, keys, parent))
    return replace(
        moments,
        levels=tuple(levels),
        counts=moments.counts[kept],
        means=np.ascontiguousarray(moments.means[:, kept]),
        products=np.ascontiguousarray(moments.products[:, kept]),
    )

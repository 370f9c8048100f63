"""The tree of groups: states of all groups of a level, and how they gather into their parents.

A state holds, for every group, a weight kappa, the means m of all columns and the products S of
deviations around these means; the group's cross-products are S + kappa (1, m)(1, m)'. Before any
random effect is taken out the weight is the number of rows. Groups that share a parent are summed
by the rule for the products around a joint mean (Chan, Golub & LeVeque 1983), so that no large
numbers cancel.

Shapes: weight (..., G), means (k, ..., G), products (k (k + 1) / 2, ..., G). Axes between the first
and the last carry parallel evaluations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.grouping import Level
from mlm_core.moments.packed import pairs

Array = NDArray[Any]


class State(NamedTuple):
    """Weight, means and products of all groups of one level."""

    weight: Array
    means: Array
    products: Array

    @property
    def k(self) -> int:
        """Number of columns, the outcome last."""
        return len(self.means)


class Gathered(NamedTuple):
    """Weight and means of parents, and the deviations of their groups' means from these."""

    weight: NDArray[np.float64]
    means: NDArray[np.float64]
    deviations: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Family:
    """Which groups share a parent: groups of one parent are contiguous."""

    starts: NDArray[np.intp]
    parent: NDArray[np.intp]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum real values of the groups of each parent, shape (..., groups).

        Faster than ``reduceat`` where parents have few groups each.
        """
        if values.ndim == 1:
            return np.asarray(np.bincount(self.parent, values, len(self.starts)), np.float64)
        return np.stack([self.sums(row) for row in values])

    def gathered(self, weight: NDArray[np.float64], means: NDArray[np.float64]) -> Gathered:
        """Return weight and means, (parents,) and (k, parents), of each parent."""
        total = self.sums(weight)
        joint = self.sums(weight * means) / total
        return Gathered(total, joint, means - joint.take(self.parent, axis=-1))


def families(levels: Sequence[Level]) -> tuple[Family, ...]:
    """Return, outermost level first, how its groups fall to their parents (one root in the end)."""
    found = []
    for level in levels:
        n_parents = int(level.parent[-1]) + 1
        found.append(Family(np.searchsorted(level.parent, np.arange(n_parents)), level.parent))
    return tuple(found)


@dataclass(frozen=True, eq=False, slots=True)
class Branch:
    """Neighbouring outermost groups with all that is inside them: a small tree of its own.

    Attributes
    ----------
    groups : slice
        The innermost groups.
    families : tuple of Family
        As of :func:`families`, numbered within the branch.
    """

    groups: slice
    families: tuple[Family, ...]


def branches(tree: Sequence[Family], n_most: int) -> tuple[Branch, ...]:
    """Cut a tree into branches of ``n_most`` innermost groups, or one outermost group of more."""
    n_outermost = len(tree[0].parent) if tree else 1
    # First innermost group of every outermost one.
    firsts = np.arange(n_outermost)
    for family in tree[1:]:
        firsts = family.starts.take(firsts)
    wanted = firsts.searchsorted(np.arange(0, len(tree[-1].parent) if tree else 1, n_most))
    cuts = [*np.unique(wanted[wanted < n_outermost]).tolist(), n_outermost]
    return tuple(_branch(tree, first, last) for first, last in pairwise(cuts))


def _branch(tree: Sequence[Family], first: int, last: int) -> Branch:
    """Return the branch of some neighbouring outermost groups."""
    found = [Family(np.zeros(1, dtype=np.intp), np.zeros(last - first, dtype=np.intp))]
    for family in tree[1:]:
        ends = len(family.parent)
        begin = int(family.starts[first])
        end = int(family.starts[last]) if last < len(family.starts) else ends
        found.append(Family(family.starts[first:last] - begin, family.parent[begin:end] - first))
        first, last = begin, end
    return Branch(slice(first, last), tuple(found))


def gather(state: State, family: Family) -> State:
    """Sum the groups of each parent."""
    weight = np.add.reduceat(state.weight, family.starts, axis=-1)
    weight_of_means = np.add.reduceat(state.weight * state.means, family.starts, axis=-1)
    means = weight_of_means / weight
    rows, columns = pairs(state.k)
    deviation = state.means - means.take(family.parent, axis=-1)
    spread = (state.weight * deviation).take(rows, axis=0)
    spread *= deviation.take(columns, axis=0)
    spread += state.products
    return State(weight, means, np.add.reduceat(spread, family.starts, axis=-1))

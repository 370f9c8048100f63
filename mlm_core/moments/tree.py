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


@dataclass(frozen=True, eq=False, slots=True)
class Family:
    """Which groups share a parent: groups of one parent are contiguous."""

    starts: NDArray[np.intp]
    parent: NDArray[np.intp]


def families(levels: Sequence[Level]) -> tuple[Family, ...]:
    """Return, outermost level first, how its groups fall to their parents (one root in the end)."""
    found = []
    for level in levels:
        n_parents = int(level.parent[-1]) + 1
        found.append(Family(np.searchsorted(level.parent, np.arange(n_parents)), level.parent))
    return tuple(found)


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

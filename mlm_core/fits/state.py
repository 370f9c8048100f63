"""Groups on their way up the hierarchy, and the two operations that take them there.

A state holds, for every group of one level, what is left of its cross-products after the random
effects inside it have been integrated out, written as weight, mean and products:

    M = S + kappa (1, m)(1, m)',   kappa the weight, m the means, S the products around the means.

*Eliminating* a spherical random effect u ~ N(0, 1) that enters the rows with loading z (weights on the
constant and on the columns) replaces M by M - M z z' M / (1 + z' M z). In this form, with
s = S z, c = 1 + z' s and t = (value of z at the means),

    S <- S - s s' / c,   m <- m - t s / c,   kappa <- kappa c / (c + kappa t^2),

and the determinant grows by log(c + kappa t^2). No two large numbers are subtracted: a variance
between groups of any size leaves the products inside groups untouched. *Gathering* sums the groups
that share a parent (Chan, Golub & LeVeque 1983 for the products around the joint mean).

Shapes: weight (..., G), means (k, ..., G), products (k (k + 1) / 2, ..., G). Axes between the first
and the last carry parallel evaluations. All operations are analytic, so complex arguments give exact
derivatives (complex step).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.data.grouping import Level
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import pairs, position

Array = NDArray[Any]


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """Weight, means and products of all groups of one level."""

    weight: Array
    means: Array
    products: Array

    @property
    def k(self) -> int:
        """Number of columns, the outcome last."""
        return len(self.means)


@dataclass(frozen=True, eq=False, slots=True)
class Loading:
    """How one spherical effect enters the rows: weights on the constant and on some columns.

    ``constant`` is 0.0 or an array broadcastable over groups; ``columns`` pairs column and weight.
    """

    constant: Any
    columns: tuple[tuple[int, Any], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Elimination:
    """What eliminating one effect leaves behind for the way down.

    Attributes
    ----------
    loading : Loading
    before : State
    slope : ndarray (k, ..., G) or None
        s = S z; None when the loading has no column.
    c, t, pivot : ndarray (..., G)
        1 + z's, value of z at the means, and 1 + z'Mz.
    """

    loading: Loading
    before: State
    slope: Array | None
    c: Any
    t: Any
    pivot: Array


def initial_state(moments: Moments, n_parallel_axes: int = 0) -> State:
    """Return the innermost groups before any random effect is eliminated.

    ``n_parallel_axes`` axes of length one are put before the last, for parallel evaluations.
    """
    if not n_parallel_axes:
        return State(moments.counts, moments.means, moments.products)
    axes = tuple(range(1, 1 + n_parallel_axes))
    return State(
        np.expand_dims(moments.counts, tuple(range(n_parallel_axes))),
        np.expand_dims(moments.means, axes),
        np.expand_dims(moments.products, axes),
    )


def eliminate(state: State, loading: Loading) -> tuple[State, Elimination, Array]:
    """Integrate one spherical effect out of every group.

    Returns the new state, the record for the way down, and the log pivots, shape (..., G).
    """
    kappa, m = state.weight, state.means
    if not loading.columns:
        t = loading.constant
        rise = kappa * t**2
        pivot = 1.0 + rise
        after = State(kappa / pivot, m, state.products)
        return after, Elimination(loading, state, None, 1.0, t, pivot), np.log1p(rise)
    rows, columns = pairs(state.k)
    where = position(state.k)
    s = sum(weight * state.products[where[index]] for index, weight in loading.columns)
    t = loading.constant + sum(weight * m[index] for index, weight in loading.columns)
    inner = sum(weight * s[index] for index, weight in loading.columns)
    c = 1.0 + inner
    rise = kappa * t**2
    pivot = c + rise
    over = s / c
    after = State(kappa * c / pivot, m - t * over, state.products - s.take(rows, axis=0) * over.take(columns, axis=0))
    return after, Elimination(loading, state, s, c, t, pivot), np.log1p(inner + rise)


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
    spread = (state.weight * deviation).take(rows, axis=0) * deviation.take(columns, axis=0)
    products = np.add.reduceat(state.products + spread, family.starts, axis=-1)
    return State(weight, means, products)


def gather_to(state: State, levels: Sequence[Level], depth: int) -> State:
    """Sum innermost groups up to the groups of level ``depth`` (-1: all rows as one group)."""
    for family in reversed(families(levels)[depth + 1 :]):
        state = gather(state, family)
    return state

"""Random effects integrated out of groups.

A group's cross-products are kept as weight, mean and products (:mod:`mlm_core.moments.tree`),

    M = S + kappa (1, m)(1, m)'.

*Eliminating* a spherical random effect u ~ N(0, 1) that enters the rows with loading z (weights on
the constant and on the columns) replaces M by M - M z z' M / (1 + z' M z). In this form, with s =
S z, c = 1 + z' s and t = (value of z at the means),

    S <- S - s s' / c,   m <- m - t s / c,   kappa <- kappa c / (c + kappa t^2),

and the determinant grows by log(c + kappa t^2). No two large numbers are subtracted: a variance
between groups of any size leaves the products inside groups untouched. All operations are
analytic, so complex arguments give exact derivatives (complex step).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.moments.packed import pairs, position
from mlm_core.moments.tree import State

Array = NDArray[Any]


class Loading(NamedTuple):
    """How one spherical effect enters the rows: weights on the constant and on some columns.

    ``constant`` is 0.0 or an array broadcastable over groups; ``columns`` pairs column and weight.
    """

    constant: Any
    columns: tuple[tuple[int, Any], ...]


class Elimination(NamedTuple):
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
    after = State(
        kappa * c / pivot,
        m - t * over,
        state.products - s.take(rows, axis=0) * over.take(columns, axis=0),
    )
    return after, Elimination(loading, state, s, c, t, pivot), np.log1p(inner + rise)

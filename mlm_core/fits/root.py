"""The root of the hierarchy: fixed coefficients from what all random effects have left.

With an intercept the constant is eliminated exactly (the root's means carry it) and the slopes are
solved from the products around the means by the sweep operator. Without one, columns and outcome
are taken from the user's origin. Coefficients are kept on stored columns; ``user_map`` takes them
back exactly.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import unpack
from mlm_core.moments.tree import State

Array = NDArray[Any]


class Root(NamedTuple):
    """Solution at the root; the last axes carry parallel evaluations.

    Attributes
    ----------
    beta : ndarray (p, ...)
        Fixed coefficients in stored units, in the order of the model's fixed columns.
    r2 : ndarray (...)
        Penalised residual sum of squares, in units of the stored outcome.
    inverse : ndarray (p, p, ...)
        M_XX^-1 in the same units.
    log_det : ndarray (...)
        log |M_XX|.
    residual_coefficients : ndarray (k + 1, ...)
        v = (-beta, 1) over constant, columns and outcome.
    spread : ndarray (k, k, ...)
        M_XX^-1 over constant and columns.
    """

    beta: Array
    r2: Any
    inverse: Array
    log_det: Any
    residual_coefficients: Array
    spread: Array


class Walk(NamedTuple):
    """The parts of the criterion and their gradients at theta.

    Attributes
    ----------
    log_pivots : float or ndarray (B,)
        L at the real part of theta.
    root : Root
    log_det_gradient, r2_gradient : ndarray (n_theta,) or (n_theta, B)
        Gradients of L (with log |M_XX| for REML) and of r2.
    remainder : ndarray (G,) or (B, G), optional
        v' (1, m) of every innermost group, v with the group's own effects, where a walk has it.
    """

    log_pivots: Any
    root: Root
    log_det_gradient: Array
    r2_gradient: Array
    remainder: Array | None = None


def solve_root(state: State, moments: Moments, fixed: tuple[int, ...]) -> Root:
    """Solve for the fixed coefficients on the one group that is left."""
    products = unpack(state.products, state.k)[..., 0]
    return solve(state.weight[..., 0], state.means[..., 0], products, moments, fixed)


def solve(kappa: Any, m: Array, products: Array, moments: Moments, fixed: tuple[int, ...]) -> Root:
    """Solve for the fixed coefficients from weight (...), means (k, ...), products (k, k, ...)."""
    if fixed and fixed[0] == NO_COLUMN:
        return _with_intercept(kappa, m, products, list(fixed[1:]))
    return _from_origin(kappa, m, products, moments, list(fixed))


def _with_intercept(kappa: Any, m: Array, products: Array, slopes: list[int]) -> Root:
    inner, beta, r2, log_det = sweep(products, slopes)
    k, parallel = len(m), m.shape[1:]
    at = m[slopes]
    from_mean = (inner * at).sum(axis=1)
    spread = np.zeros((k, k, *parallel), products.dtype)
    v = np.zeros((k + 1, *parallel), products.dtype)
    places = [1 + index for index in slopes]
    spread[0, 0] = 1.0 / kappa + (at * from_mean).sum(axis=0)
    spread[0, places] = spread[places, 0] = -from_mean
    for row, place in zip(inner, places, strict=True):
        spread[place, places] = row
    v[0], v[places], v[-1] = (at * beta).sum(axis=0) - m[-1], -beta, 1.0
    where = [0, *places]
    inverse = spread if len(where) == k else spread[where][:, where]
    return Root(-v[where], r2, inverse, log_det + np.log(kappa), v, spread)


def _from_origin(
    kappa: Any, m: Array, products: Array, moments: Moments, columns: list[int]
) -> Root:
    axes = (1,) * (m.ndim - 1)
    offsets = (moments.shift / moments.scale).reshape(-1, *axes)
    values = m + offsets
    products = products + kappa * values[:, None] * values[None, :]
    inverse, beta, r2, log_det = sweep(products, columns)
    k, where = len(m), [1 + index for index in columns]
    own = offsets[columns]
    v = np.zeros((k + 1, *m.shape[1:]), products.dtype)
    v[0] = offsets[-1] - (beta * own).sum(axis=0)
    v[where], v[-1] = -beta, 1.0
    spread = np.zeros((k, k, *m.shape[1:]), products.dtype)
    across = (inverse * own).sum(axis=1)
    for row, place in enumerate(where):
        spread[place, where] = inverse[row]
    spread[0, where] = spread[where, 0] = across
    spread[0, 0] = (own * across).sum(axis=0)
    return Root(beta, r2, inverse, log_det, v, spread)


def sweep(products: Array, columns: list[int]) -> tuple[Array, Array, Any, Any]:
    """Regress the last column on some others by sweeping their cross-products.

    The matrix is brought to unit diagonal first: what the random effects leave of a group-level
    column can be orders of magnitude smaller than what they leave of the others.

    Parameters
    ----------
    products : ndarray (k, k, ...)
        Symmetric positive definite cross-products.
    columns : list of int
        The p regressors.

    Returns
    -------
    inverse (p, p, ...), coefficients (p, ...), residual sum of squares, log determinant

    References
    ----------
    Goodnight (1979), The American Statistician 33(3).
    """
    chosen = [*columns, len(products) - 1]
    p = len(columns)
    table = products[chosen][:, chosen]
    log_det: Any = 0.0
    if p == 1:
        value, right = table[0, 0], table[0, 1]
        slope = right / value
        return 1.0 / table[:1, :1], slope[None], table[1, 1] - right * slope, np.log(value)
    root = np.sqrt(products[chosen, chosen])
    root[-1] = 1.0
    outer = root[:, None] * root
    table = table / outer
    for pivot in range(p):
        value = table[pivot, pivot].copy()
        log_det = log_det + np.log(value)
        row, column = table[pivot] / value, table[:, pivot].copy()
        table = table - column[:, None] * row
        table[pivot], table[:, pivot] = row, -column / value
        table[pivot, pivot] = 1.0 / value
    log_det = log_det + 2.0 * np.log(root[:p]).sum(axis=0)
    return table[:p, :p] / outer[:p, :p], table[:p, -1] / root[:p], table[-1, -1], log_det

"""The root of the hierarchy: fixed coefficients from what all random effects have left.

With an intercept the constant is eliminated exactly (the root's means carry it) and the slopes are
solved from the products around the means. Without one, columns and outcome are taken from the user's
origin. Coefficients are kept on stored columns; ``user_map`` takes them back exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.state import State
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import unpack

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Root:
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


def solve_root(state: State, moments: Moments, fixed: tuple[int, ...]) -> Root:
    """Solve for the fixed coefficients on the one group that is left."""
    kappa, m = state.weight[..., 0], state.means[..., 0]
    products = unpack(state.products, state.k)[..., 0]
    if NO_COLUMN in fixed:
        return _with_intercept(kappa, m, products, fixed)
    return _from_origin(kappa, m, products, moments, fixed)


def _with_intercept(kappa: Any, m: Array, products: Array, fixed: tuple[int, ...]) -> Root:
    slopes = np.array([index for index in fixed if index != NO_COLUMN], dtype=np.intp)
    inner, beta, r2, log_det = _solve(products, slopes)
    mean = m[slopes]
    from_mean = np.einsum("ij...,j...->i...", inner, mean)
    p, k = len(fixed), len(m)
    inverse = np.empty((p, p, *inner.shape[2:]), inner.dtype)
    inverse[0, 0] = 1.0 / kappa + (mean * from_mean).sum(axis=0)
    inverse[0, 1:] = inverse[1:, 0] = -from_mean
    inverse[1:, 1:] = inner
    intercept = m[-1] - (mean * beta).sum(axis=0)
    v = np.zeros((k + 1, *inner.shape[2:]), inner.dtype)
    v[0], v[1 + slopes], v[-1] = -intercept, -beta, 1.0
    where = np.concatenate([[0], 1 + slopes])
    spread = np.zeros((k, k, *inner.shape[2:]), inner.dtype)
    spread[np.ix_(where, where)] = inverse
    beta = np.concatenate([intercept[None], beta])
    return Root(beta, r2, inverse, log_det + np.log(kappa), v, spread)


def _from_origin(
    kappa: Any, m: Array, products: Array, moments: Moments, fixed: tuple[int, ...]
) -> Root:
    axes = (1,) * (m.ndim - 1)
    offsets = (moments.shift / moments.scale).reshape(-1, *axes)
    values = m + offsets
    products = products + kappa * values[:, None] * values[None, :]
    columns = np.array(fixed, dtype=np.intp)
    inverse, beta, r2, log_det = _solve(products, columns)
    k = len(m)
    v = np.zeros((k + 1, *inverse.shape[2:]), inverse.dtype)
    v[0] = offsets[-1] - (beta * offsets[columns]).sum(axis=0)
    v[1 + columns], v[-1] = -beta, 1.0
    spread = np.zeros((k, k, *inverse.shape[2:]), inverse.dtype)
    spread[np.ix_(1 + columns, 1 + columns)] = inverse
    across = np.einsum("ij...,j...->i...", inverse, np.broadcast_to(offsets[columns], beta.shape))
    spread[0, 1 + columns] = spread[1 + columns, 0] = across
    spread[0, 0] = (offsets[columns] * across).sum(axis=0)
    return Root(beta, r2, inverse, log_det, v, spread)


def _solve(products: Array, columns: NDArray[np.intp]) -> tuple[Array, Array, Any, Any]:
    """Return inverse, coefficients, residual sum of squares and log determinant.

    The matrix is brought to unit diagonal first: what the random effects leave of a group-level column
    can be orders of magnitude smaller than what they leave of the others.
    """
    right, yy = products[columns, -1], products[-1, -1]
    if not len(columns):
        return np.zeros((0, 0, *yy.shape), products.dtype), right, yy, 0.0 * yy
    matrix = products[np.ix_(columns, columns)]
    root = np.sqrt(products[columns, columns])
    outer = root[:, None] * root[None, :]
    unit = np.moveaxis(matrix / outer, (0, 1), (-2, -1))
    inverse = np.moveaxis(np.linalg.inv(unit), (-2, -1), (0, 1)) / outer
    beta = np.einsum("ij...,j...->i...", inverse, right)
    sign, log_abs = np.linalg.slogdet(unit)
    if np.iscomplexobj(sign):
        log_abs = log_abs + np.log(sign)
    log_det = log_abs + 2.0 * np.log(root).sum(axis=0)
    return inverse, beta, yy - (right * beta).sum(axis=0), log_det

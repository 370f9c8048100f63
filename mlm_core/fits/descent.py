"""Down the hierarchy: the gradient of the criterion, and every group's coefficients.

From parents to children go v = (-beta, 1), minus the coefficients of the group with a one for the
outcome, and G, their covariance (relative to sigma^2; M_XX^-1 at the root for REML, zero for ML).
With W = M z, pivot A = 1 + z'Mz, u = W'v / A and T = I - z W' / A, each eliminated effect gives

    v <- T v = v - z u,             G <- T G T' + z z' / A,
    d r2 / d z = -2 u M v  (new v), d L / d z = 2 (W - M T G W) / A.

u is the conditional mode of the spherical effect. L and r2 are differentiated apart, because
profiles over sigma need them apart.

Shapes: v (k + 1, ..., G), the constant first and the outcome last; G (k, k, ..., G), constant
first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Ascent, Problem
from mlm_core.fits.elimination import Elimination
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock
from mlm_core.moments.packed import position
from mlm_core.moments.tree import Family

Array = NDArray[Any]
_add = np.add.reduce  # sums along an axis, without the method's overhead


class Descent(NamedTuple):
    """One walk down: gradients of L (with log |M_XX| for REML) and of r2, and coefficients.

    Attributes
    ----------
    log_det_gradient, r2_gradient : ndarray (n_theta, ...)
    modes : tuple of tuples
        For each level, outermost first: (block, column of Lambda, u of shape (..., G)).
    coefficients : tuple of ndarray
        For each level v after the level's own effects are added.
    spreads : tuple of ndarray
        For each level G as its parents hand it down, shape (k, k, ..., G or 1).
    """

    log_det_gradient: Array
    r2_gradient: Array
    modes: tuple[tuple[tuple[CovarianceBlock, int, Array], ...], ...]
    coefficients: tuple[Array, ...]
    spreads: tuple[Array, ...]


class _Passage(NamedTuple):
    """What one eliminated effect gives on the way down; parts by component, the constant 0."""

    u: Array
    v: Array
    log_det_parts: dict[int, Any]
    r2_parts: dict[int, Any]
    half_spread: Array  # G W
    own_spread: Array  # W'G W / A^2 + 1 / A


def descend(problem: Problem, ascent: Ascent, n_parallel: tuple[int, ...] = ()) -> Descent:
    """Walk from the root to the innermost groups."""
    shape = (problem.structure.n_theta, *n_parallel)
    log_det_gradient = np.zeros(shape, ascent.root.inverse.dtype)
    r2_gradient = np.zeros_like(log_det_gradient)
    v, spread = ascent.root.residual_coefficients[..., None], ascent.root.spread[..., None]
    if problem.method == "ML":
        spread = np.zeros_like(spread)
    modes, coefficients, spreads = [], [], []
    for level, steps in enumerate(ascent.steps):
        if level > 0:
            family = problem.moments.families[level]
            v, spread = to_children(v, family), to_children(spread, family)
        spreads.append(spread)
        level_modes = []
        for block, column, record in reversed(steps):
            passage = _pass(record, v, spread)
            v = passage.v
            if (block, column) != (steps[0][0], steps[0][1]) or level < len(ascent.steps) - 1:
                spread = _spread_down(record, passage, spread)
            _collect(log_det_gradient, passage.log_det_parts, block, column)
            _collect(r2_gradient, passage.r2_parts, block, column)
            level_modes.append((block, column, passage.u))
        modes.append(tuple(level_modes))
        coefficients.append(v)
    return Descent(log_det_gradient, r2_gradient, tuple(modes), tuple(coefficients), tuple(spreads))


def to_children(values: Array, family: Family) -> Array:
    """Hand values of parents, shape (..., parents), to their children; one for all stays one."""
    return values if values.shape[-1] == 1 else values.take(family.parent, axis=-1)


def _collect(gradient: Array, parts: dict[int, Any], block: CovarianceBlock, column: int) -> None:
    """Turn derivatives with respect to a loading into derivatives with respect to theta."""
    for row in range(column, block.q):
        entry, index = block.entry(row, column), block.indices[row]
        if block.offsets[row]:
            gradient[entry] += block.offsets[row] * parts[0]
        if index != NO_COLUMN:
            gradient[entry] += parts[1 + index]


def _at_means(means: Array, coefficients: Array) -> Array:
    """Return the value at the group's means of coefficients with the constant first."""
    return coefficients[0] + _add(means * coefficients[1:], 0)  # type: ignore[no-any-return]


def _pass(record: Elimination, v: Array, spread: Array) -> _Passage:
    """Take v through one eliminated effect, with the derivatives for its loading."""
    kappa, m, pivot, slope = record.before.weight, record.before.means, record.pivot, record.slope
    columns = m[:-1]
    w = kappa * record.t  # W on the constant
    value, inside, g_inside = _at_means(m, v), 0.0, 0.0
    g = w * (spread[:, 0] + _add(spread[:, 1:] * columns, 1))
    if slope is not None:
        g = g + _add(spread[:, 1:] * slope[:-1], 1)
        inside, g_inside = _add(slope * v[1:], 0), _add(slope[:-1] * g[1:], 0)
    g_value = _at_means(columns, g)
    u, share = (w * value + inside) / pivot, (w * g_value + g_inside) / pivot
    # Not value - t u: of a large effect that would leave the rounding of the group's mean.
    value = (record.c * value - record.t * inside) / pivot
    h_value = (record.c * g_value - record.t * g_inside) / pivot
    v = _less(v, record, u)
    r2_parts = {0: -2.0 * _add(u * kappa * value, -1)}
    log_det_parts = {0: 2.0 * _add((w - kappa * h_value) / pivot, -1)}
    if slope is not None:
        h = _less(g, record, share)
        for index, _ in record.loading.columns:
            row = record.before.products[position(record.before.k)[index]]
            mv = _add(row * v[1:], 0) + kappa * m[index] * value
            mh = _add(row[:-1] * h[1:], 0) + kappa * m[index] * h_value
            r2_parts[1 + index] = -2.0 * _add(u * mv, -1)
            own = slope[index] + w * m[index]
            log_det_parts[1 + index] = 2.0 * _add((own - mh) / pivot, -1)
    return _Passage(u, v, log_det_parts, r2_parts, g, (share + 1.0) / pivot)


def _spread_out(values: Array, axes: int, like: Array) -> Array:
    """Return a copy of ``values`` with every group of ``like`` behind its first axes."""
    found: Array = np.empty((*values.shape[:axes], *like.shape), like.dtype)
    found[:] = values
    return found


def _less(vector: Array, record: Elimination, amount: Array) -> Array:
    """Return vector - z amount."""
    found = _spread_out(vector, 1, amount)
    found[0] -= record.loading.constant * amount
    for index, weight in record.loading.columns:
        found[1 + index] -= weight * amount
    return found


def _spread_down(record: Elimination, passage: _Passage, spread: Array) -> Array:
    """Return T G T' + z z' / A."""
    spread = _spread_out(spread, 2, passage.own_spread)
    z = [(0, record.loading.constant)]
    z += [(1 + index, weight) for index, weight in record.loading.columns]
    over = passage.half_spread / record.pivot
    for i, weight in z:
        change = weight * over
        spread[i] -= change
        spread[:, i] -= change
        for j, other in z:
            spread[i, j] += weight * other * passage.own_spread
    return spread

"""Second derivatives: exact ones by complex step, cheap ones from the expected information.

The gradient is an analytic function computed without branches, so the imaginary part of grad(theta
+ i h e_j) / h with h = 1e-20 is the j-th column of the Hessian to the last digit (Squire & Trapp
1998). All columns are evaluated side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import PerfectFitError
from mlm_core.fits.criterion import Ascent, Problem, ascend, criterion
from mlm_core.fits.descent import Descent, descend
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock
from mlm_core.moments.packed import position
from mlm_core.moments.tree import State

FloatArray = NDArray[np.float64]
Array = NDArray[Any]
_STEP = 1e-20
_PARALLEL_GROUPS = 20_000


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The criterion at one theta, its gradient, and the walks that gave them."""

    theta: FloatArray
    value: float
    gradient: FloatArray
    ascent: Ascent
    descent: Descent


def _ascend(problem: Problem, theta: FloatArray) -> Ascent:
    ascent = ascend(problem, theta)
    if not ascent.root.r2 > problem.least_r2:
        raise PerfectFitError(problem.moments.layout.model.outcome_label)
    return ascent


def value_at(problem: Problem, theta: FloatArray) -> float:
    """Return the criterion alone; see :func:`evaluate`."""
    return float(criterion(problem, _ascend(problem, theta)))


def evaluate(problem: Problem, theta: FloatArray) -> Evaluation:
    """Evaluate criterion and gradient at one theta, shape (n_theta,).

    Raises
    ------
    PerfectFitError
        Nothing but rounding is left of the outcome: the likelihood grows without bound.
    """
    ascent = _ascend(problem, theta)
    descent = descend(problem, ascent)
    weight = problem.df / float(ascent.root.r2)
    gradient = descent.log_det_gradient + weight * descent.r2_gradient
    return Evaluation(theta, float(criterion(problem, ascent)), gradient, ascent, descent)


@dataclass(frozen=True, eq=False)
class Curvature:
    """Exact second derivatives at one theta, and how the covariance of beta moves.

    Attributes
    ----------
    log_det, r2 : ndarray (n_theta, n_theta)
        Hessians of L (with log |M_XX| for REML) and of r2.
    inverse : ndarray (p, p, n_theta)
        Derivative of M_XX^-1.
    """

    log_det: FloatArray
    r2: FloatArray
    inverse: FloatArray

    def hessian(self, problem: Problem, at: Evaluation) -> FloatArray:
        """Return the Hessian of the profiled criterion."""
        r2, slope = float(at.ascent.root.r2), at.descent.r2_gradient
        return np.asarray(self.log_det + problem.df / r2 * (self.r2 - np.outer(slope, slope) / r2))


def exact_curvature(problem: Problem, theta: FloatArray) -> Curvature:
    """Differentiate the gradient at theta by complex step."""
    # Few groups: all directions side by side. Many: a few at a time, to bound memory.
    at_once = max(1, _PARALLEL_GROUPS // len(problem.moments.counts))
    directions = np.eye(len(theta))
    parts = [
        _derivatives(problem, theta, directions[:, first : first + at_once])
        for first in range(0, max(len(theta), 1), at_once)
    ]
    log_det, r2, inverse = (np.concatenate(part, axis=-1) for part in zip(*parts, strict=True))
    return Curvature((log_det + log_det.T) / 2.0, (r2 + r2.T) / 2.0, inverse)


def _derivatives(
    problem: Problem, theta: FloatArray, directions: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the derivatives of both gradients and of M_XX^-1 along some directions."""
    ascent = ascend(problem, theta[:, None] + 1j * _STEP * directions)
    descent = descend(problem, ascent, directions.shape[1:])
    shape = (problem.p, problem.p, directions.shape[1])
    return (
        descent.log_det_gradient.imag / _STEP,
        descent.r2_gradient.imag / _STEP,
        np.broadcast_to(ascent.root.inverse, shape).imag / _STEP,
    )


def effect_rows(state: State, block: CovarianceBlock) -> Array:
    """Return M[z, :] of a block for every group, constant first: shape (q, k + 1, G)."""
    where = position(state.k)
    rows = np.empty((block.q, state.k + 1, *state.weight.shape))
    for row, (index, offset) in enumerate(zip(block.indices, block.offsets, strict=True)):
        value: Any = offset
        if index != NO_COLUMN:
            value = value + state.means[index]
        weighted = state.weight * value
        rows[row, 0] = weighted
        rows[row, 1:] = weighted * state.means
        if index != NO_COLUMN:
            rows[row, 1:] += state.products[where[index]]
    return rows


def effect_products(rows: Array, block: CovarianceBlock) -> Array:
    """Return M[z, z] of a block for every group from its rows: shape (q, q, G)."""
    columns = []
    for index, offset in zip(block.indices, block.offsets, strict=True):
        column: Any = offset * rows[:, 0]
        if index != NO_COLUMN:
            column = column + rows[:, 1 + index]
        columns.append(column)
    return np.stack(columns, axis=1)


def projected_products(at: Evaluation, block: CovarianceBlock, rows: Array) -> Array:
    """Return Z'PZ of every group of a block, shape (q, q, G), from ``effect_rows``.

    P is V^-1 with what the outer levels (and, for REML, the fixed coefficients) absorb taken out:
    M[z,z] - M[z,:] G M[:,z].
    """
    handed = at.descent.spreads[block.level]
    known = rows[:, :-1]
    if handed.shape[-1] == 1:
        through = np.tensordot(handed[..., 0], known, axes=(1, 1)).swapaxes(0, 1)
    else:
        through = (handed[None] * known[:, None]).sum(axis=2)
    absorbed: Array = (through[:, None] * known[None]).sum(axis=2)
    return effect_products(rows, block) - absorbed


def expected_hessian(problem: Problem, at: Evaluation) -> FloatArray:
    """Return the expected Hessian, ignoring what ties different groups and blocks together.

    Good enough to scale the first steps of a search, and free: it needs no further evaluation.
    """
    hessian = np.zeros((problem.structure.n_theta,) * 2)
    for block in problem.structure.blocks:
        rows = effect_rows(at.ascent.outputs[block.level], block)
        products = projected_products(at, block, rows)
        information = np.einsum("abg,cdg->abcd", products, products)
        factor = block.factor(at.theta)
        changes, entries = [], []
        for column in range(block.q):
            for row in range(column, block.q):
                change = np.zeros((block.q, block.q))
                change[row] = factor[:, column]
                changes.append(change + change.T)
                entries.append(block.entry(row, column))
        stacked = np.array(changes)
        part = np.einsum("ibc,abcd,jda->ij", stacked, information, stacked)
        hessian[np.ix_(entries, entries)] = part
    return hessian

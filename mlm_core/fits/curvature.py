"""Second derivatives: exact ones by complex step, cheap ones from the expected information.

The gradient is an analytic function computed without branches, so the imaginary part of grad(theta
+ i h e_j) / h with h = 1e-20 is the j-th column of the Hessian to the last digit (Squire & Trapp
1998). All columns are evaluated side by side. Of random intercepts alone the second derivatives
are sums that go with the evaluation (:mod:`mlm_core.fits.intercept_sums`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import PerfectFitError
from mlm_core.fits.criterion import Ascent, Problem, ascend, criterion
from mlm_core.fits.descent import Descent, descend
from mlm_core.fits.intercept_sums import remainders, walk_twice
from mlm_core.fits.root import Root, Walk
from mlm_core.fits.structure import NO_COLUMN, CovarianceBlock
from mlm_core.fits.walks import (
    as_walk,
    first_of,
    has_own_walk,
    pays_by_branch,
    walk_at,
    walk_beside,
)
from mlm_core.moments.packed import position
from mlm_core.moments.tree import State

FloatArray = NDArray[np.float64]
Array = NDArray[Any]
_STEP = 1e-20
_PARALLEL_GROUPS = 20_000


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The criterion at one theta and its gradient.

    Attributes
    ----------
    problem : Problem
    theta : ndarray (n_theta,)
    value : float
    gradient : ndarray (n_theta,)
    root : Root
        Fixed coefficients and r2.
    r2_gradient : ndarray (n_theta,)
    walks : tuple of Ascent and Descent, or None
        The general walks, where they have been made.
    remainder : ndarray (G,), or None
        See :class:`mlm_core.fits.intercepts.Walk`.
    """

    problem: Problem
    theta: FloatArray
    value: float
    gradient: FloatArray
    root: Root
    r2_gradient: FloatArray
    walks: tuple[Ascent, Descent] | None
    remainder: FloatArray | None

    @cached_property
    def ascent(self) -> Ascent:
        """The walk up, with what it leaves at every level."""
        return self.walks[0] if self.walks else ascend(self.problem, self.theta)

    @cached_property
    def descent(self) -> Descent:
        """The walk down, with every group's coefficients."""
        return self.walks[1] if self.walks else descend(self.problem, self.ascent)

    @cached_property
    def innermost(self) -> FloatArray:
        """Coefficients of the innermost groups as v, shape (k + 1, G)."""
        v, lines = self.root.residual_coefficients, self.problem.lines
        if self.walks is None and lines is not None:
            return lines.innermost(self.theta, v)
        if self.walks is not None or not self.problem.structure.has_only_intercepts:
            return np.asarray(self.descent.coefficients[-1])
        means = self.problem.moments.means
        found = np.repeat(v[:, None], means.shape[1], axis=1)
        remainder = self.remainder
        if remainder is None:
            remainder = remainders(self.problem, self.theta, self.root)
        found[0] = remainder - v[1:] @ means
        return found


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
        r2, slope = float(at.root.r2), at.r2_gradient
        return np.asarray(
            self.log_det + problem.df / r2 * (self.r2 - slope[:, None] * (slope / r2))
        )


def value_at(problem: Problem, theta: FloatArray) -> float:
    """Return the criterion alone; see :func:`evaluate`."""
    top = walk_at(problem, theta) if has_own_walk(problem) else ascend(problem, theta)
    _check_remainder(problem, top.root.r2)
    return float(criterion(problem, top))


def evaluate(problem: Problem, theta: FloatArray) -> Evaluation:
    """Evaluate criterion and gradient at one theta, shape (n_theta,).

    Raises
    ------
    PerfectFitError
        Nothing but rounding is left of the outcome: the likelihood grows without bound.
    """
    if has_own_walk(problem):
        return _evaluation(problem, theta, walk_at(problem, theta))
    ascent = ascend(problem, theta)
    _check_remainder(problem, ascent.root.r2)
    descent = descend(problem, ascent)
    return _evaluation(problem, theta, as_walk(ascent, descent), (ascent, descent))


def evaluate_twice(problem: Problem, theta: FloatArray) -> tuple[Evaluation, Curvature]:
    """Evaluate criterion, gradient and second derivatives together; see :func:`evaluate`.

    Cheaper than both apart for random intercepts, and where groups are few.
    """
    if pays_by_branch(problem):
        found, bend = walk_twice(problem, theta)
        return _evaluation(problem, theta, found), Curvature(*bend)
    sides = walk_beside(problem, _steps(theta, np.eye(len(theta))))
    return _evaluation(problem, theta, first_of(sides)), _curvature(sides)


def _evaluation(
    problem: Problem,
    theta: FloatArray,
    found: Walk,
    walks: tuple[Ascent, Descent] | None = None,
) -> Evaluation:
    _check_remainder(problem, found.root.r2)
    return Evaluation(
        problem=problem,
        theta=theta,
        value=float(criterion(problem, found)),
        gradient=found.log_det_gradient + problem.df / float(found.root.r2) * found.r2_gradient,
        root=found.root,
        r2_gradient=found.r2_gradient,
        walks=walks,
        remainder=found.remainder,
    )


def _check_remainder(problem: Problem, r2: Any) -> None:
    if not r2 > problem.least_r2:
        raise PerfectFitError(problem.moments.layout.model.outcome_label)


def _steps(theta: FloatArray, directions: FloatArray) -> Array:
    """Return points a small imaginary step away along some directions."""
    return theta[:, None] + 1j * _STEP * directions


def exact_curvature(problem: Problem, theta: FloatArray) -> Curvature:
    """Return the second derivatives at theta: differentiated by complex step, or summed."""
    if pays_by_branch(problem):
        return Curvature(*walk_twice(problem, theta)[1])
    # Few groups: all directions side by side. Many: a few at a time, to bound memory.
    at_once = max(1, _PARALLEL_GROUPS // len(problem.moments.counts))
    directions = np.eye(len(theta))
    parts = [
        _curvature(walk_beside(problem, _steps(theta, directions[:, first : first + at_once])))
        for first in range(0, max(len(theta), 1), at_once)
    ]
    if len(parts) == 1:
        return parts[0]
    return Curvature(
        np.concatenate([part.log_det for part in parts], axis=-1),
        np.concatenate([part.r2 for part in parts], axis=-1),
        np.concatenate([part.inverse for part in parts], axis=-1),
    )


def _curvature(found: Walk) -> Curvature:
    """Return the derivatives along the directions."""
    return Curvature(
        found.log_det_gradient.imag / _STEP,
        found.r2_gradient.imag / _STEP,
        found.root.inverse.imag / _STEP,
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

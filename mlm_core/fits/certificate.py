"""The certificate of optimality: whether a variance left at zero by the search is really zero.

The gradient in theta vanishes wherever a column of Lambda is zero, so a search can stop there
wrongly. The gradient in D = Lambda Lambda' does not: theta is a minimum only if, for each block,

    grad_D = sum over groups of ( M[z,z] - M[z,:] (G + (df / r2) v v') M[:,z] )

(M after the level's effects are eliminated) has no negative eigenvalue. A negative one is a
direction in which the criterion falls at once; its expected fall is measured on the deviance
scale, so the verdict does not depend on any unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import (
    Evaluation,
    effect_products,
    effect_rows,
    projected_products,
)
from mlm_core.fits.descent import to_children
from mlm_core.fits.structure import CovarianceBlock, least_deviation, lower_factor

FloatArray = NDArray[np.float64]
# A fall of the criterion below this is rounding, not a direction.
NEGLIGIBLE_FALL = 1e-8
# A relative standard deviation this large is no false zero.
_WELL_INSIDE = 0.02


@dataclass(frozen=True, eq=False)
class Escape:
    """A direction of falling criterion out of a zero of Lambda.

    Attributes
    ----------
    block : CovarianceBlock
        Block whose covariance grows.
    direction : ndarray (q,)
        Unit vector e; D grows by ``size`` e e'.
    size : float
        Expected best growth.
    fall : float
        Expected fall of the criterion.
    """

    block: CovarianceBlock
    direction: FloatArray
    size: float
    fall: float

    def applied(self, theta: FloatArray, share: float) -> FloatArray:
        """Return theta with a share of the expected growth put in."""
        factor = self.block.factor(theta)
        growth = share * self.size * np.outer(self.direction, self.direction)
        found = theta.copy()
        first = self.block.first
        found[first : first + self.block.size] = self.block.entries(
            lower_factor(factor @ factor.T + growth)
        )
        return found


def covariance_gradient(problem: Problem, at: Evaluation, block: CovarianceBlock) -> FloatArray:
    """Return grad_D of one block, shape (q, q)."""
    rows = effect_rows(at.ascent.outputs[block.level], block)
    residual = (rows * _handed_down(problem, at, block.level)).sum(axis=1)
    weight = problem.df / float(at.root.r2)
    gradient: FloatArray = projected_products(at, block, rows).sum(axis=-1)
    gradient = gradient - weight * (residual @ residual.T)
    return (gradient + gradient.T) / 2.0


def find_escape(problem: Problem, at: Evaluation) -> Escape | None:
    """Return the steepest way down that the gradient in theta cannot see, or None: certified."""
    best: Escape | None = None
    for block in problem.structure.blocks:
        # Where Lambda is well inside, grad_D = grad_Lambda Lambda^-1 / 2 is zero with it.
        if least_deviation(block.factor(at.theta)) > _WELL_INSIDE:
            continue
        values, vectors = np.linalg.eigh(covariance_gradient(problem, at, block))
        direction, slope = vectors[:, 0], float(values[0])
        if slope >= 0.0:
            continue
        rows = effect_rows(at.ascent.outputs[block.level], block)
        products = effect_products(rows, block)
        along = np.einsum("a,abg,b->g", direction, products, direction)
        bend = float(along @ along)
        fall = slope**2 / (2.0 * bend)
        if fall > NEGLIGIBLE_FALL and (best is None or fall > best.fall):
            best = Escape(block, direction, -slope / bend, fall)
    return best


def _handed_down(problem: Problem, at: Evaluation, level: int) -> FloatArray:
    """Return v as a level receives it from its parents, shape (k + 1, G or 1)."""
    if level == 0:
        return np.asarray(at.root.residual_coefficients[:, None])
    return to_children(at.descent.coefficients[level - 1], problem.moments.families[level])

"""Satterthwaite's degrees of freedom for fixed effects, as lmerTest defines them.

With the deviance as a function of theta and sigma,

    d(theta, sigma) = L + df log(2 pi sigma^2) + r2 / sigma^2,

its Hessian H at the optimum gives A = 2 H^-1, the covariance of the variance parameters, and for a
coefficient with variance f(theta, sigma) = sigma^2 (M_XX^-1)_jj the degrees of freedom are 2 f^2 /
(g' A g), g the gradient of f (Kuznetsova, Brockhoff & Christensen 2017). All derivatives are exact
(:mod:`mlm_core.fits.curvature`). Directions without curvature, as at a singular fit, are left out
of the inverse, as lmerTest does: on the boundary these degrees of freedom are too many
(:mod:`mlm_core.inference.kenward_roger` has figures, and what to use instead).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.curvature import Curvature, Evaluation
from mlm_core.fits.estimates import UserScale

FloatArray = NDArray[np.float64]
_NO_CURVATURE = 1e-9


@dataclass(frozen=True, eq=False)
class VarianceInformation:
    """How well the variance parameters are known, and how Cov(beta) depends on them.

    Attributes
    ----------
    covariance : ndarray (m, m)
        A, for m = n_theta + 1 parameters (theta on stored columns, then sigma in stored units).
    vcov_gradient : ndarray (p, p, m)
        Derivative of Cov(beta) on the user's scale.
    vcov : ndarray (p, p)
        Cov(beta) on the user's scale.
    """

    covariance: FloatArray
    vcov_gradient: FloatArray
    vcov: FloatArray

    def degrees_of_freedom(self, contrasts: FloatArray) -> FloatArray:
        """Return the degrees of freedom of each row of ``contrasts``, shape (rows, p)."""
        variance = ((contrasts @ self.vcov) * contrasts).sum(axis=1)
        gradient = np.einsum("ri,ijm,rj->rm", contrasts, self.vcov_gradient, contrasts)
        spread = ((gradient @ self.covariance) * gradient).sum(axis=1)
        return np.asarray(2.0 * variance**2 / spread)


def variance_information(
    problem: Problem, at: Evaluation, curvature: Curvature, scale: UserScale
) -> VarianceInformation:
    """Return the information on the variance parameters at an optimum."""
    root, n_theta = at.root, problem.structure.n_theta
    sigma2 = float(root.r2) / problem.df
    sigma = float(np.sqrt(sigma2))
    hessian = np.empty((n_theta + 1, n_theta + 1))
    hessian[:-1, :-1] = curvature.log_det + curvature.r2 / sigma2
    hessian[:-1, -1] = hessian[-1, :-1] = -2.0 * at.r2_gradient / sigma**3
    hessian[-1, -1] = 4.0 * problem.df / sigma2
    gradient = np.concatenate(
        [sigma2 * curvature.inverse, 2.0 * sigma * root.inverse[:, :, None]], axis=2
    )
    return VarianceInformation(
        covariance=2.0 * _inverse_where_curved(hessian),
        vcov_gradient=scale.covariance(gradient),
        vcov=scale.covariance(sigma2 * root.inverse),
    )


def _inverse_where_curved(hessian: FloatArray) -> FloatArray:
    # Unit diagonal first, so that "without curvature" does not depend on units.
    root = np.sqrt(np.abs(np.diag(hessian)))
    root[root == 0.0] = 1.0
    values, vectors = np.linalg.eigh(hessian / np.outer(root, root))
    is_curved = values > _NO_CURVATURE * values[-1]
    chosen = vectors[:, is_curved]
    return np.asarray((chosen / values[is_curved]) @ chosen.T / np.outer(root, root))

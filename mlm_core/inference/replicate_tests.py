"""Standard errors and Satterthwaite's degrees of freedom of many replicates side by side.

As :mod:`mlm_core.fits.satterthwaite` for one fit: with H the Hessian of the deviance in (theta,
sigma), 2 H^-1 the covariance of these, and f the variance of a coefficient with gradient g, the
degrees of freedom are 2 f^2 / (g' 2 H^-1 g). Directions without curvature are left out. All
derivatives come from one walk with an imaginary step along every direction of theta
(:mod:`mlm_core.fits.curvature`); its real part gives the estimates.

Symbols: B replicates, t = n_theta, p fixed coefficients, c contrasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.inference.replicate_walks import ReplicateWalks, replicate_walks
from mlm_core.inference.replicated_moments import ReplicatedMoments

Floats = NDArray[np.float64]
_STEP = 1e-20
_NO_CURVATURE = 1e-9
# Groups times replicates times directions walked at a time: what fits into the processor's cache.
_AT_ONCE = 6_000


@dataclass(frozen=True, eq=False)
class ReplicateTests:
    """Contrasts of the fixed coefficients in every replicate.

    Attributes
    ----------
    estimate, se, df : ndarray (B, c)
        In stored units.
    """

    estimate: Floats
    se: Floats
    df: Floats


@dataclass(frozen=True, eq=False)
class _Directions:
    """Values at theta, and derivatives along its directions, of all replicates.

    Attributes
    ----------
    beta : ndarray (B, p)
    inverse, inverse_change : ndarray (B, p, p), (B, p, p, t)
        M_XX^-1.
    sigma : ndarray (B,)
    r2_gradient : ndarray (B, t)
    log_det, r2 : ndarray (B, t, t)
        Second derivatives.
    """

    beta: Floats
    inverse: Floats
    inverse_change: Floats
    sigma: Floats
    r2_gradient: Floats
    log_det: Floats
    r2: Floats


def replicate_tests(
    problem: Problem, moments: ReplicatedMoments, theta: Floats, contrasts: Floats
) -> ReplicateTests:
    """Estimate contrasts with their standard errors and degrees of freedom.

    Parameters
    ----------
    problem : Problem
        The model that was refitted.
    moments : ReplicatedMoments
    theta : ndarray (B, t)
        The optimum of every replicate.
    contrasts : ndarray (c, p)
    """
    # Intercepts alone are walked in little memory.
    values = 0 if problem.structure.has_only_intercepts else len(moments.counts) * theta.shape[1]
    at_once = max(1, _AT_ONCE // values) if values else len(theta)
    walks = replicate_walks(problem, moments)
    parts = [
        _tests(problem, _directions(problem, walks, some, theta), contrasts)
        for some in np.split(np.arange(len(theta)), range(at_once, len(theta), at_once))
    ]
    estimate, se, df = (
        np.concatenate(found)
        for found in zip(*((part.estimate, part.se, part.df) for part in parts), strict=True)
    )
    return ReplicateTests(estimate, se, df)


def _tests(problem: Problem, at: _Directions, contrasts: Floats) -> ReplicateTests:
    variance = np.einsum("ci,bij,cj->bc", contrasts, at.inverse, contrasts)
    change = np.einsum("ci,bijt,cj->bct", contrasts, at.inverse_change, contrasts)
    sigma = at.sigma[:, None, None]
    gradient = np.concatenate([sigma**2 * change, 2.0 * sigma * variance[:, :, None]], axis=2)
    spread = 2.0 * _inverse_where_curved(_hessian(at, problem.df))
    f = at.sigma[:, None] ** 2 * variance
    return ReplicateTests(
        estimate=at.beta @ contrasts.T,
        se=np.sqrt(f),
        df=2.0 * f**2 / np.einsum("bcm,bmn,bcn->bc", gradient, spread, gradient),
    )


def _directions(
    problem: Problem, walks: ReplicateWalks, some: NDArray[np.intp], theta: Floats
) -> _Directions:
    """Walk some replicates once with an imaginary step along every direction of theta (B, t)."""
    count, n_theta = len(some), theta.shape[1]
    every = np.repeat(some, n_theta)
    points = theta[every].T + 1j * _STEP * np.tile(np.eye(n_theta), count)
    found = walks.chosen(every).walk(points)
    root = found.root

    def by_replicate(values: Any) -> NDArray[Any]:
        """Return values whose last axis runs over replicates and directions as (B, ..., t)."""
        parts = np.asarray(values).reshape(*np.shape(values)[:-1], count, n_theta)
        return np.moveaxis(parts, -2, 0)

    r2, inverse = by_replicate(root.r2), by_replicate(root.inverse)
    return _Directions(
        beta=by_replicate(root.beta)[..., 0].real,
        inverse=inverse[..., 0].real,
        inverse_change=inverse.imag / _STEP,
        sigma=np.sqrt(r2[:, 0].real / problem.df),
        r2_gradient=by_replicate(found.r2_gradient)[..., 0].real,
        log_det=_symmetric(by_replicate(found.log_det_gradient).imag / _STEP),
        r2=_symmetric(by_replicate(found.r2_gradient).imag / _STEP),
    )


def _symmetric(matrices: Floats) -> Floats:
    return np.asarray((matrices + matrices.swapaxes(1, 2)) / 2.0)


def _hessian(at: _Directions, df: int) -> Floats:
    """Return the Hessians of the deviance in (theta, sigma), shape (B, t + 1, t + 1)."""
    n_theta = at.r2_gradient.shape[1]
    hessian = np.empty((len(at.sigma), n_theta + 1, n_theta + 1))
    hessian[:, :-1, :-1] = at.log_det + at.r2 / at.sigma[:, None, None] ** 2
    mixed = -2.0 * at.r2_gradient / at.sigma[:, None] ** 3
    hessian[:, :-1, -1] = hessian[:, -1, :-1] = mixed
    hessian[:, -1, -1] = 4.0 * df / at.sigma**2
    return hessian


def _inverse_where_curved(hessian: Floats) -> Floats:
    root = np.sqrt(np.abs(np.diagonal(hessian, axis1=1, axis2=2)))
    root = np.where(root == 0.0, 1.0, root)
    units = root[:, :, None] * root[:, None, :]
    values, vectors = np.linalg.eigh(hessian / units)
    curved = values > _NO_CURVATURE * values[:, -1:]
    weight = np.where(curved, 1.0 / np.where(curved, values, 1.0), 0.0)
    return np.asarray(np.einsum("bis,bs,bjs->bij", vectors, weight, vectors) / units)

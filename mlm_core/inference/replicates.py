"""Estimates of many refitted outcomes, on the user's scale, and statistics of them.

A statistic is any function of a :class:`Replicates` that gives one number a replicate; those of a
mixed model that people ask for are here. The data's own fit is a ``Replicates`` of one.

Shapes: B replicates, p fixed coefficients, q effects in a block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.criterion import Problem
from mlm_core.fits.estimates import UserScale
from mlm_core.inference.parameters import Parameter

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Replicates:
    """Estimates of B outcomes.

    Attributes
    ----------
    problem : Problem
        The model that was refitted, over the moments of the data.
    theta : ndarray (B, n_theta)
        On stored columns.
    sigma : ndarray (B,)
    beta : ndarray (B, p)
    criterion : ndarray (B,)
    """

    problem: Problem
    theta: FloatArray
    sigma: FloatArray
    beta: FloatArray
    criterion: FloatArray

    def __len__(self) -> int:
        return len(self.sigma)

    @cached_property
    def covariances(self) -> tuple[FloatArray, ...]:
        """Covariance of each block's effects, innermost level first, each (B, q, q)."""
        found = []
        for block in self.problem.structure.blocks:
            factor = block.to_user @ np.moveaxis(block.factor(self.theta.T), -1, 0)
            found.append(self.sigma[:, None, None] ** 2 * (factor @ factor.swapaxes(1, 2)))
        return tuple(found)

    @cached_property
    def level_variances(self) -> FloatArray:
        """Variance of each level at the means of its slope variables, residual last: (B, L + 1)."""
        found = np.zeros((len(self), len(self.problem.moments.levels) + 1))
        found[:, -1] = 1.0
        for block in self.problem.structure.blocks:
            factor = block.factor(self.theta.T)
            loaded = np.einsum("r,rcb->cb", block.offsets, factor)
            found[:, block.level] += (loaded**2).sum(axis=0)
        return found * self.sigma[:, None] ** 2

    def values(self, parameter: Parameter) -> FloatArray:
        """Return the estimates of one parameter, shape (B,)."""
        if parameter.kind == "sigma":
            return self.sigma
        if parameter.kind == "fixed":
            return self.beta[:, parameter.positions[0]]
        covariance = self.covariances[parameter.block]
        i, j = parameter.positions[0], parameter.positions[-1]
        product = np.sqrt(covariance[:, i, i] * covariance[:, j, j])
        if parameter.kind == "sd":
            return np.sqrt(covariance[:, i, i])
        known = product > 0.0
        return np.where(known, covariance[:, i, j] / np.where(known, product, 1.0), np.nan)


Statistic = Callable[[Replicates], FloatArray]


def share_of(level: int) -> Statistic:
    """Return the statistic "share of a level's variance in the whole"."""

    def share(of: Replicates) -> FloatArray:
        variances = of.level_variances
        return np.asarray(variances[:, level] / variances.sum(axis=1))

    return share


def residual_share(of: Replicates) -> FloatArray:
    """Return the residual's share of the variance of each replicate."""
    variances = of.level_variances
    return np.asarray(variances[:, -1] / variances.sum(axis=1))


def icc_of(level: int) -> Statistic:
    """Return the statistic "correlation of two rows of one group of a level"."""

    def correlation(of: Replicates) -> FloatArray:
        variances = of.level_variances
        return np.asarray(variances[:, : level + 1].sum(axis=1) / variances.sum(axis=1))

    return correlation


def on_user_scale(
    problem: Problem,
    scale: UserScale,
    theta: FloatArray,
    r2: FloatArray,
    beta: FloatArray,
    criterion: FloatArray,
) -> Replicates:
    """Return estimates in stored units (B first) as replicates."""
    return Replicates(
        problem=problem,
        theta=theta,
        sigma=np.sqrt(r2 / problem.df) * scale.outcome_scale,
        beta=scale.outcome_scale * (beta @ scale.matrix.T) + scale.constant,
        criterion=criterion,
    )

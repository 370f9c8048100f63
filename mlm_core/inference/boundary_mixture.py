"""Reference distributions of likelihood-ratio statistics where variances are tested at zero.

A variance cannot be negative, so under a null hypothesis that puts one at zero the statistic does
not follow the chi-square its parameter count suggests. For one variance and c covariances with it
the right reference is the mixture 1/2 chi2(c) + 1/2 chi2(c + 1) (Self & Liang 1987; Stram & Lee
1994); for several uncorrelated variances the binomial mixture, which takes their estimates as
independent. For several variances with covariances no simple reference exists.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from mlm_core.data.layout import Column

# One variance (both effects the same) or covariance: key columns of the level, and two effects.
Covariance = tuple[tuple[str, ...], Column, Column]
Weights = tuple[tuple[int, float], ...]


def covariances_of(groups: tuple[str, ...], columns: Sequence[Column]) -> tuple[Covariance, ...]:
    """Return every variance and covariance of effects that vary together, in a fixed order."""
    ordered = sorted(columns, key=str)
    return tuple(
        (groups, first, second) for i, first in enumerate(ordered) for second in ordered[i:]
    )


def n_variances(covariances: Sequence[Covariance]) -> int:
    """Count the variances among variances and covariances."""
    return sum(first == second for _, first, second in covariances)


def boundary_weights(zero: Sequence[Covariance]) -> Weights:
    """Return the mixture as (degrees of freedom, weight) for covariances put at zero.

    Empty where no variance is among them, or where no mixture is known.
    """
    variances = n_variances(zero)
    others = len(zero) - variances
    if variances == 1:
        return ((others, 0.5), (others + 1, 0.5))
    if variances > 1 and others == 0:
        return tuple(
            (j, float(special.binom(variances, j)) / 2.0**variances) for j in range(variances + 1)
        )
    return ()


def chi_square_tail(statistic: ArrayLike, df: int) -> NDArray[np.float64]:
    """Return P(chi2(df) >= statistic); with no degrees of freedom all mass is at zero."""
    x = np.asarray(statistic, dtype=np.float64)
    if df == 0:
        return np.where(x <= 0.0, 1.0, 0.0)
    return np.asarray(special.chdtrc(df, np.maximum(x, 0.0)))


def mixture_tail(statistic: ArrayLike, weights: Weights) -> NDArray[np.float64]:
    """Return the probability that a mixture of chi-squares is at least ``statistic``."""
    tails = [weight * chi_square_tail(statistic, df) for df, weight in weights]
    return np.asarray(np.sum(tails, axis=0))


def log_chi_square_tail(statistic: ArrayLike, df: int) -> NDArray[np.float64]:
    """Return the natural logarithm of :func:`chi_square_tail`, however small the probability.

    From one or two degrees of freedom up, Q(a + 1, z) = Q(a, z) + z^a exp(-z) / Gamma(a + 1), with
    a = df / 2 and z = x / 2 (Abramowitz & Stegun 1964, 6.5.21).
    """
    x = np.maximum(np.asarray(statistic, dtype=np.float64), 0.0)
    if df == 0:
        return np.where(x <= 0.0, 0.0, -np.inf)
    z = x / 2.0
    found = -z if df % 2 == 0 else np.log(2.0) + special.log_ndtr(-np.sqrt(x))
    for a in np.arange(1.0 if df % 2 == 0 else 0.5, df / 2.0):
        found = np.logaddexp(found, special.xlogy(a, z) - z - special.gammaln(a + 1.0))
    return np.asarray(found)


def log_mixture_tail(statistic: ArrayLike, weights: Weights) -> NDArray[np.float64]:
    """Return the natural logarithm of :func:`mixture_tail`, however small the probability."""
    tails = [
        np.log(weight) + log_chi_square_tail(statistic, df) for df, weight in weights if weight
    ]
    return np.asarray(np.logaddexp.reduce(tails, axis=0))

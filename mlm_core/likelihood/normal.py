"""The normal density, and the likelihood of its mean and standard deviation given a sample.

A density read with the parameters fixed tells which values are likely; read with the values fixed
it is the likelihood of the parameters. For n values x with mean m and S = sum (x - m)^2,

    l(mu, sigma) = -n/2 log(2 pi) - n log(sigma) - (S + n (m - mu)^2) / (2 sigma^2).

With sigma known, l is a parabola in mu: its maximum is where the sum of squares is least, and its
curvature n / sigma^2 is one over the square of the standard error. With both unknown the maximum
is at m and sqrt(S / n).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

DENSITY_POINTS = 400
DENSITY_REACH = 4.0  # standard deviations shown on either side of the mean
GRID_POINTS = 90
GRID_REACH = 4.0  # how far proposed means lie from the true one
SURFACE_POINTS = 61
SURFACE_REACH = 3.5  # standard errors shown on either side of the maximum


@dataclass(frozen=True, eq=False)
class NormalTail:
    """A normal density and the probability of a value above a threshold.

    Attributes
    ----------
    mean, sd, threshold : float
    probability : float
        P(X > threshold).
    x, density : ndarray, shape (points,)
        The curve.
    """

    mean: float
    sd: float
    threshold: float
    probability: float
    x: Floats
    density: Floats


@dataclass(frozen=True, eq=False)
class MeanLikelihood:
    """The likelihood of the mean of a normal population of known standard deviation.

    Attributes
    ----------
    sample : ndarray, shape (n,)
        The values observed.
    true_mean, sd : float
        Of the population; only ``sd`` is known to the estimation.
    grid : ndarray, shape (points,)
        Means proposed.
    log_likelihood, sum_of_squares : ndarray, shape (points,)
        Of the sample at each.
    grid_most_likely, grid_least_squares : float
        The best points of the grid by either criterion.
    estimate : float
        The exact maximum, the mean of the sample.
    maximum, least : float
        Log-likelihood and sum of squares there.
    curvature : float
        Minus the second derivative of the log-likelihood, n / sd^2.
    se : float
        The standard error it implies, one over its root.
    """

    sample: Floats
    true_mean: float
    sd: float
    grid: Floats
    log_likelihood: Floats
    sum_of_squares: Floats
    grid_most_likely: float
    grid_least_squares: float
    estimate: float
    maximum: float
    least: float
    curvature: float
    se: float


@dataclass(frozen=True, eq=False)
class NormalSurface:
    """The log-likelihood over mean and standard deviation, both unknown.

    Attributes
    ----------
    sample : ndarray, shape (n,)
    true_mean, true_sd : float
    mean_grid, sd_grid : ndarray, shape (points,)
    log_likelihood : ndarray, shape (points, points)
        A row for each standard deviation.
    mean, sd : float
        The maximum: mean of the sample, and its standard deviation with divisor n.
    maximum : float
        Log-likelihood there.
    mean_se, sd_se : float
        Standard errors from the curvature there.
    """

    sample: Floats
    true_mean: float
    true_sd: float
    mean_grid: Floats
    sd_grid: Floats
    log_likelihood: Floats
    mean: float
    sd: float
    maximum: float
    mean_se: float
    sd_se: float


def normal_tail(*, mean: float, sd: float, threshold: float) -> NormalTail:
    """Return the normal density with its upper tail beyond a threshold."""
    reach = DENSITY_REACH * sd
    x = np.linspace(
        min(mean - reach, threshold), max(mean + reach, threshold + sd), DENSITY_POINTS
    )  # fmt: skip
    return NormalTail(
        mean=mean,
        sd=sd,
        threshold=threshold,
        probability=float(special.ndtr((mean - threshold) / sd)),
        x=x,
        density=np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi)),
    )


def draw_normal(n: int, *, mean: float, sd: float, seed: int) -> Floats:
    """Draw a sample; the same seed gives the same values, moved and stretched by mean and sd."""
    return mean + sd * np.random.default_rng(seed).standard_normal(n)


def log_likelihood(sample: Floats, mean: Floats | float, sd: Floats | float) -> Floats:
    """Return the log-likelihood of means and standard deviations that broadcast together."""
    n, centre = len(sample), sample.mean()
    squares = ((sample - centre) ** 2).sum() + n * (centre - np.asarray(mean)) ** 2
    return np.asarray(
        -0.5 * n * np.log(2.0 * np.pi) - n * np.log(sd) - 0.5 * squares / np.asarray(sd) ** 2
    )


def mean_likelihood(sample: Floats, *, true_mean: float, sd: float) -> MeanLikelihood:
    """Search the mean of a population whose standard deviation is known, on a grid and exactly."""
    grid = true_mean + np.linspace(-GRID_REACH, GRID_REACH, GRID_POINTS)
    centre = float(sample.mean())
    least = float(((sample - centre) ** 2).sum())
    likelihood = log_likelihood(sample, grid, sd)
    squares = least + len(sample) * (grid - centre) ** 2
    curvature = len(sample) / sd**2
    return MeanLikelihood(
        sample=sample,
        true_mean=true_mean,
        sd=sd,
        grid=grid,
        log_likelihood=likelihood,
        sum_of_squares=squares,
        grid_most_likely=float(grid[likelihood.argmax()]),
        grid_least_squares=float(grid[squares.argmin()]),
        estimate=centre,
        maximum=float(log_likelihood(sample, centre, sd)),
        least=least,
        curvature=curvature,
        se=float(curvature**-0.5),
    )


def normal_surface(sample: Floats, *, true_mean: float, true_sd: float) -> NormalSurface:
    """Lay the log-likelihood over mean and standard deviation around its maximum."""
    n, mean, sd = len(sample), float(sample.mean()), float(sample.std())
    mean_se, sd_se = sd / n**0.5, sd / (2.0 * n) ** 0.5
    means = np.linspace(mean - SURFACE_REACH * mean_se, mean + SURFACE_REACH * mean_se,
                        SURFACE_POINTS)  # fmt: skip
    # A standard deviation has no lower neighbour of zero: steps are even on the log scale.
    step = SURFACE_REACH * sd_se / sd
    sds = sd * np.exp(np.linspace(-step, step, SURFACE_POINTS))
    return NormalSurface(
        sample=sample,
        true_mean=true_mean,
        true_sd=true_sd,
        mean_grid=means,
        sd_grid=sds,
        log_likelihood=log_likelihood(sample, means[None, :], sds[:, None]),
        mean=mean,
        sd=sd,
        maximum=float(log_likelihood(sample, mean, sd)),
        mean_se=mean_se,
        sd_se=sd_se,
    )

"""The exact restricted likelihood-ratio test of one variance, by simulating its distribution.

For a model with a single variance besides the residual one, the statistic under a variance of zero
has the distribution of

    sup over lambda >= 0 of  (n - p) log(T / D(lambda)) - sum_s log(1 + lambda mu_s),
    D(lambda) = sum_s w_s^2 / (1 + lambda mu_s) + rest,   T = D(0),

mu_s the eigenvalues of Z'PZ, w_s^2 independent chi-squares of one degree of freedom and ``rest`` a
chi-square for what no group effect touches (Crainiceanu & Ruppert 2004). Nothing but mu_s depends
on the data, so a hundred thousand statistics take a fraction of a second. Where the model has other
variances they are taken as known, which leaves the distribution of the model with the tested effect
alone (Greven, Crainiceanu, Kuechenhoff & Peters 2008), as RLRsim does; the parametric bootstrap
makes no such approximation.

The supremum lies where

    F(lambda) = D(lambda) S(lambda),   S = prod over s of (1 + lambda mu_s)^(1 / (n - p)),

is least, and is (n - p) log(T / F) there. F is linear in the chi-squares, ``rest`` being one of an
eigenvalue of zero. With t = log lambda its curves are analytic and their Taylor series converge
within pi of any point. F is found at a grid of t by one product of matrices, its series at the best
point of the grid by another; what follows costs the same however many eigenvalues there are.

Symbols: m distinct eigenvalues, P points, K terms of a series, B statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial.polynomial import polyder, polyval
from numpy.typing import NDArray

from mlm_core.errors import ExactTestError
from mlm_core.fits.criterion import Problem, build_problem
from mlm_core.fits.structure import CovarianceBlock
from mlm_core.inference.bootstrap import Progress
from mlm_core.inference.effect_geometry import Spectrum, geometry_of
from mlm_core.inference.null_distribution import SimulatedNull

FloatArray = NDArray[np.float64]
# Larger matrices take too long to decompose; with so many groups the chi-square mixture is exact
# enough.
MOST_DENSE = 1_000
_BATCH = 2_000
# Grid over lambda times the mean eigenvalue; with these the series errs by 1e-9 of a statistic.
_LEAST, _MOST, _POINTS, _TERMS = 1e-4, 1e6, 56, 8
_REFINEMENTS = 4


@dataclass(frozen=True, eq=False)
class ExactTest(SimulatedNull):
    """A restricted likelihood-ratio test with its simulated finite-sample distribution.

    Attributes
    ----------
    statistic : float
        Of the restricted likelihoods of the data.
    values : ndarray (n,)
        Under a variance of zero.
    seed, n_asked : int
        See :class:`~mlm_core.inference.null_distribution.SimulatedNull`.
    given_others : bool
        Whether the model has other variances, which are taken as known.
    """

    given_others: bool


def exact_test(
    problem: Problem,
    block: CovarianceBlock,
    statistic: float,
    *,
    n: int,
    seed: int,
    progress: Progress | None = None,
) -> ExactTest:
    """Test the variance of a block with a single effect a group.

    Parameters
    ----------
    problem : Problem
        The full model.
    block : CovarianceBlock
        One of its blocks.
    statistic : float
        Restricted likelihood-ratio statistic of the full model against the one without the block.
    n : int
        Number of statistics to simulate.
    seed : int
    progress : callable, optional
        Called after every batch with statistics done and asked for; where it returns False the
        test stops with what it has.

    Raises
    ------
    ExactTestError
        The block has several effects a group, or there are too many different groups.
    """
    if block.q > 1:
        raise ExactTestError(
            "The exact test is for a single variance; this term has covariances too. Use the"
            " parametric bootstrap."
        )
    restricted = build_problem(problem.moments, "REML")
    geometry = geometry_of(restricted, block)
    if geometry.n_dense > MOST_DENSE:
        raise ExactTestError(
            f"The exact test would need the eigenvalues of a matrix with {geometry.n_dense:,} rows"
            f" (at most {MOST_DENSE:,} are allowed). With so many groups the chi-square mixture is"
            " close; the parametric bootstrap needs no such matrix."
        )
    rng = np.random.default_rng(seed)
    values = null_statistics(geometry.spectrum(), restricted.df, rng, n, progress=progress)
    return ExactTest(statistic, values, seed, n, given_others=len(problem.structure.blocks) > 1)


def null_statistics(
    spectrum: Spectrum,
    df: int,
    rng: np.random.Generator,
    n: int,
    *,
    progress: Progress | None = None,
) -> FloatArray:
    """Simulate restricted likelihood-ratio statistics under a variance of zero, shape (n,).

    ``df`` is n_rows - p. Fewer than n where ``progress`` returns False before.
    """
    grid = _grid(spectrum, df)
    parts: list[FloatArray] = []
    for first in range(0, n, _BATCH):
        size = min(_BATCH, n - first)
        squares = _chi_squares(rng, np.append(spectrum.times, df - spectrum.times.sum()), size)
        parts.append(_statistics(spectrum, grid, df, squares))
        if progress is not None and not progress(first + size, n):
            break
    return np.concatenate(parts)


class _Grid(NamedTuple):
    """Points of log lambda and the series in t around each.

    ``curves`` (P, m + 1, K) are those of S / (1 + lambda mu), the last of an eigenvalue of zero;
    ``at`` (m + 1, P) are their values at the points.
    """

    spacing: float
    at: FloatArray
    curves: FloatArray


def _grid(spectrum: Spectrum, df: int) -> _Grid:
    mu, times = np.append(spectrum.values, 0.0), np.append(spectrum.times, 0)
    mean = float(times @ mu / times.sum())
    points = np.linspace(np.log(_LEAST / mean), np.log(_MOST / mean), _POINTS)
    left = 1.0 / (1.0 + np.exp(points)[:, None] * mu)
    # Left is a logistic curve, left' = left^2 - left; growth is (log S)' and S' = growth S.
    lefts, growth = [left], [(1.0 - left) @ times / df]
    factors = [np.exp(-np.log(left) @ times / df)]
    for k in range(1, _TERMS):
        lefts.append((_term(lefts, lefts, k - 1) - lefts[-1]) / k)
        growth.append(-lefts[-1] @ times / df)
        factors.append(_term(growth, factors, k - 1) / k)
    curves = np.stack([_term([f[:, None] for f in factors], lefts, k) for k in range(_TERMS)], -1)
    return _Grid(float(points[1] - points[0]), np.ascontiguousarray(curves[..., 0].T), curves)


def _term(one: list[FloatArray], other: list[FloatArray], k: int) -> FloatArray:
    """Return the term of degree k of the product of two series."""
    return np.asarray(sum(one[i] * other[k - i] for i in range(k + 1)))


def _statistics(spectrum: Spectrum, grid: _Grid, df: int, squares: FloatArray) -> FloatArray:
    """Return the statistics of chi-squares (B, m + 1), the last column being ``rest``."""
    mu, times = spectrum
    whole = squares.sum(axis=1)
    heights = squares @ grid.at
    best = heights.argmin(axis=1)
    # Where the derivative at zero is negative the supremum of a unimodal statistic is there.
    rises = df * (squares[:, :-1] @ mu) > times @ mu * whole
    some = np.flatnonzero(rises | (heights.min(axis=1) < whole))
    some = some[np.argsort(best[some], kind="stable")]
    points, first = np.unique(best[some], return_index=True)
    sharing = np.split(squares[some], first[1:])
    series = [own @ grid.curves[point] for point, own in zip(points, sharing, strict=True)]
    found = np.zeros(len(whole))
    if series:
        least = _least(np.vstack(series).T, grid.spacing)
        found[some] = np.maximum(df * np.log(whole[some] / least), 0.0)
    return found


def _chi_squares(rng: np.random.Generator, df: NDArray[np.int64], n: int) -> FloatArray:
    """Draw chi-squares, shape (n, len(df)): squared normals where one degree is enough."""
    found = np.empty((n, len(df)))
    single = df == 1
    found[:, single] = rng.standard_normal((n, single.sum())) ** 2
    found[:, ~single] = 2.0 * rng.standard_gamma(df[~single] / 2.0, (n, (~single).sum()))
    return found


def _least(series: FloatArray, spacing: float) -> FloatArray:
    """Return the least values of F after Newton's steps from the best point of the grid.

    ``series`` (K, B) is that of F there.
    """
    slopes, bends = (polyder(series, k) for k in (1, 2))
    x: FloatArray = np.zeros(series.shape[1])
    for _ in range(_REFINEMENTS):
        slope, bend = polyval(x, slopes, tensor=False), polyval(x, bends, tensor=False)
        step = np.where(bend > 0.0, -slope / np.where(bend > 0.0, bend, 1.0), -np.sign(slope))
        x = np.clip(x + step, -spacing, spacing)
    return np.asarray(polyval(x, series, tensor=False))

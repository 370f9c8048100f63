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

With t = log lambda every 1 / (1 + lambda mu_s) is a logistic curve, whose Taylor series converges
within pi of any point. D is found at a grid of t by one product of matrices, its series at the best
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
    grid = _grid(spectrum)
    parts: list[FloatArray] = []
    for first in range(0, n, _BATCH):
        size = min(_BATCH, n - first)
        squares = _chi_squares(rng, spectrum.times, size)
        rest = 2.0 * rng.standard_gamma((df - spectrum.times.sum()) / 2.0, size)
        parts.append(_statistics(spectrum, grid, df, squares, rest))
        if progress is not None and not progress(first + size, n):
            break
    return np.concatenate(parts)


class _Grid(NamedTuple):
    """Points of log lambda and the series in t around each.

    ``curves`` (P, m, K) are those of 1 / (1 + lambda mu), ``at`` (m, P) their values at the points,
    ``logs`` (P, K) those of minus the sum of log(1 + lambda mu).
    """

    spacing: float
    at: FloatArray
    curves: FloatArray
    logs: FloatArray


def _grid(spectrum: Spectrum) -> _Grid:
    mu, times = spectrum
    mean = float(times @ mu / times.sum())
    points = np.linspace(np.log(_LEAST / mean), np.log(_MOST / mean), _POINTS)
    left = 1.0 / (1.0 + np.exp(points)[:, None] * mu)
    curves: list[FloatArray] = [left]
    logs: list[FloatArray] = [np.log(left) @ times]
    for k in range(1, _TERMS):
        # left' = left^2 - left, (log left)' = left - 1, term by term.
        square = sum(curves[i] * curves[k - 1 - i] for i in range(k))
        logs.append((curves[-1] - (k == 1)) @ times / k)
        curves.append((square - curves[-1]) / k)
    return _Grid(
        float(points[1] - points[0]),
        np.ascontiguousarray(left.T),
        np.stack(curves, axis=-1),
        np.stack(logs, axis=-1),
    )


def _statistics(
    spectrum: Spectrum, grid: _Grid, df: int, squares: FloatArray, rest: FloatArray
) -> FloatArray:
    mu, times = spectrum
    whole = squares.sum(axis=1) + rest
    height = df * np.log(whole[:, None] / (squares @ grid.at + rest[:, None])) + grid.logs[:, 0]
    best = height.argmax(axis=1)
    # Where the derivative at zero is negative the supremum of a unimodal statistic is there.
    rises = df * (squares @ mu) / whole > times @ mu
    some = np.flatnonzero(rises | (height.max(axis=1) > 0.0))
    near = best[some]
    series = np.empty((len(some), _TERMS))
    for point in np.unique(near):
        mine = near == point
        series[mine] = squares[some[mine]] @ grid.curves[point]
    series[:, 0] += rest[some]
    found = np.zeros(len(whole))
    refined = _refined(df, whole[some], series.T, grid.logs[near].T, grid.spacing)
    found[some] = np.maximum(refined, 0.0)
    return found


def _chi_squares(rng: np.random.Generator, df: NDArray[np.int64], n: int) -> FloatArray:
    """Draw chi-squares, shape (n, len(df)): squared normals where one degree is enough."""
    found = np.empty((n, len(df)))
    single = df == 1
    found[:, single] = rng.standard_normal((n, single.sum())) ** 2
    found[:, ~single] = 2.0 * rng.standard_gamma(df[~single] / 2.0, (n, (~single).sum()))
    return found


def _refined(
    df: int, whole: FloatArray, d: FloatArray, logs: FloatArray, spacing: float
) -> FloatArray:
    """Return the height after Newton's steps from the best point of the grid.

    ``d`` and ``logs`` (K, B) are the series of D and of the logarithms there.
    """
    slopes, bends = (polyder(d, k) for k in (1, 2))
    log_slopes, log_bends = (polyder(logs, k) for k in (1, 2))
    x: FloatArray = np.zeros(len(whole))
    for _ in range(_REFINEMENTS):
        value = polyval(x, d, tensor=False)
        fall = polyval(x, slopes, tensor=False) / value
        bend = polyval(x, bends, tensor=False) / value
        slope = polyval(x, log_slopes, tensor=False) - df * fall
        curve = polyval(x, log_bends, tensor=False) - df * (bend - fall**2)
        step = np.where(curve < 0.0, -slope / np.where(curve < 0.0, curve, -1.0), np.sign(slope))
        x = np.clip(x + step, -spacing, spacing)
    value = polyval(x, d, tensor=False)
    return np.asarray(df * np.log(whole / value) + polyval(x, logs, tensor=False))

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

Symbols: lam = lambda, in steps of its logarithm; m distinct eigenvalues, B statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import ExactTestError
from mlm_core.fits.criterion import Problem, build_problem
from mlm_core.fits.structure import CovarianceBlock
from mlm_core.inference.effect_geometry import Spectrum, geometry_of

FloatArray = NDArray[np.float64]
# Larger matrices take too long to decompose; with so many groups the chi-square mixture is exact
# enough.
MOST_DENSE = 1_000
_BATCH = 2_000
# Grid over lambda times the mean eigenvalue.
_LEAST, _MOST, _POINTS = 1e-3, 1e6, 14
_REFINEMENTS = 6  # against a grid of 400 points these leave 1e-6
_EQUAL = 1e-6


@dataclass(frozen=True, eq=False)
class ExactTest:
    """A restricted likelihood-ratio test with its simulated finite-sample distribution.

    Attributes
    ----------
    statistic : float
        Of the restricted likelihoods of the data.
    values : ndarray (n,)
        Under a variance of zero.
    given_others : bool
        Whether the model has other variances, which are taken as known.
    seed : int
    """

    statistic: float
    values: FloatArray
    given_others: bool
    seed: int

    @property
    def n(self) -> int:
        """Number of simulated statistics."""
        return len(self.values)

    @property
    def n_beyond(self) -> int:
        """Simulated statistics that are at least the observed one."""
        return int((self.values >= self.statistic - _EQUAL).sum())

    @property
    def p(self) -> float:
        """Share of simulated statistics at least as large, the observed one counted in."""
        return (1.0 + self.n_beyond) / (1.0 + self.n)

    @property
    def p_error(self) -> float:
        """Standard error of the p-value that is due to simulating."""
        return float(np.sqrt(self.p * (1.0 - self.p) / self.n))

    @property
    def share_at_zero(self) -> float:
        """Share of simulated statistics that are zero."""
        return float((self.values < _EQUAL).mean())


def exact_test(
    problem: Problem, block: CovarianceBlock, statistic: float, *, n: int, seed: int
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
    values = null_statistics(geometry.spectrum(), restricted.df, rng, n)
    return ExactTest(statistic, values, len(problem.structure.blocks) > 1, seed)


def null_statistics(spectrum: Spectrum, df: int, rng: np.random.Generator, n: int) -> FloatArray:
    """Simulate restricted likelihood-ratio statistics under a variance of zero, shape (n,).

    ``df`` is n_rows - p.
    """
    parts = [
        _statistics(spectrum, df, rng, min(_BATCH, n - first)) for first in range(0, n, _BATCH)
    ]
    return np.concatenate(parts)


def _statistics(spectrum: Spectrum, df: int, rng: np.random.Generator, n: int) -> FloatArray:
    mu, times = spectrum
    squares = _chi_squares(rng, times, n)
    rest = 2.0 * rng.standard_gamma((df - times.sum()) / 2.0, n)
    whole = squares.sum(axis=1) + rest
    # Where the derivative at zero is negative the supremum of a unimodal statistic is there.
    mean = float(times @ mu / times.sum())
    grid = np.geomspace(_LEAST, _MOST, _POINTS) / mean
    left = 1.0 / (1.0 + mu[:, None] * grid)
    height = df * np.log(whole[:, None] / (squares @ left + rest[:, None]))
    height += times @ np.log(left)
    best = height.argmax(axis=1)
    top = height[np.arange(n), best]
    rises = df * (squares @ mu) / whole > times @ mu
    some = np.flatnonzero(rises | (top > 0.0))
    refined = _refined(mu, times, df, squares[some], rest[some], np.log(grid[best[some]]))
    found = np.zeros(n)
    found[some] = np.maximum(np.maximum(top[some], refined), 0.0)
    return found


def _chi_squares(rng: np.random.Generator, df: NDArray[np.int64], n: int) -> FloatArray:
    """Draw chi-squares, shape (n, len(df)): squared normals where one degree is enough."""
    found = np.empty((n, len(df)))
    single = df == 1
    found[:, single] = rng.standard_normal((n, single.sum())) ** 2
    found[:, ~single] = 2.0 * rng.standard_gamma(df[~single] / 2.0, (n, (~single).sum()))
    return found


def _refined(
    mu: FloatArray,
    times: NDArray[np.int64],
    df: int,
    squares: FloatArray,
    rest: FloatArray,
    log_lam: FloatArray,
) -> FloatArray:
    """Return the height after Newton's steps in log lambda from the best point of the grid."""
    whole = squares.sum(axis=1) + rest
    longest = np.log(_MOST / _LEAST) / (_POINTS - 1)
    for _ in range(_REFINEMENTS):
        left = 1.0 / (1.0 + np.exp(log_lam)[:, None] * mu)
        taken = 1.0 - left
        d = (squares * left).sum(axis=1) + rest
        fall = (squares * left * taken).sum(axis=1) / d
        bend = (squares * left * taken * (taken - left)).sum(axis=1) / d
        slope = df * fall - taken @ times
        curve = df * (fall**2 - bend) - (left * taken) @ times
        step = np.where(curve < 0.0, -slope / np.where(curve < 0.0, curve, -1.0), np.sign(slope))
        log_lam = log_lam + np.clip(step, -longest, longest)
    left = 1.0 / (1.0 + np.exp(log_lam)[:, None] * mu)
    d = (squares * left).sum(axis=1) + rest
    return np.asarray(df * np.log(whole / d) + np.log(left) @ times)

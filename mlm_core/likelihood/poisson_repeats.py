"""Two estimators of a Poisson regression, compared over many samples from a known truth.

Each repeat draws x from a standard normal and y from the Poisson distribution with ln(rate) = b0 +
b1 x, then estimates b by maximum likelihood (Newton's method) and by least squares (Gauss-Newton,
from there). Three kinds of standard error are asked to cover the truth:

- likelihood: from the curvature, the inverse of sum lambda (1, x)(1, x)';
- least squares: the textbook's s^2 (J'J)^-1 with J = lambda (1, x), which takes the spread around
  the curve to be the same everywhere, whereas the spread of counts grows with their rate;
- least squares, robust: (J'J)^-1 J' diag(residuals^2) J (J'J)^-1, which does not.

Shapes: R repeats of n rows, worked on a few repeats at a time to stay in cache.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.likelihood.poisson import TRUTH

Floats = NDArray[np.float64]

REPEATS = 200
ROWS = 3000
KINDS = ("likelihood", "least squares", "least squares, robust")
_TWO_SIDED_95 = 1.959963984540054
_AT_ONCE = 20
_NEWTON_STEPS = 25
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True)
class Claim:
    """What the intervals of one kind claim for one coefficient, and what happened.

    Attributes
    ----------
    term : {"b0", "b1"}
    kind : str
        One of :data:`KINDS`.
    mean, sd : float
        Of the estimates.
    stated_se : float
        Root mean square of the standard errors stated.
    coverage : float
        Share of the samples whose 95% interval holds the truth.
    """

    term: str
    kind: str
    mean: float
    sd: float
    stated_se: float
    coverage: float


@dataclass(frozen=True, eq=False)
class PoissonRepeats:
    """Estimates from many samples.

    Attributes
    ----------
    truth : tuple of float
        b0 and b1.
    n_rows, seed : int
    likelihood, least_squares : ndarray (R, 2)
        Estimates of (b0, b1).
    claims : tuple of Claim
        Of both coefficients, by each kind.
    """

    truth: tuple[float, float]
    n_rows: int
    seed: int
    likelihood: Floats
    least_squares: Floats
    claims: tuple[Claim, ...]

    def of(self, term: str) -> tuple[Claim, ...]:
        """Return the claims on one coefficient, in the order of :data:`KINDS`."""
        return tuple(claim for claim in self.claims if claim.term == term)

    @property
    def summary(self) -> pd.DataFrame:
        """The claims as a table: term, kind, mean, sd, stated_se, coverage."""
        return pd.DataFrame([asdict(claim) for claim in self.claims])

    @property
    def n_repeats(self) -> int:
        """Number of samples."""
        return len(self.likelihood)


def repeat_poisson(
    *,
    seed: int,
    repeats: int = REPEATS,
    rows: int = ROWS,
    truth: tuple[float, float] = TRUTH,
) -> PoissonRepeats:
    """Draw samples from a known Poisson regression and estimate it both ways in each."""
    rng = np.random.default_rng(seed)
    parts = [
        _estimates(rng, min(_AT_ONCE, repeats - first), rows, truth)
        for first in range(0, repeats, _AT_ONCE)
    ]
    likelihood, squares, *errors = (np.concatenate(part) for part in zip(*parts, strict=True))
    by_kind = dict(zip(KINDS, (likelihood, squares, squares), strict=True))
    claims = tuple(
        _claim(term, kind, by_kind[kind][:, column], se[:, column], truth[column])
        for column, term in enumerate(("b0", "b1"))
        for kind, se in zip(KINDS, errors, strict=True)
    )
    return PoissonRepeats(truth, rows, seed, likelihood, squares, claims)


def _claim(term: str, kind: str, estimates: Floats, se: Floats, truth: float) -> Claim:
    covered = np.abs(estimates - truth) <= _TWO_SIDED_95 * se
    return Claim(
        term=term,
        kind=kind,
        mean=float(estimates.mean()),
        sd=float(estimates.std(ddof=1)),
        stated_se=float(np.sqrt((se**2).mean())),
        coverage=float(covered.mean()),
    )


def _estimates(
    rng: np.random.Generator, repeats: int, rows: int, truth: tuple[float, float]
) -> tuple[Floats, ...]:
    """Return both estimates and three kinds of standard error, each of shape (repeats, 2)."""
    x = rng.standard_normal((repeats, rows))
    y = rng.poisson(np.exp(truth[0] + truth[1] * x)).astype(np.float64)
    likely = most_likely(x, y)
    nearest = least_squares(x, y, start=likely)
    rate = _rate(likely, x)
    information = _inverse(_cross(rate, x))
    rate = _rate(nearest, x)
    residual = y - rate
    bread = _inverse(_cross(rate**2, x))
    meat = _cross((rate * residual) ** 2, x)
    plain = bread * ((residual**2).sum(axis=1) / (rows - 2))[:, None, None]
    spread = (information, plain, bread @ meat @ bread)
    roots = (np.sqrt(np.diagonal(each, axis1=1, axis2=2)) for each in spread)
    return (likely, nearest, *roots)


def most_likely(x: Floats, y: Floats) -> Floats:
    """Return the maximum-likelihood estimates of every sample, shape (R, 2); x, y are (R, n)."""
    b = np.column_stack([np.log(y.mean(axis=1)), np.zeros(len(x))])
    for _ in range(_NEWTON_STEPS):
        rate = _rate(b, x)
        step = _solve(_cross(rate, x), y - rate, x)
        b = b + step
        if np.abs(step).max() < _CLOSE:
            break
    return b


def least_squares(x: Floats, y: Floats, *, start: Floats) -> Floats:
    """Return the least-squares estimates of every sample, shape (R, 2)."""
    b = start
    for _ in range(_NEWTON_STEPS):
        rate = _rate(b, x)
        step = _solve(_cross(rate**2, x), rate * (y - rate), x)
        b = b + step
        if np.abs(step).max() < _CLOSE:
            break
    return b


def _rate(b: Floats, x: Floats) -> Floats:
    return np.asarray(np.exp(b[:, :1] + b[:, 1:] * x))


def _cross(weight: Floats, x: Floats) -> Floats:
    """Return sum weight (1, x)(1, x)' of every sample, shape (R, 2, 2)."""
    first, mixed = weight.sum(axis=1), (weight * x).sum(axis=1)
    last = (weight * x * x).sum(axis=1)
    return np.stack([np.stack([first, mixed], 1), np.stack([mixed, last], 1)], 1)


def _inverse(matrices: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _solve(cross: Floats, residual: Floats, x: Floats) -> Floats:
    """Return cross^-1 sum residual (1, x)."""
    right = np.stack([residual.sum(axis=1), (residual * x).sum(axis=1)], 1)
    return np.asarray(np.linalg.solve(cross, right[..., None])[..., 0])

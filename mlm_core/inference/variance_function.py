"""With random slopes a level's variance is a function of the predictor.

For a group with intercept u0 and slope u1 the effect at x is u0 + u1 x, of variance

    Var(x) = Var(u0) + 2 x Cov(u0, u1) + x^2 Var(u1),

and the share of a level in the whole changes with it. A single ICC would be one point of this
curve. Other slope variables are kept at their means.

References
----------
Goldstein, Browne & Rasbash (2002), Understanding Statistics 1(4); Snijders & Bosker (2012),
Multilevel Analysis, section 5.1.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlm_core.data.layout import INTERCEPT
from mlm_core.errors import UnknownColumnError
from mlm_core.fits.covariances import RESIDUAL
from mlm_core.fits.criterion import Problem
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.bootstrap import Bootstrap
from mlm_core.inference.replicates import Replicates

FloatArray = NDArray[np.float64]
# A curve is drawn this many standard deviations around the mean of its variable.
_REACH = 2.0
_POINTS = 41
# Relative: a variable of 0 and 1 has variance mean (1 - mean).
_SAME = 1e-9


@dataclass(frozen=True, eq=False)
class VarianceFunction:
    """Variance of each level along one slope variable.

    Attributes
    ----------
    column : str
        The slope variable.
    at_means : dict
        Other slope variables and the means they are kept at.
    table : DataFrame
        Columns x, level, variance, share, icc (the correlation of two rows of one group of the
        level, both at x), and with a bootstrap lower and upper (of the variance).
    confidence : float or None
        Of these intervals.
    """

    column: str
    at_means: dict[str, float]
    table: pd.DataFrame
    confidence: float | None


def slope_columns(fit: MixedFit) -> tuple[str, ...]:
    """Return the variables whose slopes vary between groups, in the model's order."""
    columns = (
        column.label
        for block in reversed(fit.problem.structure.blocks)
        for column in block.columns
        if column != INTERCEPT
    )
    return tuple(dict.fromkeys(columns))


def round_values(fit: MixedFit, column: str) -> tuple[float, ...]:
    """Return a few round values of a slope variable: -0.5, 0 and 0.5, say.

    Three of them, about a standard deviation apart around the mean; 0 and 1 where the variable
    has no others.

    Raises
    ------
    UnknownColumnError
        No slope of that variable varies.
    """
    mean, sd = _mean_and_sd(fit, column)
    if np.isclose(sd**2, mean * (1.0 - mean), rtol=_SAME):
        return 0.0, 1.0
    whole = 10.0 ** np.floor(np.log10(sd))
    step = whole * max(digit for digit in (1.0, 2.0, 5.0) if digit * whole <= sd)
    decimals = max(0, -int(np.floor(np.log10(whole))))
    values = step * (np.round(mean / step) + np.array([-1.0, 0.0, 1.0]))
    return tuple(float(value) for value in np.round(values, decimals))


def variance_function(
    fit: MixedFit,
    column: str,
    at: Sequence[float] | None = None,
    *,
    bootstrap: Bootstrap | None = None,
    confidence: float = 0.95,
) -> VarianceFunction:
    """Return the variance of each level as a function of a slope variable.

    Parameters
    ----------
    fit : MixedFit
    column : str
        A variable with a random slope.
    at : sequence of float, optional
        Values of it; by default two standard deviations to either side of its mean.
    bootstrap : Bootstrap, optional
        Of the same fit: gives percentile intervals.
    confidence : float

    Raises
    ------
    UnknownColumnError
        No slope of that variable varies.
    """
    mean, sd = _mean_and_sd(fit, column)
    moments = fit.problem.moments
    means = {
        name.label: float(shift)
        for name, shift in zip(moments.columns, moments.shift, strict=False)
    }
    if at is None:
        x = np.linspace(mean - _REACH * sd, mean + _REACH * sd, _POINTS)
    else:
        x = np.asarray(at, dtype=np.float64)
    own = _variances(_single(fit), column, x, means)[0]
    table = _table(fit, x, own)
    if bootstrap is not None:
        tail = (1.0 - confidence) / 2.0
        many = _variances(bootstrap.replicates, column, x, means)
        lower, upper = np.quantile(many, [tail, 1.0 - tail], axis=0)
        table = table.assign(lower=lower.ravel(), upper=upper.ravel())
    others = {name: means[name] for name in slope_columns(fit) if name != column}
    return VarianceFunction(column, others, table, confidence if bootstrap is not None else None)


def _mean_and_sd(fit: MixedFit, column: str) -> tuple[float, float]:
    names, moments = slope_columns(fit), fit.problem.moments
    if column not in names:
        raise UnknownColumnError(column, names)
    (index,) = (i for i, name in enumerate(moments.columns) if name.label == column)
    return float(moments.shift[index]), float(moments.scale[index])


def _single(fit: MixedFit) -> Replicates:
    return Replicates(
        fit.problem,
        fit.at.theta[None],
        np.array([fit.sigma]),
        fit.beta[None],
        np.array([fit.criterion]),
    )


def _variances(of: Replicates, column: str, x: FloatArray, means: dict[str, float]) -> FloatArray:
    """Return the variance of each level at each x, residual last, shape (B, L + 1, points)."""
    problem: Problem = of.problem
    found = np.zeros((len(of), len(problem.moments.levels) + 1, len(x)))
    found[:, -1] = of.sigma[:, None] ** 2
    for block, covariance in zip(problem.structure.blocks, of.covariances, strict=True):
        z = np.empty((block.q, len(x)))
        for row, name in enumerate(block.columns):
            if name == INTERCEPT:
                z[row] = 1.0
            else:
                z[row] = x if name.label == column else means[name.label]
        found[:, block.level] += np.einsum("ix,bij,jx->bx", z, covariance, z)
    return found


def _table(fit: MixedFit, x: FloatArray, variances: FloatArray) -> pd.DataFrame:
    """Lay variances (L + 1, points) out with shares and correlations, level after level."""
    whole = variances.sum(axis=0)
    inside = np.cumsum(variances, axis=0) / whole
    inside[-1] = np.nan
    names = [*(level.name for level in fit.levels), RESIDUAL]
    return pd.DataFrame(
        {
            "x": np.tile(x, len(names)),
            "level": np.repeat(names, len(x)),
            "variance": variances.ravel(),
            "share": (variances / whole).ravel(),
            "icc": inside.ravel(),
        }
    )

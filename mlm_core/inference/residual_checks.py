"""What the residuals say of the model, from moments: whether rows of a group are still alike.

Residuals on the fixed part alone carry the groups' effects: rows of one group are alike, and
regression that ignores groups is wrong about its standard errors. With the groups' conditional
modes taken out as well nothing of that should be left: a little below zero is what to expect,
since deviations from a mean of n rows are correlated by -1 / (n - 1). The correlation of two rows
of one group is the intraclass correlation of a one-way analysis of variance,

    (MSB - MSW) / (MSB + (n0 - 1) MSW),   n0 = (N - sum n_j^2 / N) / (J - 1).

Whether groups share one residual variance is tested by Bartlett (1937). A group's residual variance
is that around its own mean, with the slopes the model gives it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.fits.groups import find_level
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.deletion import ancestors
from mlm_core.moments.moments import NO_VARIATION
from mlm_core.moments.packed import pairs

FloatArray = NDArray[np.float64]
# Fewer degrees of freedom tell next to nothing of a group's variance.
_LEAST_DF = 4
_FEWEST_GROUPS = 2
_BAND_POINTS = 60


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """Residual variances by group and Bartlett's test that they are one.

    Attributes
    ----------
    level : str
    table : DataFrame
        Columns group, n, df, sd (residual SD inside the group); groups with enough rows only.
    statistic, p : float
        NaN where fewer than two groups have enough rows.
    df : int
    n_left_out : int
        Groups with too few rows, or without any variation.
    expected : DataFrame
        Columns df, lower, upper: where 95% of the groups' SDs lie if all groups share one.
    """

    level: str
    table: pd.DataFrame
    statistic: float
    df: int
    p: float
    n_left_out: int
    expected: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Residuals:
    """Sums of squares inside, means and counts of the innermost groups' residuals."""

    inside: FloatArray
    means: FloatArray
    counts: FloatArray


def residual_correlations(fit: MixedFit) -> pd.DataFrame:
    """Return the correlation of two rows of one group in both kinds of residuals.

    Returns
    -------
    DataFrame
        Columns level, fixed_only, with_effects; outermost level first.
    """
    moments = fit.problem.moments
    fixed = _residuals(fit, fit.at.root.residual_coefficients[:, None])
    whole = _residuals(fit, fit.at.innermost)
    records = []
    for index, level in enumerate(fit.levels):
        group = ancestors(moments, index)
        records.append((level.name, _icc(fixed, group), _icc(whole, group)))
    return pd.DataFrame.from_records(records, columns=["level", "fixed_only", "with_effects"])


def _residuals(fit: MixedFit, v: FloatArray) -> _Residuals:
    moments = fit.problem.moments
    first, second = pairs(moments.k)
    weight = np.where(first == second, 1.0, 2.0)[:, None] * v[1:][first] * v[1:][second]
    inside = (weight * moments.products).sum(axis=0)
    means = v[0] + (v[1:] * moments.means).sum(axis=0)
    return _Residuals(np.maximum(inside, 0.0), np.asarray(means), moments.counts)


def _icc(residuals: _Residuals, group: NDArray[np.intp]) -> float:
    """Return the intraclass correlation of residuals in groups of innermost groups."""
    counts, means = residuals.counts, residuals.means
    n = np.bincount(group, counts)
    centre = np.bincount(group, counts * means) / n
    within = float(residuals.inside.sum() + (counts * (means - centre[group]) ** 2).sum())
    total, n_groups = float(n.sum()), len(n)
    overall = float(n @ centre) / total
    between = float(n @ (centre - overall) ** 2) / (n_groups - 1)
    within /= total - n_groups
    n0 = (total - float(n @ n) / total) / (n_groups - 1)
    whole = between + (n0 - 1.0) * within
    return (between - within) / whole if whole > 0.0 else float("nan")


def residual_heterogeneity(fit: MixedFit, level: str | None = None) -> Heterogeneity:
    """Test whether the residual variance is the same in all groups of a level.

    Parameters
    ----------
    fit : MixedFit
    level : str, optional
        Name of the level, or of its innermost column; the outermost by default.

    References
    ----------
    Bartlett (1937), Proceedings of the Royal Society A 160.
    """
    index = 0 if level is None else find_level(fit.levels, level)
    moments, grouping = fit.problem.moments, fit.levels[index]
    group = ancestors(moments, index)
    own = _residuals(fit, fit.at.innermost)
    squares = np.bincount(group, own.inside, grouping.n_groups)
    df = np.asarray(np.bincount(group, own.counts - 1.0, grouping.n_groups), dtype=np.float64)
    is_used = (df >= _LEAST_DF) & (squares > NO_VARIATION * moments.n_rows)
    v, variance = df[is_used], squares[is_used] / df[is_used]
    unit = float(moments.scale[-1])
    table = pd.DataFrame(
        {
            "group": grouping.labels()[is_used],
            "n": np.bincount(group, own.counts, grouping.n_groups)[is_used].astype(np.int64),
            "df": v.astype(np.int64),
            "sd": unit * np.sqrt(variance),
        }
    )
    left_out = grouping.n_groups - len(v)
    expected = _expected(v, fit.sigma)
    if len(v) < _FEWEST_GROUPS:
        return Heterogeneity(grouping.name, table, np.nan, 0, np.nan, left_out, expected)
    pooled = float(v @ variance / v.sum())
    correction = 1.0 + float((1.0 / v).sum() - 1.0 / v.sum()) / (3.0 * (len(v) - 1))
    statistic = float(v.sum() * np.log(pooled) - v @ np.log(variance)) / correction
    statistic = max(statistic, 0.0)
    freedom = len(v) - 1
    p = float(special.chdtrc(freedom, statistic))
    return Heterogeneity(grouping.name, table, statistic, freedom, p, left_out, expected)


def _expected(df: FloatArray, sigma: float) -> pd.DataFrame:
    """Return where 95% of residual SDs lie by degrees of freedom: sigma sqrt(chi2 / df)."""
    v = np.unique(df)
    if len(v) > 1:
        v = np.linspace(v[0], v[-1], _BAND_POINTS)
    lower, upper = (sigma * np.sqrt(special.chdtri(v, 1.0 - q) / v) for q in (0.025, 0.975))
    return pd.DataFrame({"df": v, "lower": lower, "upper": upper})

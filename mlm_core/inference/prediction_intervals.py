"""How sure a prediction is: for rows of groups the fit knows, and for rows of new groups.

Given the variances, coefficients of a group (fixed plus its modes, all levels) have covariance
sigma^2 G relative to their true values, G coming down the hierarchy from (X'V^-1X)^-1 at the root
(:mod:`mlm_core.inference.elimination_maps`; Henderson's mixed model equations say the same). A row
with columns c is then predicted with variance

    sigma^2 ( c'G c + sum over unknown levels of z'D z + 1 ),

the last for the row's own residual. Intervals are normal and take the variances as known, as those
of R's merTools do; with few groups they are a little short.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.data.columns import find_column
from mlm_core.data.rows import Rows, rows_of
from mlm_core.data.tables import Table, in_memory
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.prediction import group_positions, predict
from mlm_core.fits.structure import NO_COLUMN
from mlm_core.inference.elimination_maps import elimination_map

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
Groups = Literal["known", "new"]


def prediction_intervals(
    fit: MixedFit, data: Table, *, groups: Groups = "known", confidence: float = 0.95
) -> pd.DataFrame:
    """Predict rows with intervals.

    Parameters
    ----------
    fit : MixedFit
    data : DataFrame or any other table
        Rows with the predictors, and the grouping columns where groups are known.
    groups : {"known", "new"}
        ``"known"``: rows take the effects of their groups, as far as the fit has them; ``"new"``:
        every row is one of a group not seen before.
    confidence : float

    Returns
    -------
    DataFrame
        A row for each row of ``data``: estimate; se (of the expected value), mean_lower,
        mean_upper (interval for it); lower, upper (interval for an outcome). NaN where a predictor
        is missing.

    Raises
    ------
    ModelError
        ``groups`` or ``confidence`` is none of what they can be.
    """
    if groups not in get_args(Groups):
        raise ModelError(f"groups must be 'known' or 'new', not {groups!r}.")
    if not 0.0 < confidence < 1.0:
        raise ModelError(f"The confidence must lie between 0 and 1, not {confidence!r}.")
    layout = fit.problem.moments.layout
    names = [*layout.model.columns[1:]] if groups == "known" else _predictors(fit)
    table = in_memory(data, names)
    estimate = predict(fit, table, effects="all" if groups == "known" else "none")
    is_complete = ~np.isnan(estimate)
    for name in _predictors(fit):  # a new group needs the columns of its slopes as well
        is_complete &= find_column(table, name).notna().to_numpy()
    variance = np.full(len(table), np.nan)
    if is_complete.any():
        rows = rows_of(layout, table, is_complete)
        known = table.loc[is_complete] if groups == "known" else None
        variance[is_complete] = _variances(fit, rows, known)
    reach = float(special.ndtri(0.5 + confidence / 2.0))
    se, own = np.sqrt(variance), np.sqrt(variance + fit.sigma**2)
    return pd.DataFrame(
        {
            "estimate": np.where(is_complete, estimate, np.nan),
            "se": se,
            "mean_lower": estimate - reach * se,
            "mean_upper": estimate + reach * se,
            "lower": estimate - reach * own,
            "upper": estimate + reach * own,
        }
    )


def _predictors(fit: MixedFit) -> list[str]:
    columns = fit.problem.moments.columns
    names = [name for column in columns for factor in column.factors for name in factor.variables]
    return list(dict.fromkeys(names))


def _variances(fit: MixedFit, rows: Rows, known: pd.DataFrame | None) -> FloatArray:
    """Return the variance of each row's expected value, on the user's scale."""
    moments = fit.problem.moments
    columns = [np.ones(rows.n_rows)]
    for index, column in enumerate(moments.columns):
        columns.append((rows.values(column) - moments.shift[index]) / moments.scale[index])
    c = np.stack(columns)
    spread = fit.at.root.spread[..., None]
    group = np.zeros(rows.n_rows, dtype=np.intp)  # of the deepest level known so far
    found = _quadratic(c, spread, group)
    is_known = np.full(rows.n_rows, known is not None)
    for level, grouping in enumerate(fit.levels):
        if known is not None:
            spread = _down(fit, level, spread)
            position = group_positions(grouping, known)
            is_known &= position >= 0
            found[is_known] = _quadratic(c[:, is_known], spread, position[is_known])
        found[~is_known] += _prior(fit, level, c[:, ~is_known])
    sigma2 = float(fit.at.root.r2) / fit.problem.df
    return np.asarray(sigma2 * float(moments.scale[-1]) ** 2 * found)


def _down(fit: MixedFit, level: int, spread: FloatArray) -> FloatArray:
    """Return G of the groups of a level from that of their parents, shape (k, k, G)."""
    spread = spread.take(fit.problem.moments.families[level].parent, axis=-1)
    for _, _, record in reversed(fit.at.ascent.steps[level]):
        z, transform = elimination_map(record)
        half = np.einsum("ijg,jbg->ibg", transform, spread)
        spread = np.einsum("ibg,abg->iag", half, transform)
        spread += z[:, None] * (z / record.pivot)
    return spread


def _quadratic(c: FloatArray, spread: FloatArray, group: IndexArray) -> FloatArray:
    """Return c'G c of every row, without a matrix a row."""
    found = np.zeros(c.shape[1])
    for i in range(len(c)):
        for j in range(len(c)):
            found += c[i] * c[j] * spread[i, j].take(group)
    return found


def _prior(fit: MixedFit, level: int, c: FloatArray) -> FloatArray:
    """Return z'D z: what the effects of an unknown group of a level add."""
    found = np.zeros(c.shape[1])
    for block in fit.problem.structure.at_level(level):
        z = np.empty((block.q, c.shape[1]))
        for row, (index, offset) in enumerate(zip(block.indices, block.offsets, strict=True)):
            z[row] = offset + (0.0 if index == NO_COLUMN else c[1 + index])
        loaded = block.factor(fit.at.theta).T @ z
        found += (loaded * loaded).sum(axis=0)
    return found

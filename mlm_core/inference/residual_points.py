"""Residuals over fitted values: points to be drawn, and the means of neighbours.

A curve in the means says that a line is not the right shape; a fan in the points says that the
residual variance changes with the level of the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlm_core.data.tables import Table, in_memory
from mlm_core.fits.estimates import Effects
from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.prediction import group_positions, predict, residuals
from mlm_core.inference.fitted_lines import Points, sample_points

MOST_BINS = 20
_ROWS_A_BIN = 15
_FEWEST = 2


@dataclass(frozen=True, eq=False)
class ResidualPoints:
    """Residuals over fitted values.

    Attributes
    ----------
    effects : {"all", "none"}
        Whether the groups' effects are in the fitted values, and out of the residuals.
    points : Points
        ``x`` fitted, ``y`` residual, ``group`` of the outermost level; a sample of very many.
    means : DataFrame
        Columns fitted, residual, sd, n: means and standard deviation in bins of as many rows each,
        of all rows.
    """

    effects: Effects
    points: Points
    means: pd.DataFrame


def residual_points(fit: MixedFit, data: Table, *, effects: Effects = "all") -> ResidualPoints:
    """Set residuals beside fitted values.

    Parameters
    ----------
    fit : MixedFit
    data : DataFrame or any other table
        The fitted rows.
    effects : {"all", "none"}
        With the groups' effects, or by the fixed part alone.
    """
    table = in_memory(data, list(fit.problem.moments.layout.model.columns))
    fitted = predict(fit, table, effects=effects)
    rest = residuals(fit, table, effects=effects)
    position = group_positions(fit.levels[0], table)
    is_there = np.isfinite(fitted) & np.isfinite(rest) & (position >= 0)
    x, y = fitted[is_there], rest[is_there]
    group = fit.levels[0].labels()[position[is_there]]
    n_bins = max(1, min(MOST_BINS, len(x) // _ROWS_A_BIN))
    rank = np.empty(len(x), dtype=np.intp)
    rank[np.argsort(x, kind="stable")] = np.arange(len(x))
    bins = pd.DataFrame({"fitted": x, "residual": y}).groupby(rank * n_bins // max(len(x), 1))
    means = bins.mean().assign(
        sd=bins["residual"].std() if len(x) >= _FEWEST else np.nan, n=bins.size()
    )
    return ResidualPoints(effects, sample_points(x, y, group), means.reset_index(drop=True))
